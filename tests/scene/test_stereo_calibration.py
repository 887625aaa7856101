"""Two cameras, and where the one is seen from the other."""

from dataclasses import replace

import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.scene import Camera, StereoRig
from howfar.scene.calibration import Distortion
from howfar.scene.stereo_calibration import StereoCalibration, rotation_of

LEFT = Camera(640, 480, 500.0, 500.0, 322.0, 239.0)
RIGHT = replace(LEFT, cx_px=330.0)
SHIFT = (-0.12, 0.0, 0.0)


def turned(axis: int, degrees: float) -> np.ndarray:
    """The rotation about an axis."""
    angle, (i, j) = np.radians(degrees), [each for each in range(3) if each != axis]
    matrix = np.eye(3)
    matrix[i, i] = matrix[j, j] = np.cos(angle)
    matrix[i, j], matrix[j, i] = -np.sin(angle), np.sin(angle)
    return matrix


def calibrated(**changes) -> StereoCalibration:
    return StereoCalibration(**{"left": LEFT, "right": RIGHT, "translation_m": SHIFT, **changes})


def test_a_rectified_pair_gives_its_rig() -> None:
    assert calibrated().is_rectified
    assert calibrated().rig() == StereoRig(500.0, 0.12, 8.0)
    assert calibrated().baseline_m == 0.12


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"left_distortion": Distortion(-0.1, 0.0)}, id="a lens that bends"),
        pytest.param({"rotation": turned(2, 0.1)}, id="a tenth of a degree about the axis"),
        pytest.param({"rotation": turned(1, 0.1)}, id="a tenth of a degree to the side"),
        pytest.param({"right": replace(RIGHT, cy_px=240.0)}, id="rows that begin elsewhere"),
        pytest.param({"right": replace(RIGHT, fx_px=503.0, fy_px=503.0)}, id="another focal length"),
        pytest.param({"translation_m": (-0.12, 0.003, 0.0)}, id="a camera that is higher"),
        pytest.param({"right": replace(RIGHT, width_px=1280, height_px=960)}, id="another size"),
    ],
)
def test_what_has_to_be_rectified(changes: dict) -> None:
    calibration = calibrated(**changes)
    assert not calibration.is_rectified
    with pytest.raises(SettingError, match="rectify the pair first"):
        calibration.rig()


def test_kittis_colour_cameras_count_as_rectified() -> None:
    assert calibrated(translation_m=(-0.5327, 0.00275, -1.6e-5), rotation=turned(2, 1e-5)).is_rectified


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({"translation_m": (0.0, 0.0, 0.0)}, "baseline is 0", id="both at one place"),
        pytest.param({"translation_m": (-120.0, 0.0, 0.0)}, "would be 0.12 m", id="millimetres for metres"),
        pytest.param({"translation_m": (-1e-5, 0.0, 0.0)}, "less than any pair", id="a hair"),
        pytest.param({"translation_m": (0.12, 0.0, 0.0)}, "swap the two", id="swapped"),
        pytest.param({"translation_m": (0.01, -0.12, 0.0)}, "above or below", id="one above the other"),
        pytest.param({"translation_m": (-0.01, 0.0, 0.12)}, "before or behind", id="one behind the other"),
        pytest.param({"translation_m": (float("nan"), 0.0, 0.0)}, "3 finite numbers", id="NaN"),
        pytest.param({"translation_m": (1, 2)}, "3 finite numbers", id="two numbers"),
        pytest.param({"rotation": np.eye(3) * 2}, "no rotation", id="a matrix that enlarges"),
        pytest.param({"rotation": np.diag([1, 1, -1.0])}, "no rotation", id="a mirror"),
        pytest.param({"rotation": np.full((3, 3), np.nan)}, "9 finite numbers", id="a matrix of NaN"),
        pytest.param({"rotation": "abc"}, "9 finite numbers", id="a text"),
    ],
)
def test_what_no_rig_is(changes: dict, says: str) -> None:
    with pytest.raises(SettingError, match=says):
        calibrated(**changes)


def test_arrays_are_kept_as_plain_numbers_so_that_equal_rigs_are_equal() -> None:
    one, other = (calibrated(rotation=turn, translation_m=np.array(SHIFT)) for turn in (np.eye(3), np.eye(3).tolist()))
    assert one == other
    assert hash(one) == hash(other)
    assert one.rotation == rotation_of(np.eye(3).ravel())


def test_pictures_of_half_the_size_have_half_the_focal_length() -> None:
    half = calibrated().scaled(320, 240)
    assert half.rig() == StereoRig(250.0, 0.12, 4.0)
    with pytest.raises(SettingError, match="another aspect ratio"):
        calibrated().scaled(640, 360)


def test_a_rig_without_a_size_takes_that_of_the_pictures() -> None:
    calibration = calibrated(size_known=False)
    assert calibration.scaled(650, 482).rig() == StereoRig(500.0, 0.12, 8.0)
    with pytest.raises(SettingError, match="far from the middle"):
        calibration.scaled(1280, 960)
