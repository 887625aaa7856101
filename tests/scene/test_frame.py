"""A frame holds what belongs to one moment, and sees to it that it fits together."""

import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.scene import DepthMap, Frame

MAP = DepthMap(np.ones((48, 64)), "metres")


def picture(width_px: int, height_px: int) -> np.ndarray:
    return np.zeros((height_px, width_px, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    "size_px", [(640, 480), (64, 48), (641, 480)], ids=["larger", "as large", "nearly of its shape"]
)
@pytest.mark.parametrize("own", ["depth", "depth_points"])
def test_a_map_of_the_same_shape_fits_at_any_resolution(size_px: tuple[int, int], own: str) -> None:
    frame = Frame(picture(*size_px), "photo", **{own: MAP})
    assert (frame.width_px, frame.height_px) == size_px
    assert getattr(frame, own) is MAP


@pytest.mark.parametrize("own", ["depth", "depth_points"])
def test_a_map_of_another_shape_does_not_fit(own: str) -> None:
    with pytest.raises(SettingError, match="another aspect ratio"):
        Frame(picture(1280, 720), "photo", **{own: MAP})


@pytest.mark.parametrize("own", ["depth", "depth_points"])
@pytest.mark.parametrize("given", [np.ones((48, 64)), "depth.png"], ids=["an array", "a path"])
def test_what_is_no_map_is_told_where_it_is_taken(own: str, given) -> None:
    with pytest.raises(SettingError, match="give the path or array to `look` with its unit"):
        Frame(picture(64, 48), "photo", **{own: given})
