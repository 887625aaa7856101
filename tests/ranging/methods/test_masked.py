"""Ranging by the detector's own masks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from howfar.ranging import Bounds, parse_method
from howfar.ranging.methods.foreground import Foreground
from howfar.ranging.methods.masked import Masked, with_masks
from howfar.scene import DepthMap

BOX = np.array([[4.0, 4.0, 20.0, 20.0]])


def hollow_chair() -> DepthMap:
    """A frame 2 m away round a wall that is 5 m away and fills most of the box."""
    values = np.full((24, 24), 5.0, dtype=np.float32)
    values[4:20, 4:7] = values[4:20, 17:20] = values[4:6, 4:20] = 2.0
    return DepthMap(values, "metres")


def frame(side: int = 16) -> np.ndarray:
    """The mask of the frame alone, over its box."""
    mask = np.zeros((1, side, side), dtype=np.float32)
    mask[0, :, :3] = mask[0, :, -3:] = mask[0, :2] = 1.0
    return mask


def test_what_the_mask_covers_is_measured() -> None:
    assert Masked(frame()).read(hollow_chair(), BOX).values == pytest.approx([2.0])
    assert Masked(1 - frame()).read(hollow_chair(), BOX).values == pytest.approx([5.0])


def test_a_mask_over_two_depths_says_so_and_one_over_one_does_not() -> None:
    both, one = Masked(np.ones_like(frame())), Masked(frame())
    for method, mixed in ((both, True), (one, False)):
        told = method.read(hollow_chair(), BOX)
        assert told.mixed is not None
        assert told.mixed.tolist() == [mixed]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 99), factor=st.floats(0.1, 10))
def test_a_scene_that_is_farther_is_measured_farther(seed: int, factor: float) -> None:
    rng = np.random.default_rng(seed)
    values, mask = rng.uniform(1, 6, (24, 24)).astype(np.float32), rng.uniform(0.01, 1, (1, 8, 8)).astype(np.float32)
    plain = Masked(mask).read(DepthMap(values, "metres"), BOX).values
    farther = Masked(mask).read(DepthMap(np.float32(factor) * values, "metres"), BOX).values
    assert farther == pytest.approx(factor * plain, rel=1e-4)


@pytest.mark.parametrize(
    ("mask", "bounds"),
    [(np.zeros((1, 16, 16), np.float32), Bounds()), (frame(), Bounds(lower_m=3.0))],
    ids=["an empty mask", "a mask over what is left out"],
)
def test_a_mask_with_nothing_to_measure_gives_nothing(mask: np.ndarray, bounds: Bounds) -> None:
    told = Masked(mask, bounds).read(hollow_chair(), BOX)
    assert np.isnan(told.values).all()


def test_masks_take_the_place_of_the_learned_method_alone() -> None:
    learned, median = Foreground(lambda crops: crops[:, 2], 16, 0.0, Bounds(upper_m=9.0)), parse_method("median")
    masked = with_masks(learned, frame())
    assert isinstance(masked, Masked)
    assert (masked.name, masked.bounds) == ("mask", learned.bounds)
    assert with_masks(learned, None) is learned
    assert with_masks(median, frame()) is median
