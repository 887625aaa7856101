"""The learned ranging method, with made-up networks whose answers are known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from howfar.ranging import Bounds
from howfar.ranging.methods.foreground import Foreground, weighted_quantiles
from howfar.scene import DepthMap, StereoRig
from howfar.scene.depth_map import DepthKind

SIDE = 16
BOX = np.array([[4.0, 4.0, 20.0, 20.0]])


def nearer_than_median(crops: NDArray[np.float32]) -> NDArray[np.float32]:
    """Takes what is nearer than the box's median for the object."""
    return (crops[:, 0] < -0.05).astype(np.float32) + np.float32(1e-6)


def the_inside(crops: NDArray[np.float32]) -> NDArray[np.float32]:
    return crops[:, 2]


def hollow_chair() -> DepthMap:
    """A frame 2 m away round a wall that is 5 m away and fills most of the box."""
    values = np.full((24, 24), 5.0, dtype=np.float32)
    values[4:20, 4:7] = values[4:20, 17:20] = values[4:6, 4:20] = 2.0
    return DepthMap(values, "metres")


def test_the_part_that_the_network_chooses_is_measured() -> None:
    assert Foreground(nearer_than_median, SIDE, 0.0).read(hollow_chair(), BOX).values == pytest.approx([2.0])
    assert Foreground(the_inside, SIDE, 0.0).read(hollow_chair(), BOX).values == pytest.approx([5.0])


@pytest.mark.parametrize(
    ("quantile", "depth_m"), [(0.1, 2.0), (0.25, 2.0), (0.5, 5.0), (0.9, 5.0)], ids=lambda each: f"{each:g}"
)
@pytest.mark.parametrize("masked", [False, True], ids=["by the network", "by a mask"])
@pytest.mark.parametrize("kind", ["metres", "disparity_px"])
def test_the_quantile_that_is_read_counts_from_the_nearest(
    quantile: float, depth_m: float, masked: bool, kind: DepthKind
) -> None:
    rig = StereoRig(100.0, 0.5)
    depth = hollow_chair()  # of the box, 42 % are 2 m away
    if kind == "disparity_px":
        depth = DepthMap(rig.disparity_px(depth.values), kind, stereo=rig)
    method = Foreground(the_inside, SIDE, 0.0).at_quantile(quantile)
    readings = method.read(depth, BOX, np.ones((1, SIDE, SIDE), np.float32) if masked else None)
    assert depth.to_metres(readings.values.astype(np.float32)) == pytest.approx([depth_m])
    assert readings.mixed is not None
    assert readings.mixed.all(), "how far the depths are apart does not depend on what is read"


@settings(max_examples=30, deadline=None)
@given(
    factor=st.floats(0.1, 10),
    left=st.floats(-4, 20),
    top=st.floats(-4, 20),
    width=st.floats(1, 20),
    height=st.floats(1, 20),
)
def test_depth_times_k_is_distance_times_k(factor: float, left: float, top: float, width: float, height: float) -> None:
    depth = hollow_chair()
    box = np.array([[left, top, left + width, top + height]])
    method = Foreground(nearer_than_median, SIDE, 0.15)
    farther = DepthMap(depth.values * np.float32(factor), "metres")
    np.testing.assert_allclose(
        method.read(farther, box).values, method.read(depth, box).values * np.float32(factor), rtol=1e-5
    )


@settings(max_examples=30, deadline=None)
@given(depth_m=st.floats(0.1, 80), left=st.floats(0, 20), width=st.floats(1, 20))
def test_a_constant_depth_gives_exactly_it(depth_m: float, left: float, width: float) -> None:
    depth = DepthMap(np.full((24, 24), depth_m, dtype=np.float32), "metres")
    box = np.array([[left, 2.0, left + width, 20.0]])
    assert Foreground(the_inside, SIDE, 0.15).read(depth, box).values == np.float32(depth_m)


