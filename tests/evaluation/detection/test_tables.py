"""The figures of a detector's measurement, by hand."""

import pytest

from howfar.evaluation.detection.tables import class_rows, point_rows, threshold_rows
from tests.evaluation.detection.detector_results import detector_result

NAN = float("nan")


def test_the_points_are_those_of_all_classes_pooled() -> None:
    stated, best = point_rows(detector_result())
    # At 0.5: a cat right, a cat wrong, an owl wrong; five true objects.
    assert stated == {
        "threshold": "as stated",
        "confidence": 0.5,
        "precision": pytest.approx(1 / 3),
        "recall": pytest.approx(1 / 5),
        "f1": pytest.approx(2 / 8),
    }
    # At 0.3 there are 2 · 2 / (4 + 5), at 0.9 only 2 · 1 / (1 + 5).
    assert (best["confidence"], best["f1"]) == (0.3, pytest.approx(4 / 9))


def test_thresholds_start_at_the_least_confidence_that_was_kept() -> None:
    rows = threshold_rows(detector_result())
    assert [row["confidence"] for row in rows] == [0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    # The cat's precision is 1 up to a recall of 1/4, then 2/3 up to 1/2: 26 and 25 of 101 points; the yak's is 0.
    assert rows[0]["map50"] == pytest.approx((26 + 25 * 2 / 3) / 101 / 2)
    assert rows[0]["map75"] == pytest.approx(26 / 101 / 2)
    assert rows[-1]["map50"] == pytest.approx(26 / 101 / 2)
    assert (rows[-1]["precision"], rows[-1]["recall"]) == (1.0, 0.2)


def test_each_class_with_an_object_has_a_row() -> None:
    cat, yak = class_rows(detector_result())
    assert cat == {
        "class": "cat",
        "objects": 4,
        "ap": 0.4,
        "ap50": pytest.approx((26 + 25 * 2 / 3) / 101),
        "ap75": pytest.approx(26 / 101),
        "precision": 0.5,
        "recall": 0.25,
        "f1": pytest.approx(2 / 6),
    }
    assert (yak["ap50"], yak["recall"], yak["f1"]) == (0.0, 0.0, 0.0)
    assert yak["precision"] == pytest.approx(NAN, nan_ok=True)
