"""What a camera file holds: distortion, and the scale of depth."""

import math

import pytest

from howfar.errors import SettingError
from howfar.scene import Camera
from howfar.scene.calibration import Calibration, DepthScale, Distortion, ScaleSample
from howfar.scene.lens import Lens

CAMERA = Camera(640, 480, 500.0, 505.0, 322.0, 239.0)
BARREL = Distortion(-0.2, 0.05)
SCALE = DepthScale(1.25, "depth", "ab" * 32)


def test_the_ratio_is_known_over_measured() -> None:
    assert ScaleSample("chair", 3.0, 2.0, "room.jpg").ratio == 1.5


@pytest.mark.parametrize(
    ("make", "says"),
    [
        pytest.param(lambda: DepthScale(0.0, "depth", ""), "positive", id="a scale of nothing"),
        pytest.param(lambda: DepthScale(1e300, "depth", ""), "positive", id="a scale beyond all"),
        pytest.param(lambda: DepthScale(-1.0, "depth", ""), "positive", id="a negative scale"),
        pytest.param(lambda: DepthScale(math.inf, "depth", ""), "positive", id="an infinite scale"),
        pytest.param(lambda: Distortion(math.nan, 0.0), "k1 must be a finite", id="a distortion that is NaN"),
        pytest.param(lambda: Lens(Calibration(CAMERA), fov_deg=60.0), "once", id="two cameras at once"),
    ],
)
def test_what_cannot_be_is_refused(make, says: str) -> None:
    with pytest.raises(SettingError, match=says):
        make()


def test_a_lens_passes_on_what_the_camera_file_holds() -> None:
    lens = Lens(Calibration(CAMERA, BARREL, SCALE))
    assert (lens.distortion, lens.scale) == (BARREL, SCALE)
    assert lens.camera_for(1280, 960).fx_px == 1000.0, "rescaled, as one camera records several resolutions"
    with pytest.raises(SettingError, match="another aspect ratio"):
        lens.camera_for(1280, 720)


@pytest.mark.parametrize(
    "lens", [pytest.param(Lens(CAMERA), id="a bare camera"), pytest.param(Lens(fov_deg=60.0), id="a field of view")]
)
def test_a_lens_without_a_camera_file_has_neither_distortion_nor_scale(lens: Lens) -> None:
    assert lens.distortion is None
    assert lens.scale is None
