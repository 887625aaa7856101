"""Filling in, against a walk from each pixel."""

import numpy as np
import pytest

from howfar.stereo.mc_cnn.checking import Checked
from howfar.stereo.mc_cnn.interpolation import WAYS, interpolate


def walked(disparity: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """0 is correct, 1 mismatched, 2 occluded."""
    height, width = disparity.shape
    filled = disparity.copy()
    for y, x in np.argwhere(kinds == 2):
        row = [c for c in [*range(x, -1, -1), *range(x, width)] if kinds[y, c] == 0]
        if row:
            filled[y, x] = disparity[y, row[0]]
    for y, x in np.argwhere(kinds == 1):
        found = []
        for down, right in WAYS:
            for step in range(1, height + width):
                py = y + int(np.trunc(down * step + np.copysign(0.5, down)))
                px = x + int(np.trunc(right * step + np.copysign(0.5, right)))
                if not (0 <= py < height and 0 <= px < width):
                    break
                if kinds[py, px] == 0:
                    found.append(disparity[py, px])
                    break
        if found:
            filled[y, x] = np.median(found)
    return filled


@pytest.mark.parametrize("known", [0.0, 0.05, 0.6, 1.0], ids="{:.0%} are correct".format)
def test_occlusions_come_from_the_left_and_mismatches_from_all_around(known: float) -> None:
    rng = np.random.default_rng(5)
    disparity = rng.uniform(0, 30, (9, 14)).astype(np.float32)
    kinds = np.where(rng.uniform(size=(9, 14)) < known, 0, rng.integers(1, 3, (9, 14)))
    checked = Checked(kinds == 0, kinds == 1, kinds == 2)
    np.testing.assert_allclose(interpolate(disparity, checked), walked(disparity, kinds), rtol=1e-6)


def test_there_are_sixteen_different_directions() -> None:
    assert len({(down, right) for down, right in WAYS}) == 16
    assert all(max(abs(down), abs(right)) == 1 for down, right in WAYS)
