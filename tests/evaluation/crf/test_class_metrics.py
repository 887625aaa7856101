"""Figures of semantic classes."""

import numpy as np
import pytest

from howfar.evaluation.crf.class_metrics import ClassMetric


def metric(said: list[int], true: list[int], count: int = 4):
    counted = ClassMetric(count)
    counted.update(np.array(said), np.array(true, dtype=np.uint8))
    return counted.compute()


@pytest.mark.parametrize(
    ("said", "true", "accuracy", "miou"),
    [
        pytest.param([0, 1, 2], [0, 1, 2], 1.0, 1.0, id="all right"),
        pytest.param([1, 1], [0, 0], 0.0, 0.0, id="all wrong"),
        pytest.param([0, 0, 1, 1], [0, 0, 0, 1], 0.75, (2 / 3 + 1 / 2) / 2, id="one pixel of another class"),
        pytest.param([0, 3], [0, 0], 0.5, 0.5, id="a class that is not there lowers no mean by itself"),
        pytest.param([0, 1], [0, 255], 1.0, 1.0, id="nobody labelled the wrong one"),
        pytest.param([0, 1], [0, 4], 1.0, 1.0, id="a class beyond the last"),
    ],
)
def test_accuracy_and_mean_intersection_over_union(said, true, accuracy: float, miou: float) -> None:
    figures = metric(said, true)
    assert (figures.pixel_accuracy, figures.miou) == pytest.approx((accuracy, miou))


def test_figures_of_many_pixels_agree_with_counting_them_one_by_one() -> None:
    rng = np.random.default_rng(0)
    said, true = rng.integers(0, 5, (2, 30, 40))
    counted = ClassMetric(5)
    for rows in (slice(0, 11), slice(11, 30)):
        counted.update(said[rows], true[rows])
    figures = counted.compute()
    ious = [((said == c) & (true == c)).sum() / ((said == c) | (true == c)).sum() for c in range(5)]
    assert figures.miou == pytest.approx(np.mean(ious))
    assert figures.pixel_accuracy == pytest.approx((said == true).mean())
    assert (figures.classes, figures.pixels) == (5, 1200)


def test_without_labels_nothing_is_known() -> None:
    figures = metric([0], [255])
    assert np.isnan([figures.pixel_accuracy, figures.miou]).all()
    assert (figures.classes, figures.pixels) == (0, 0)
