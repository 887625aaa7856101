"""Detections: parallel arrays that stay together."""

import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.scene import Detections


def two(**arrays: np.ndarray) -> Detections:
    found = Detections.from_boxes([[0, 0, 10, 10], [5, 5, 20, 20]], ["cat", "dog"], [0.9, 0.8])
    return Detections(found.boxes_xyxy_px, found.scores, found.class_ids, found.class_names, **arrays)


def test_what_belongs_to_a_box_goes_with_it() -> None:
    chosen = two(masks=np.stack([np.zeros((4, 4)), np.ones((4, 4))]), height_log_sds=np.array([0.1, 0.2])).select(
        np.array([1])
    )
    assert (chosen.labels, chosen.masks.mean(), chosen.height_log_sds.tolist()) == (("dog",), 1.0, [0.2])


def test_drawn_boxes_have_no_error_of_a_detector() -> None:
    assert Detections.from_boxes([[0, 0, 10, 10]], ["cat"]).height_log_sds is None


def test_as_many_errors_as_boxes_are_needed() -> None:
    with pytest.raises(SettingError, match="2 detections need 2 errors"):
        two(height_log_sds=np.array([0.1]))


@pytest.mark.parametrize("score", [7.5, -0.1, float("nan"), float("inf")])
def test_scores_that_are_none_are_refused(score: float) -> None:
    with pytest.raises(SettingError, match="between 0 and 1"):
        Detections.from_boxes([[0, 0, 10, 10]], ["cat"], [score])
