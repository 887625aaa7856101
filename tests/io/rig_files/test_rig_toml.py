"""Rig files of howfar, written and read back."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.errors import OutputError, SettingError
from howfar.io.rig_files import read_rig, rig_toml, write_rig
from howfar.scene import Camera
from howfar.scene.calibration import Distortion, FisheyeDistortion, RationalDistortion
from howfar.scene.stereo_calibration import StereoCalibration, StereoFit
from tests.io.rig_files import files

LEFT = Camera(640, 480, 500.0, 500.0, 322.0, 239.0)
RIGHT = Camera(640, 480, 500.0, 500.0, 330.0, 239.0)
RECTIFIED = StereoCalibration(LEFT, RIGHT, translation_m=(-0.12, 0.0, 0.0))
TOED_IN = StereoCalibration(
    LEFT,
    replace(RIGHT, fx_px=503.0),
    Distortion(-0.2, 0.05),
    RationalDistortion(0.1, 0.2, 0.0, 0.0, 0.3, 0.4, 0.5, 0.6),
    ((1.0, 0.0, 0.0), (0.0, 0.8, -0.6), (0.0, 0.6, 0.8)),
    (-0.12, 0.01, 0.002),
    StereoFit(0.21, 0.15, 14, date(2026, 1, 31)),
)


@pytest.mark.parametrize(
    "calibration",
    [
        pytest.param(RECTIFIED, id="rectified"),
        pytest.param(replace(RECTIFIED, chessboard=StereoFit(0.2, 0.1, 9)), id="rectified, from a chessboard"),
        pytest.param(TOED_IN, id="toed in, with lenses"),
        pytest.param(replace(TOED_IN, left_distortion=FisheyeDistortion(0.1, 0.2, 0.3, 0.4)), id="with a fisheye"),
        pytest.param(replace(RECTIFIED, translation_m=(-0.12, 0.001, 0.0)), id="rectified, one a little higher"),
        pytest.param(read_rig(files.KITTI_RAW), id="KITTI's"),
        pytest.param(read_rig(files.MIDDLEBURY), id="Middlebury's"),
        pytest.param(read_rig(files.KALIBR), id="Kalibr's"),
    ],
)
def test_what_is_written_is_read_back(calibration: StereoCalibration) -> None:
    assert read_rig(rig_toml(calibration)) == calibration


@given(*(st.floats(0.1, 1000, allow_subnormal=False) for _ in range(3)))
def test_every_digit_comes_through(cx_px: float, offset_px: float, baseline_m: float) -> None:
    calibration = StereoCalibration(
        replace(LEFT, cx_px=cx_px),
        replace(LEFT, cx_px=cx_px + offset_px),
        translation_m=(-baseline_m / 60, 0.0, 0.0),
    )
    assert read_rig(rig_toml(calibration)) == calibration


def test_a_rectified_rig_is_as_short_as_one_writes_it_by_hand() -> None:
    assert rig_toml(RECTIFIED).splitlines() == [
        "width_px = 640",
        "height_px = 480",
        "focal_px = 500.0",
        "baseline_m = 0.12",
        "cx_px = 322.0",
        "cy_px = 239.0",
        "offset_px = 8.0",
    ]


def test_a_file_is_not_overwritten_unasked(tmp_path: Path) -> None:
    write_rig(RECTIFIED, tmp_path / "rig.toml")
    with pytest.raises(OutputError):
        write_rig(TOED_IN, tmp_path / "rig.toml")
    write_rig(TOED_IN, tmp_path / "rig.toml", overwrite=True)
    assert read_rig(tmp_path / "rig.toml") == TOED_IN


def test_a_rig_without_the_size_of_its_pictures_is_not_written() -> None:
    with pytest.raises(SettingError, match="does not say what size"):
        rig_toml(read_rig(files.K_TXT))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param("translation_m", "translation", "'translation_m' is missing", id="no translation"),
        pytest.param("[pose]", "[pose]\nyaw = 3", "unknown field 'yaw'", id="a field that is not known"),
        pytest.param("[pose]", "[place]\nx = 1\n[pose]", "unknown field 'place'", id="a table that is not known"),
        pytest.param("0.8, -0.6", "0.9, -0.6", "no rotation", id="a rotation that is none"),
        pytest.param("pairs = 14", "pairs = 1.5", "whole number", id="half a pair"),
        pytest.param("fx_px = 503.0", "fx_px = -503.0", "positive", id="a negative focal length"),
        pytest.param("rational", "polynomial", "brown, rational, fisheye", id="a lens of another model"),
    ],
)
def test_mistakes_get_a_sentence(old: str, new: str, says: str) -> None:
    text = rig_toml(TOED_IN)
    assert old in text
    with pytest.raises(SettingError, match=says):
        read_rig(text.replace(old, new))
