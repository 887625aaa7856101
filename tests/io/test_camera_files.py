"""Camera files."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.errors import OutputError, SettingError
from howfar.io.camera_files import calibration_text, read_calibration, write_calibration
from howfar.scene import Camera
from howfar.scene.calibration import Calibration, ChessboardFit, DepthScale, Distortion, ScaleSample

FULL = "width_px = 640\nheight_px = 480\nfx_px = 518.86\nfy_px = 519.47\n"
CAMERA = Camera(640, 480, 518.86, 519.47, 320.0, 240.0)
DISTORTION = "[distortion]\nk1 = -0.2\nk2 = 0.05\n"
CHESSBOARD = "[chessboard]\nrms_px = 0.2\npictures = 9\n"
SCALE = '[scale]\nfactor = 1.2\ndepth_name = "d"\ndepth_sha256 = "ab"\n'
KNOWN = '[[scale.known]]\nlabel = "chair"\nrange_m = 2.4\nmeasured_m = 2\nsource = "a.jpg"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "camera.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "calibration"),
    [
        pytest.param(FULL, Calibration(CAMERA), id="the middle is the principal point"),
        pytest.param(
            FULL + "cx_px = 325.5\ncy_px = 253",
            Calibration(Camera(640, 480, 518.86, 519.47, 325.5, 253.0)),
            id="unless it is given",
        ),
        pytest.param(
            FULL + 'origin = "assumed"',
            Calibration(Camera(640, 480, 518.86, 519.47, 320.0, 240.0, "assumed")),
            id="an assumed camera stays one",
        ),
        pytest.param(FULL + DISTORTION, Calibration(CAMERA, Distortion(-0.2, 0.05)), id="two radial coefficients"),
        pytest.param(
            FULL + CHESSBOARD, Calibration(CAMERA, chessboard=ChessboardFit(0.2, 9)), id="from a chessboard, once"
        ),
        pytest.param(
            FULL + SCALE + "found_on = 2026-01-31\n" + KNOWN,
            Calibration(
                CAMERA,
                scale=DepthScale(1.2, "d", "ab", (ScaleSample("chair", 2.4, 2.0, "a.jpg"),), date(2026, 1, 31)),
            ),
            id="a scale from a known distance",
        ),
    ],
)
def test_a_camera_file(tmp_path: Path, text: str, calibration: Calibration) -> None:
    assert read_calibration(written(tmp_path, text)) == calibration


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("fx_px = ", "cannot be read as TOML", id="no TOML"),
        pytest.param(FULL.replace("fy_px", "fy"), "unknown field 'fy'", id="a field of another name"),
        pytest.param(FULL.replace("fy_px = 519.47", ""), "'fy_px' is missing", id="a number missing"),
        pytest.param(FULL.replace("519.47", '"519"'), "'fy_px' should be a number", id="a text for a number"),
        pytest.param(FULL.replace("519.47", "true"), "'fy_px' should be a number", id="a truth for a number"),
        pytest.param(FULL.replace("640", "640.5"), "whole number", id="half a pixel"),
        pytest.param(FULL.replace("519.47", "-1"), "positive", id="a negative focal length"),
        pytest.param(FULL + 'origin = "guessed"', "given, exif, assumed", id="an origin of another name"),
        pytest.param(FULL + "distortion = 3", "'distortion' should be a table", id="a number for a table"),
        pytest.param(
            FULL + "[distortion]\nk1 = 0.1", r"\[distortion\]: the field 'k2' is missing", id="half a distortion"
        ),
        pytest.param(FULL + DISTORTION + "k4 = 0.1", r"\[distortion\]: unknown field 'k4'", id="another lens model"),
        pytest.param(FULL + DISTORTION + "k3 = inf", "finite", id="an infinite distortion"),
        pytest.param(FULL + SCALE.replace("1.2", "0"), "positive number", id="a scale of nothing"),
        pytest.param(FULL + SCALE.replace('"ab"', "7"), "'depth_sha256' should be a text", id="a number for a digest"),
        pytest.param(FULL + "[scale]\nfactor = 1.2", "'depth_name' is missing", id="a scale of no network"),
        pytest.param(FULL + SCALE + "found_on = 3", "a day such as", id="a number for a day"),
        pytest.param(
            FULL + SCALE + "known = [2.3]",
            r"\[scale\]: the field 'known' should be tables, each under \[\[known\]\]",
            id="a known distance of nothing",
        ),
        pytest.param(
            FULL + SCALE + KNOWN.replace("label", "name"),
            "unknown field 'name'",
            id="a known distance with a wrong field",
        ),
    ],
)
def test_what_is_no_camera_file_is_refused_by_name(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SettingError, match=says) as refusal:
        read_calibration(written(tmp_path, text))
    assert "camera.toml" in str(refusal.value)


def test_a_missing_camera_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"no camera file .*none\.toml"):
        read_calibration(tmp_path / "none.toml")


def test_a_focal_length_in_millimetres_is_none_in_pixels(tmp_path: Path) -> None:
    (tmp_path / "camera.toml").write_text("width_px = 4032\nheight_px = 3024\nfx_px = 4.25\nfy_px = 4.25\n")
    with pytest.raises(SettingError, match=r"4\.25 pixels.*not in millimetres"):
        read_calibration(tmp_path / "camera.toml")


NUMBERS = st.floats(-1e6, 1e6)
LENGTHS = st.floats(1e-3, 1e6)
DAYS = st.none() | st.dates()
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))  # which the reader refuses
CALIBRATIONS = st.builds(
    Calibration,
    st.builds(
        Camera,
        *(st.integers(100, 10_000), st.integers(100, 10_000)),
        *(st.floats(500, 20_000), st.floats(500, 20_000), NUMBERS, NUMBERS),
        st.sampled_from(["given", "exif", "assumed"]),
    ),
    st.none() | st.builds(Distortion, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS),
    st.none()
    | st.builds(
        DepthScale,
        *(LENGTHS, TEXTS, TEXTS),
        st.lists(st.builds(ScaleSample, TEXTS, LENGTHS, LENGTHS, TEXTS), max_size=3).map(tuple),
        DAYS,
    ),
    st.none() | st.builds(ChessboardFit, LENGTHS, st.integers(3, 1000), DAYS),
)


@given(CALIBRATIONS)
def test_what_is_written_is_read_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, calibration: Calibration
) -> None:
    path = tmp_path_factory.getbasetemp() / "round-trip.toml"
    write_calibration(calibration, path, overwrite=True)
    assert read_calibration(path) == calibration


def test_the_text_holds_no_table_that_is_not_known() -> None:
    assert "[" not in calibration_text(Calibration(CAMERA))


def test_a_camera_file_is_not_replaced_unasked(tmp_path: Path) -> None:
    path = written(tmp_path, FULL)
    with pytest.raises(OutputError, match="allow overwriting"):
        write_calibration(Calibration(CAMERA), path)
    assert path.read_text() == FULL
