"""Anchors: which boxes they can learn, and such as are fitted to boxes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from howfar.errors import SettingError
from howfar.networks.yolov5 import ANCHORS_PX
from howfar.training.data.detection.anchors import best_possible_recall, fit_anchors


@pytest.mark.parametrize(
    ("box", "fits"),
    [
        pytest.param((10, 20), True, id="the anchor itself"),
        pytest.param((39, 20), True, id="just under four times as wide"),
        pytest.param((40, 20), False, id="four times as wide"),
        pytest.param((2.6, 79), True, id="narrower and taller, both under four times"),
        pytest.param((10, 5), False, id="a quarter of the height"),
    ],
)
def test_a_box_fits_an_anchor_within_a_factor_of_four(box: tuple[float, float], fits: bool) -> None:
    assert best_possible_recall([box], [(10, 20)]) == float(fits)


def test_recall_is_the_share_of_boxes_that_any_anchor_fits() -> None:
    boxes = [(10, 13), (300, 300), (2, 2), (1, 600)]
    assert best_possible_recall(boxes, ANCHORS_PX) == 0.5
    assert best_possible_recall(boxes, ANCHORS_PX, threshold=7.0) == 0.75


def made_of(centres: np.ndarray, spread: float, count: int = 200) -> np.ndarray:
    """Boxes about some shapes, off by a normally distributed factor."""
    rng = np.random.default_rng(1)
    return (centres[:, None] * np.exp(rng.normal(0, spread, (len(centres), count, 2)))).reshape(-1, 2)


def test_anchors_find_the_shapes_that_boxes_were_made_of_smallest_first() -> None:
    shapes = np.array([(10, 10), (12, 60), (80, 30), (100, 100), (40, 300), (400, 200)], dtype=np.float64)
    fitted = fit_anchors(made_of(shapes[::-1], spread=0.1), count=6)
    np.testing.assert_allclose(fitted, shapes, rtol=0.05)
    assert fitted.dtype == np.float32


def test_fitted_anchors_recall_more_than_the_usual_ones_on_unusual_boxes() -> None:
    boxes = made_of(np.array([(4.0, 300.0), (6.0, 150.0), (500.0, 20.0)]), spread=0.5)
    fitted = fit_anchors(boxes)
    assert fitted.shape == (9, 2)
    assert best_possible_recall(boxes, fitted) > 0.99 > 0.3 > best_possible_recall(boxes, ANCHORS_PX)


def test_the_same_seed_gives_the_same_anchors() -> None:
    boxes = made_of(np.array([(20.0, 20.0)]), spread=1.0)
    np.testing.assert_array_equal(fit_anchors(boxes, seed=3), fit_anchors(boxes, seed=3))


def test_as_many_anchors_as_shapes_are_the_shapes() -> None:
    shapes = [(10, 20), (30, 40), (200, 100)]
    np.testing.assert_allclose(fit_anchors([*shapes, (10, 20)], count=3), shapes, rtol=1e-6)


@settings(deadline=None)
@given(scale=st.floats(0.1, 10.0))
def test_anchors_grow_with_the_boxes(scale: float) -> None:
    boxes = made_of(np.array([(10.0, 10.0), (100.0, 50.0)]), spread=0.2, count=20)
    np.testing.assert_allclose(fit_anchors(boxes * scale, count=2), scale * fit_anchors(boxes, count=2), rtol=1e-4)


@pytest.mark.parametrize(
    ("boxes", "message"),
    [
        pytest.param(np.empty((0, 2)), "there must be some", id="no boxes"),
        pytest.param([(10, 0)] * 9, "above zero", id="a box without height"),
        pytest.param([(10, np.nan)] * 9, "above zero", id="a box of unknown height"),
        pytest.param([(10, 20), (30, 40)] * 9, "9 different sizes, and there are 2", id="too few shapes"),
    ],
)
def test_boxes_that_no_anchors_can_be_fitted_to(boxes: np.ndarray, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        fit_anchors(boxes)
