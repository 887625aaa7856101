"""Ranging by the detector's own masks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from howfar.ranging import NO_BOUNDS, Bounds, parse_method
from howfar.ranging.methods.foreground import MASK, Foreground, masked_readings
from howfar.ranging.methods.method import Readings
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


def masked(mask: np.ndarray, bounds: Bounds = NO_BOUNDS) -> Readings:
    return masked_readings(hollow_chair(), BOX, mask, bounds)


def test_what_the_mask_covers_is_measured() -> None:
    assert masked(frame()).values == pytest.approx([2.0])
    assert masked(1 - frame()).values == pytest.approx([5.0])


def test_a_mask_over_two_depths_says_so_and_one_over_one_does_not() -> None:
    for mask, mixed in ((np.ones_like(frame()), True), (frame(), False)):
        told = masked(mask)
        assert told.mixed is not None
        assert told.mixed.tolist() == [mixed]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 99), factor=st.floats(0.1, 10))
def test_a_scene_that_is_farther_is_measured_farther(seed: int, factor: float) -> None:
    rng = np.random.default_rng(seed)
    values, mask = rng.uniform(1, 6, (24, 24)).astype(np.float32), rng.uniform(0.01, 1, (1, 8, 8)).astype(np.float32)
    plain = masked_readings(DepthMap(values, "metres"), BOX, mask).values
    farther = masked_readings(DepthMap(np.float32(factor) * values, "metres"), BOX, mask).values
    assert farther == pytest.approx(factor * plain, rel=1e-4)


@pytest.mark.parametrize(
    ("mask", "bounds"),
    [(np.zeros((1, 16, 16), np.float32), Bounds()), (frame(), Bounds(lower_m=3.0))],
    ids=["an empty mask", "a mask over what is left out"],
)
def test_a_mask_with_nothing_to_measure_gives_nothing(mask: np.ndarray, bounds: Bounds) -> None:
    assert np.isnan(masked(mask, bounds).values).all()


def test_masks_take_the_place_of_the_learned_method_alone() -> None:
    learned, median = Foreground(lambda crops: crops[:, 2], 16, 0.0, Bounds(upper_m=9.0)), parse_method("median")
    told = learned.read(hollow_chair(), BOX, frame())
    assert told.method == MASK == "mask"
    assert told.values == pytest.approx([2.0])
    without = learned.read(hollow_chair(), BOX)
    assert (without.method, without.values.tolist()) == ("", [5.0])
    for mask in (None, frame()):
        told = median.read(hollow_chair(), BOX, mask)
        assert (told.method, told.values.tolist()) == ("", [5.0])


def test_the_limits_of_the_learned_method_hold_for_masks_too() -> None:
    learned = Foreground(lambda crops: crops[:, 2], 16, 0.0, Bounds(upper_m=4.0))
    told = learned.read(hollow_chair(), BOX, np.ones_like(frame()))
    assert told.values == pytest.approx([2.0])
