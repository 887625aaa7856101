"""Checking data sets before a training."""

from typing import Any

import numpy as np
import pytest

from howfar.datasets import DepthSample, DetectionSample, LazySamples
from howfar.datasets.check import check_depth, check_detection
from howfar.errors import SourceError
from howfar.scene import Camera

IMAGE = np.zeros((48, 64, 3), dtype=np.uint8)


def depth_sample(name: str = "a", depth_m: Any = 2.0, shape: tuple[int, int] = (48, 64)) -> DepthSample:
    values = np.full(shape, np.nan, dtype=np.float32)
    values.flat[: np.size(depth_m)] = depth_m
    return DepthSample(name, IMAGE, values, Camera.assumed(64, 48))


def detection_sample(*boxes: tuple[float, float, float, float], class_id: int = 0) -> DetectionSample:
    return DetectionSample(
        name="a",
        image_id=0,
        image=IMAGE,
        boxes_xyxy_px=np.array(boxes, dtype=np.float32).reshape(-1, 4),
        class_ids=np.full(len(boxes), class_id, dtype=np.int64),
        crowd=np.zeros(len(boxes), dtype=np.bool_),
        class_names=("cat", "dog"),
    )


GOOD_BOX = (1.0, 2.0, 30.0, 40.0)


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        pytest.param([depth_sample()], [], id="a good picture has none"),
        pytest.param([], [("all", "The split is empty", True)], id="an empty split"),
        pytest.param(
            [depth_sample(shape=(24, 32))], [("a", "32×24 values and its picture 64×48", True)], id="another size"
        ),
        pytest.param(
            [depth_sample(), depth_sample("b", np.nan)], [("b", "No pixel", False)], id="a picture without depth"
        ),
        pytest.param(
            [depth_sample("b", np.nan)],
            [("b", "No pixel", False), ("all", "No picture has a pixel", True)],
            id="no depth",
        ),
        pytest.param(
            [depth_sample(depth_m=[2, 0, -1, np.inf])], [("a", "3 pixels have a depth of 0", True)], id="zeros"
        ),
        pytest.param([depth_sample(depth_m=2300)], [("all", "2300 m, which looks like millimetres", True)], id="mm"),
        pytest.param([depth_sample(depth_m=230)], [("all", "230 m, which looks like centimetres", True)], id="cm"),
        pytest.param(
            [depth_sample(depth_m=0.0023)], [("all", "0.0023 m, which looks like metres", True)], id="too small"
        ),
        pytest.param(
            [depth_sample(depth_m=2), depth_sample(depth_m=3), depth_sample(depth_m=900)],
            [],
            id="one far picture is fine",
        ),
    ],
)
def test_problems_of_depth(samples: list[DepthSample], expected: list[tuple[str, str, bool]]) -> None:
    problems = check_depth(samples)
    assert [(problem.sample, problem.fatal) for problem in problems] == [(name, fatal) for name, _, fatal in expected]
    for problem, (_, words, _) in zip(problems, expected, strict=True):
        assert words in problem.sentence


@pytest.mark.parametrize(
    ("sample", "words", "fatal"),
    [
        pytest.param(
            detection_sample(GOOD_BOX, class_id=2),
            "1 box has a class that does not exist, as 2 of 2",
            True,
            id="2 of 2",
        ),
        pytest.param(detection_sample(GOOD_BOX, class_id=-1), "as -1 of 2 classes counted from 0", True, id="-1"),
        pytest.param(detection_sample((np.nan, 0, 5, 5)), "1 box has corners that are no numbers", True, id="NaN"),
        pytest.param(
            detection_sample((9, 9, 9, 20), (9, 9, 5, 20)), "2 boxes have no width or no height", False, id="flat"
        ),
        pytest.param(
            detection_sample((64, 0, 70, 20)), "1 box has no part in the picture of 64×48", True, id="right of it"
        ),
        pytest.param(detection_sample((0, -9, 70, 0)), "no part in the picture", True, id="above it"),
        pytest.param(
            detection_sample((0, 0, 65.5, 20)), "1 box has parts beyond the picture", False, id="partly beyond"
        ),
        pytest.param(detection_sample(), "No picture has a box", True, id="no box at all"),
    ],
)
def test_problems_of_boxes(sample: DetectionSample, words: str, fatal: bool) -> None:
    (problem,) = check_detection([sample])
    assert words in problem.sentence
    assert problem.fatal == fatal


@pytest.mark.parametrize(
    "box",
    [
        pytest.param(GOOD_BOX, id="within"),
        pytest.param((0, 0, 64, 48), id="the whole picture"),
        pytest.param((-1, -1, 65, 49), id="rounded outwards"),
    ],
)
def test_a_good_box_has_no_problem(box: tuple[float, float, float, float]) -> None:
    assert check_detection([detection_sample(box)]) == []


def test_a_box_has_one_problem_of_place_only() -> None:
    problems = check_detection([detection_sample(GOOD_BOX, (100, 100, 120, 120), (50, 40, 90, 60), (70, 1, 60, 9))])
    assert [problem.sentence.split(" (")[0] for problem in problems] == [
        "1 box has no width or no height: take them out, as no training can use them",
        "1 box has no part in the picture of 64×48 pixels: correct the labels' unit",
        "1 box has parts beyond the picture of 64×48 pixels, which will be cut off",
    ]


def test_a_picture_that_cannot_be_read_is_a_problem_and_the_others_are_still_checked() -> None:
    def load(place: int) -> DepthSample:
        if place == 1:
            raise SourceError("b.png cannot be read as a picture.")
        return depth_sample(str(place))

    seen: list[str] = []
    (problem,) = check_depth(LazySamples(range(3), load), seen.append)
    assert (problem.sample, problem.sentence, problem.fatal) == (
        "picture 2",
        "b.png cannot be read as a picture.",
        True,
    )
    assert seen == ["0", "picture 2", "2"]
