"""Masks of instance segmentation: a few maps for all objects, and how much of each is in one."""

import numpy as np
import pytest

from howfar.models.masks import MaskParts, masks_in_boxes

SIZE = (64, 48)
LEFT_AND_TOP = np.zeros((2, 12, 16), dtype=np.float32)
LEFT_AND_TOP[0] = np.where(np.arange(16) < 8, 20.0, -20.0)
LEFT_AND_TOP[1] = np.where(np.arange(12) < 6, 20.0, -20.0)[:, None]
"""Two prototypes over an input of 64×48: its left half, its upper half."""

WHOLE = [0, 0, 64, 48]


def masks(coefficients: list[list[float]], boxes: list[list[float]]) -> np.ndarray:
    parts = MaskParts(np.array(coefficients, dtype=np.float32), LEFT_AND_TOP)
    return masks_in_boxes(parts, np.array(boxes, dtype=np.float32), SIZE, side=8)


def test_each_object_has_its_own_mixture_of_the_prototypes() -> None:
    left, upper, lower = masks([[1, 0], [0, 1], [0, -1]], [WHOLE] * 3)
    columns = np.array([1, 1, 1, 1, 0, 0, 0, 0])
    np.testing.assert_allclose(left, np.tile(columns, (8, 1)), atol=1e-3)
    np.testing.assert_allclose(upper, np.tile(columns[:, None], (1, 8)), atol=1e-3)
    np.testing.assert_allclose(lower, 1 - upper, atol=1e-3)


@pytest.mark.parametrize(
    ("box", "share"),
    [([0, 0, 28, 48], 1.0), ([36, 0, 64, 48], 0.0), ([24, 10, 40, 20], 0.5), ([16, 0, 80, 48], 0.25)],
    ids=["within", "without", "half", "beyond the input its edge goes on"],
)
def test_a_mask_is_seen_through_its_box(box: list[float], share: float) -> None:
    assert masks([[1, 0]], [box])[0].mean() == pytest.approx(share, abs=0.01)


def test_no_object_no_mask() -> None:
    nothing = MaskParts(np.zeros((0, 2), np.float32), LEFT_AND_TOP)
    assert masks_in_boxes(nothing, np.zeros((0, 4), np.float32), SIZE).shape == (0, 32, 32)
