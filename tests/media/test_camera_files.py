"""Camera files."""

from pathlib import Path

import pytest

from howfar.errors import SettingError
from howfar.media.camera_files import read_camera
from howfar.scene import Camera

FULL = "width_px = 640\nheight_px = 480\nfx_px = 518.86\nfy_px = 519.47\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "camera.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "camera"),
    [
        pytest.param(FULL, Camera(640, 480, 518.86, 519.47, 320.0, 240.0), id="the middle is the principal point"),
        pytest.param(
            FULL + "cx_px = 325.5\ncy_px = 253", Camera(640, 480, 518.86, 519.47, 325.5, 253.0), id="unless it is given"
        ),
    ],
)
def test_a_camera_file(tmp_path: Path, text: str, camera: Camera) -> None:
    assert read_camera(written(tmp_path, text)) == camera


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("fx_px = ", "cannot be read as TOML", id="no TOML"),
        pytest.param(FULL.replace("fy_px", "fy"), "unknown field 'fy'", id="a field of another name"),
        pytest.param(FULL.replace("fy_px = 519.47", ""), "'fy_px' is missing", id="a number missing"),
        pytest.param(FULL.replace("519.47", '"519"'), "a number of pixels", id="a text for a number"),
        pytest.param(FULL.replace("640", "640.5"), "whole number", id="half a pixel"),
        pytest.param(FULL.replace("519.47", "-1"), "positive", id="a negative focal length"),
    ],
)
def test_what_is_no_camera_file_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SettingError, match=says):
        read_camera(written(tmp_path, text))


def test_a_missing_camera_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"no camera file .*none\.toml"):
        read_camera(tmp_path / "none.toml")
