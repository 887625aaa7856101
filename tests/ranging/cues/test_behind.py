"""What a pair tells of objects that are mostly behind others is doubted."""

import math

import numpy as np
import pytest

from howfar.ranging.cues.behind import BEHIND_LOG_SD, BEHIND_NOTE
from howfar.ranging.cues.joining import NOT_NEEDED, parse_cues, with_cues
from howfar.scene import Camera, Cue, DepthFacts, Detections, Distance

CAMERA = Camera.from_focal(640, 480, 500.0)
NETWORK = DepthFacts("sgbm", "disparity_px", reach_m=80.0)
BEHIND, BEFORE = (100.0, 100.0, 200.0, 200.0), (90.0, 90.0, 210.0, 300.0)


def measured(depth_m: float, map_log_sd: float) -> Distance:
    ends = (0.0, 0.0, 1.0, 1.0)
    return Distance(depth_m, depth_m, (0.0, 0.0, depth_m), "auto", 1.0, False, ends, 0.0, map_log_sd)


def ranged(labels: list[str], boxes, distances, cues, names: str = "auto") -> tuple[Distance, ...]:
    found = Detections.from_boxes(boxes, labels)
    return with_cues(distances, found, CAMERA, parse_cues(names), NETWORK, cues)


def test_an_object_mostly_behind_another_is_less_certain_than_that() -> None:
    both = [measured(5.0, 0.02), measured(5.0, 0.02)]
    boxes = [Cue("boxes", 5.0, 0.02), Cue("boxes", 5.0, 0.02)]
    behind, before = ranged(["box", "box"], [BEHIND, BEFORE], both, boxes)
    assert before.high_m / before.low_m < 1.05
    assert behind.high_m / behind.low_m > 2
    assert behind.cues[0].note == BEHIND_NOTE
    assert all(cue.log_sd >= BEHIND_LOG_SD for cue in behind.cues if cue.is_known)


def test_the_boxes_of_an_object_partly_behind_another_count_for_more_than_the_map() -> None:
    partly = (100.0, 100.0, 200.0, 180.0), (100.0, 140.0, 200.0, 300.0)
    both, boxes = [measured(5.0, 0.02)] * 2, [Cue("boxes", 6.0, 0.02)] * 2
    behind, before = ranged(["box", "box"], partly, both, boxes)
    assert 5.6 < behind.depth_m < 6.0
    assert behind.high_m / behind.low_m > 1.4
    assert before.depth_m == pytest.approx(math.sqrt(30.0), rel=0.02)


def test_map_and_boxes_are_joined_and_sizes_do_not_correct_them() -> None:
    cues = [Cue("boxes", 5.2, 0.02)]
    (person,) = ranged(["person"], [(300, 100, 400, 400)], [measured(5.0, 0.02)], cues)
    assert person.depth_m == pytest.approx(math.sqrt(5.0 * 5.2), rel=1e-3)
    assert person.method == "auto+boxes"
    size = next(cue for cue in person.cues if cue.name == "size")
    assert (size.weight, size.note) == (0.0, NOT_NEEDED)


@pytest.mark.parametrize(
    ("names", "method"),
    [
        pytest.param("boxes", "boxes", id="the boxes alone"),
        pytest.param("depth", "auto", id="the map alone"),
        pytest.param("depth,boxes", "auto+boxes", id="both"),
    ],
)
def test_cues_of_a_pair_can_be_asked_for(names: str, method: str) -> None:
    (person,) = ranged(
        ["person"], [(300, 100, 400, 400)], [measured(5.0, 0.02)], [Cue("boxes", 5.2, 0.02)], names=names
    )
    assert person.method == method


def test_a_map_that_is_not_sure_is_joined_with_everything() -> None:
    (person,) = ranged(["person"], [(300, 100, 400, 400)], [measured(5.0, 0.3)], [Cue.unknown("boxes", "not found")])
    assert "size" in person.method


def test_what_the_pair_tells_of_one_object_does_not_move_another_that_one_eye_tells() -> None:
    labels, boxes = ["person", "person"], [(300, 100, 400, 400), (50, 100, 150, 400)]
    none = [Cue.unknown("boxes", "not found")] * 2
    alone = ranged(labels[:1], boxes[:1], [measured(4.0, np.nan)], none[:1])[0]
    beside = ranged(labels, boxes, [measured(4.0, np.nan), measured(4.0, 0.01)], none)[0]
    assert beside.depth_m == pytest.approx(alone.depth_m)
