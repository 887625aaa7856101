"""A number in pixels is not used for pictures of another size."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from howfar import Frame, Rangefinder
from howfar.errors import SettingError
from howfar.ranging import parse_method
from howfar.ranging.cues.joining import parse_cues
from howfar.ranging.settings import Ranging
from howfar.scene import Camera
from howfar.scene.calibration import Calibration, DepthScale
from howfar.scene.lens import Lens
from tests.pipeline.stand_ins import Sees


def picture(width_px: int, height_px: int) -> Frame:
    return Frame(np.full((height_px, width_px, 3), 50, np.uint8), f"{width_px} wide")


def finder(lens: Lens, horizon_px: float | None = None) -> Rangefinder:
    ranging = Ranging((parse_method("median"),), parse_cues("depth", horizon_px=horizon_px))
    return Rangefinder.of(Sees(), lens, ranging=ranging)


FOCAL, HORIZON = (lambda: finder(Lens(focal_px=60.0))), (lambda: finder(Lens(), 20.0))


@pytest.mark.parametrize(
    ("make", "sizes", "setting"),
    [
        pytest.param(FOCAL, [(64, 48), (128, 96)], "focal_px", id="a picture twice as large"),
        pytest.param(FOCAL, [(64, 48), (48, 64), (48, 48)], "focal_px", id="a part of it"),
        pytest.param(HORIZON, [(64, 48), (128, 96)], "horizon_px", id="a horizon in a larger one"),
        pytest.param(HORIZON, [(64, 48), (48, 64)], "horizon_px", id="a horizon in one lying on its side"),
    ],
)
def test_another_size_is_refused(make: Callable[[], Rangefinder], sizes: list[tuple[int, int]], setting: str) -> None:
    looks = make()
    for size in sizes[:-1]:
        looks.look(picture(*size))
    width, height = sizes[-1]
    with pytest.raises(SettingError, match=rf"64×48 pixels, and {width} wide has {width}×{height}") as caught:
        looks.look(picture(width, height), max_depth_m=9.0)
    assert caught.value.setting == setting
    assert looks.look(picture(64, 48)).width_px == 64, "the first size is looked at still"


@pytest.mark.parametrize(
    ("make", "sizes"),
    [
        pytest.param(FOCAL, [(64, 48), (48, 64)], id="a focal length, lying on its side"),
        pytest.param(lambda: finder(Lens(fov_deg=60.0)), [(64, 48), (128, 96)], id="a field of view"),
        pytest.param(lambda: finder(Lens()), [(64, 48), (128, 96)], id="nothing"),
    ],
)
def test_what_fits_every_size_is_not(make: Callable[[], Rangefinder], sizes: list[tuple[int, int]]) -> None:
    looks = make()
    assert [looks.look(picture(*size)).width_px for size in sizes] == [width for width, _ in sizes]


CAMERA = Camera(64, 48, 60.0, 60.0, 32.0, 24.0, "given")


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(FOCAL, id="a focal length"),
        pytest.param(HORIZON, id="a horizon"),
        pytest.param(lambda: finder(Lens(CAMERA)), id="a camera"),
        pytest.param(
            lambda: finder(Lens(Calibration(CAMERA, None, DepthScale(2.0, "stand-in", "00")))), id="a camera file"
        ),
        pytest.param(lambda: finder(Lens(fov_deg=60.0)), id="a field of view"),
    ],
)
def test_pictures_of_a_stream_that_change_their_shape_have_an_unknown_camera(make: Callable[[], Rangefinder]) -> None:
    looks = make()
    first, other = picture(64, 48), replace(picture(48, 48), reshaped=True)
    one, changed, again = looks.watch_each([first, other, first])
    assert one[0].to_dict()["objects"] == again[0].to_dict()["objects"]
    assert one[0].camera == again[0].camera
    assert changed[0].camera.origin == "assumed"
    assert changed[0].to_dict()["objects"] == finder(Lens()).look(picture(48, 48)).to_dict()["objects"]
    assert [caveat.text[:33] for caveat in changed[0].caveats if caveat.kind == "picture"] == [
        "The pictures change their shape t"
    ]
    assert looks.perceive(other).camera.origin == "assumed"


def test_pictures_that_change_their_shape_are_no_matter_where_nothing_was_given_of_the_camera() -> None:
    view = finder(Lens()).look(replace(picture(48, 48), reshaped=True))
    assert [caveat for caveat in view.caveats if caveat.kind == "picture"] == []
