"""Checking a data set before a training stops at it: what is wrong with it, in sentences."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from howfar.datasets.rig_pairs import RigPair
from howfar.datasets.samples import DepthSample, DetectionSample
from howfar.datasets.splits import WHOLE
from howfar.errors import HowfarError

FARTHEST_MEDIAN_M = 200.0
"""No picture of rooms, streets or landscapes with measured depth has a median depth beyond this."""

NEAREST_MEDIAN_M = 0.03

LEAST_MEDIAN_AS_MM = 500.0
"""From this median on, numbers that are no metres are taken for millimetres; below it, for centimetres."""

OUTSIDE_TOLERANCE_PX = 1.0
"""Labelling tools round, and some count pixels from 1: so far a box may reach beyond its picture."""

Sample = TypeVar("Sample", DepthSample, DetectionSample, RigPair)

Checked = Callable[[str], None]
"""Called once a sample, with its name."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a data set.

    Attributes:
        sample: What the data set calls the picture, its number in the split if it could not be read, or `all`.
        sentence: What is wrong, and what to do.
        fatal: Whether a training would stop at it or learn nonsense from it; otherwise it is only worth a look.
    """

    sample: str
    sentence: str
    fatal: bool


def check_depth(samples: Sequence[DepthSample], checked: Checked = lambda _: None) -> list[Problem]:
    """Check pictures with depth: that each can be read and fits its depth, and that the depths can be metres.

    Args:
        samples: One split of a data set.
        checked: Told of each sample when it is done with.
    """
    medians_m: list[float] = []

    def look(sample: DepthSample) -> Iterator[Problem]:
        yield from _depth_problems(sample)
        known = sample.depth_m[np.isfinite(sample.depth_m) & (sample.depth_m > 0)]
        if known.size:
            medians_m.append(float(np.median(known)))

    problems, read = _each(samples, look, checked)
    if medians_m:
        problems += _unit_problems(float(np.median(medians_m)))
    elif read:
        problems.append(
            Problem(WHOLE, "No picture has a pixel of known depth: check the unit and what is invalid.", True)
        )
    return problems


def check_detection(samples: Sequence[DetectionSample], checked: Checked = lambda _: None) -> list[Problem]:
    """Check pictures with boxes: that each can be read, and that its boxes have a class, a size and lie in the picture.

    Args:
        samples: One split of a data set.
        checked: Told of each sample when it is done with.
    """
    boxes = 0

    def look(sample: DetectionSample) -> Iterator[Problem]:
        nonlocal boxes
        boxes += len(sample.boxes_xyxy_px)
        yield from _class_problems(sample)
        yield from _box_problems(sample)

    problems, read = _each(samples, look, checked)
    if read and not boxes:
        problems.append(Problem(WHOLE, "No picture has a box: check where the labels lie.", True))
    return problems


def check_pairs(samples: Sequence[RigPair], checked: Checked = lambda _: None) -> list[Problem]:
    """Check stereo pairs: that each can be read, and that its two pictures are not one and the same.

    Args:
        samples: One split of a data set.
        checked: Told of each sample when it is done with.
    """

    def look(sample: RigPair) -> Iterator[Problem]:
        if np.array_equal(sample.left, sample.right):
            yield Problem(sample.name, "The right-hand picture is the left-hand one once more: pair them anew.", True)

    return _each(samples, look, checked)[0]


def _each(
    samples: Sequence[Sample], look: Callable[[Sample], Iterator[Problem]], checked: Checked
) -> tuple[list[Problem], int]:
    """What is wrong with each sample, and how many could be read."""
    if not samples:
        return [Problem(WHOLE, "The split is empty: it should name at least one picture.", True)], 0
    problems: list[Problem] = []
    read = 0
    for index in range(len(samples)):
        name = f"picture {index + 1}"
        try:
            sample = samples[index]
        except HowfarError as error:
            problems.append(Problem(name, str(error), True))
        else:
            name, read = sample.name, read + 1
            problems += look(sample)
        checked(name)
    return problems, read


def _depth_problems(sample: DepthSample) -> Iterator[Problem]:
    depth_m = sample.depth_m
    height, width = sample.image.shape[:2]
    if depth_m.shape != (height, width):
        size = f"{depth_m.shape[1]}×{depth_m.shape[0]}"
        yield Problem(
            sample.name, f"The depth has {size} values and its picture {width}×{height} pixels: pair them anew.", True
        )
    if np.isnan(depth_m).all():
        yield Problem(sample.name, "No pixel has a known depth: a training learns nothing from this picture.", False)
    impossible = int(np.count_nonzero((depth_m <= 0) | np.isinf(depth_m)))
    if impossible:
        yield Problem(
            sample.name, f"{impossible} pixels have a depth of 0, less, or infinity: say that they are invalid.", True
        )


def _unit_problems(median_m: float) -> list[Problem]:
    if NEAREST_MEDIAN_M <= median_m <= FARTHEST_MEDIAN_M:
        return []
    if median_m < NEAREST_MEDIAN_M:
        likely = "metres that were read as a smaller unit"
    else:
        likely = "millimetres" if median_m >= LEAST_MEDIAN_AS_MM else "centimetres"
    return [Problem(WHOLE, f"The median depth is {median_m:.4g} m, which looks like {likely}: correct the unit.", True)]


def _class_problems(sample: DetectionSample) -> Iterator[Problem]:
    wrong = (sample.class_ids < 0) | (sample.class_ids >= len(sample.class_names))
    if wrong.any():
        number = int(sample.class_ids[wrong][0])
        yield Problem(
            sample.name,
            f"{_boxes(wrong)} a class that does not exist, as {number} of {len(sample.class_names)} classes counted "
            "from 0: correct the labels or the list of classes.",
            True,
        )


def _box_problems(sample: DetectionSample) -> Iterator[Problem]:
    x1, y1, x2, y2 = sample.boxes_xyxy_px.T
    height, width = sample.image.shape[:2]
    finite = np.isfinite(sample.boxes_xyxy_px).all(axis=1)
    flat = finite & ((x2 <= x1) | (y2 <= y1))
    away = finite & ~flat & ((x2 <= 0) | (y2 <= 0) | (x1 >= width) | (y1 >= height))
    slack = OUTSIDE_TOLERANCE_PX
    beyond = finite & ~flat & ((x1 < -slack) | (y1 < -slack) | (x2 > width + slack) | (y2 > height + slack))
    for wrong, what, fatal in (
        (~finite, "corners that are no numbers: correct the labels", True),
        (flat, "no width or no height: take them out, as no training can use them", False),
        (away, f"no part in the picture of {width}×{height} pixels: correct the labels' unit", True),
        (beyond & ~away, f"parts beyond the picture of {width}×{height} pixels, which will be cut off", False),
    ):
        if wrong.any():
            first = ", ".join(f"{value:.1f}" for value in sample.boxes_xyxy_px[wrong][0])
            yield Problem(sample.name, f"{_boxes(wrong)} {what} (the first is {first}).", fatal)


def _boxes(wrong: Any) -> str:
    count = int(np.count_nonzero(wrong))
    return "1 box has" if count == 1 else f"{count} boxes have"