@pytest.mark.parametrize(
    ("box", "reason"),
    [([30.0, 4.0, 40.0, 20.0], "outside"), ([4.0, 20.0, 20.0, 4.0], "upside down"), ([4.0, 4.0, 4.0, 4.0], "empty")],
    ids=["outside the map", "upside down", "off the known part"],
)
def test_where_nothing_is_known_there_is_no_value(box: list[float], reason: str) -> None:
    depth = DepthMap(np.where(np.arange(24) < 8, np.nan, 3.0).astype(np.float32).reshape(1, 24).repeat(24, 0), "metres")
    readings = Foreground(the_inside, SIDE, 0.0).read(depth, np.array([box, [10.0, 4.0, 20.0, 20.0]]))
    assert np.isnan(readings.values[0]), reason
    assert readings.values[1] == 3.0
    assert readings.valid_shares[0] == 0
    assert readings.valid_shares[1] == 1


def test_depths_outside_the_bounds_are_left_out() -> None:
    bounded = Foreground(the_inside, SIDE, 0.0, Bounds(upper_m=3.0))
    readings = bounded.read(hollow_chair(), BOX)
    assert readings.values == pytest.approx([2.0])
    assert readings.valid_shares[0] == pytest.approx(0.43, abs=0.05)


def test_what_was_taken_for_the_object_is_kept_and_nothing_where_nothing_is_known() -> None:
    depth = hollow_chair()
    holed = DepthMap(depth.values, "metres", np.arange(24)[:, None] < np.full(24, 16))
    outside = np.array([[30.0, 4.0, 40.0, 20.0]])
    weights = Foreground(nearer_than_median, SIDE, 0.25).read(holed, np.concatenate([BOX, outside])).weights
    assert weights is not None
    assert weights.values.shape == (2, SIDE, SIDE)
    np.testing.assert_allclose(weights.cells, [[0.0, 0.0, 24.0, 24.0], [27.5, 0.0, 42.5, 24.0]])
    places = ((np.arange(SIDE) + 0.5) * 24 / SIDE).astype(int)
    near = (depth.values == 2.0)[np.ix_(places, places)] & (places < 16)[:, None]
    np.testing.assert_allclose(weights.values[0], near, atol=1e-5)
    assert not weights.values[1].any()


def test_no_boxes_are_no_values() -> None:
    assert len(Foreground(the_inside, SIDE, 0.15).read(hollow_chair(), np.empty((0, 4))).values) == 0


@settings(max_examples=60, deadline=None)
@given(
    pairs=st.lists(st.tuples(st.floats(0.5, 50, width=32), st.floats(0, 1, width=32)), min_size=1, max_size=20).filter(
        lambda pairs: sum(weight for _, weight in pairs) > 0.01
    )
)
def test_a_weighted_quantile_has_its_share_of_the_weight_below_and_the_rest_above(
    pairs: list[tuple[float, float]],
) -> None:
    values, weights = (np.array(each, dtype=np.float32)[None] for each in zip(*pairs, strict=True))
    total = weights.sum()
    shares = (0.25, 0.5, 0.9)
    for share, value in zip(shares, weighted_quantiles(values, weights.astype(np.float64), shares)[0], strict=True):
        assert value in values
        assert weights[values < value].sum() <= total * share + 1e-5
        assert weights[values > value].sum() <= total * (1 - share) + 1e-5


@pytest.mark.parametrize(
    ("far_share", "mixed"),
    [(0.0, False), (0.2, False), (0.4, True), (0.6, True), (0.8, False)],
    ids=["one depth", "a little behind", "two depths", "more behind than not", "little before"],
)
def test_what_is_taken_for_the_object_has_two_depths_where_a_quarter_of_it_lies_far_off(
    far_share: float, mixed: bool
) -> None:
    values = np.full((SIDE, SIDE), 2.0, dtype=np.float32)
    values[: round(SIDE * far_share)] = 3.0
    readings = Foreground(everything, SIDE, 0.0).read(DepthMap(values, "metres"), np.array([[0.0, 0.0, SIDE, SIDE]]))
    assert readings.mixed is not None
    assert readings.log_sds is not None
    assert readings.mixed.tolist() == [mixed]
    assert readings.log_sds[0] == pytest.approx(0.18 * np.log(1.5) if mixed else 0.0)


def everything(crops: np.ndarray) -> np.ndarray:
    """Takes all for the object."""
    return np.ones((len(crops), SIDE, SIDE), dtype=np.float32)
