"""The named protocols: what they compare and how."""

import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.evaluation.depth.protocols import (
    DEPTH_PROTOCOLS,
    FULL,
    KITTI_GARG,
    NYU_EIGEN,
    NYU_HYBRID,
    crop_rectangle,
    find_protocol,
    full_protocol,
)
from howfar.evaluation.rectangles import Rectangle


def test_every_protocol_is_found_by_its_name() -> None:
    assert [find_protocol(name) for name in DEPTH_PROTOCOLS] == [NYU_EIGEN, NYU_HYBRID, KITTI_GARG, FULL]


def test_nyu_eigen_has_the_window_and_cap_of_the_paper() -> None:
    assert NYU_EIGEN.window_of(640, 480) == Rectangle(41, 45, 601, 471)
    assert (NYU_EIGEN.limits_m, NYU_EIGEN.average, NYU_EIGEN.size_px) == ((0.1, 10.0), "images", (640, 480))


def test_nyu_hybrid_compares_the_middle_582_by_466_pixels_unclipped_and_pooled() -> None:
    window = NYU_HYBRID.window_of(640, 480)
    assert (window.width_px, window.height_px) == (582, 466)
    assert (window.x1, window.y1) == (640 - window.x2, 480 - window.y2)
    assert (NYU_HYBRID.limits_m, NYU_HYBRID.floor_m, NYU_HYBRID.average) == (None, 1e-3, "pixels")


def test_nyu_hybrid_shows_the_part_of_the_picture_that_it_compares() -> None:
    feed = NYU_HYBRID.feed
    assert feed is not None
    assert (feed.cut.width_px, feed.cut.height_px) == (320, 256)
    scale = 640 / feed.width_px
    shown = [scale * edge for edge in (feed.cut.x1, feed.cut.y1, feed.cut.x2, feed.cut.y2)]
    window = NYU_HYBRID.window_of(640, 480)
    assert shown == pytest.approx([window.x1, window.y1, window.x2, window.y2], abs=0.5)


@pytest.mark.parametrize(("width", "height"), [(1242, 375), (1241, 376), (1224, 370), (1226, 370)])
def test_kitti_gargs_window_is_the_usual_one_in_each_of_kittis_sizes(width: int, height: int) -> None:
    shares = np.array([0.40810811 * height, 0.99189189 * height, 0.03594771 * width, 0.96405229 * width])
    top, bottom, left, right = shares.astype(np.int32).tolist()
    assert KITTI_GARG.window_of(width, height) == Rectangle(left, top, right, bottom)
    assert (KITTI_GARG.limits_m, KITTI_GARG.average, KITTI_GARG.size_px) == ((1e-3, 80.0), "images", None)


@pytest.mark.parametrize(("width", "height"), [(320, 240), (7, 1000)])
def test_full_compares_every_pixel_of_a_picture_of_any_size(width: int, height: int) -> None:
    assert FULL.window_of(width, height) == Rectangle(0, 0, width, height)
    assert (FULL.limits_m, FULL.average, FULL.size_px) == ((0.1, 80.0), "images", None)


def test_full_takes_another_cap() -> None:
    assert full_protocol(12.5).limits_m == (0.1, 12.5)


@pytest.mark.parametrize("cap_m", [0.1, -1.0, np.inf, np.nan])
def test_a_cap_that_cannot_be_is_refused(cap_m: float) -> None:
    with pytest.raises(SettingError, match=r"a cap of more than 0\.1 metres"):
        full_protocol(cap_m)


def test_an_unknown_protocol_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SettingError, match="'kitti'; there are nyu-eigen, nyu-hybrid, kitti-garg, full"):
        find_protocol("kitti")


@pytest.mark.parametrize(
    ("crop", "expected"),
    [
        pytest.param("full", Rectangle(0, 0, 640, 480), id="whole picture"),
        pytest.param("portrait", Rectangle(140, 0, 500, 480), id="portrait"),
        pytest.param("wide", Rectangle(0, 60, 640, 420), id="wide"),
    ],
)
def test_a_crop_is_cut_from_the_middle(crop, expected: Rectangle) -> None:
    assert crop_rectangle(640, 480, crop) == expected
