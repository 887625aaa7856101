"""The pictures that a detector is trained on: which ones, whether they are sound, and the shapes of their boxes."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from howfar.datasets import DetectionSample, LazySamples
from howfar.datasets.check import Checked, Problem, check_detection
from howfar.errors import SettingError
from howfar.training.data.detection.augmentation import LEAST_SIDE_PX
from howfar.training.data.detection.batches import labelled


def chosen_pictures(
    samples: Sequence[DetectionSample], min_box_px: float = 0.0, count: int = 0, classes: tuple[str, ...] = ()
) -> Sequence[DetectionSample]:
    """Choose pictures; they are read only as far as that needs it.

    Args:
        samples: One split of a data set.
        min_box_px: Leave out pictures that hold a box of less than the area of a square of this side, or no box at all;
            0 for none.
        count: Take so many of those that remain, in their order; 0 for all.
        classes: Leave out the objects of all other classes; none of them for no name.

    Raises:
        SettingError: If too few remain, or the data set has no such class.
    """
    if classes:
        samples = LazySamples(range(len(samples)), partial(_of_classes, samples, classes))
    fitting = (index for index in range(len(samples)) if not min_box_px or _all_above(samples[index], min_box_px))
    indices = list(islice(fitting, count or None))
    if len(indices) < max(count, 1):
        wanted = f"{count} pictures were" if count > 1 else "a picture was"
        raise SettingError(
            f"{wanted.capitalize()} asked for, and {len(indices)} of {len(samples)} can be taken: lower data.count or "
            "data.min_box_px."
        )
    return LazySamples(indices, samples.__getitem__)


def _of_classes(samples: Sequence[DetectionSample], classes: tuple[str, ...], index: int) -> DetectionSample:
    """One picture with the objects of some classes, which are numbered anew."""
    sample = samples[index]
    if strange := [name for name in classes if name not in sample.class_names]:
        raise SettingError(
            f"The data have no class {strange[0]!r}; there are {', '.join(sample.class_names)}: correct data.classes."
        )
    numbers = {sample.class_names.index(name): number for number, name in enumerate(classes)}
    kept = np.array([number in numbers for number in sample.class_ids.tolist()], dtype=np.bool_)
    return replace(
        sample,
        boxes_xyxy_px=sample.boxes_xyxy_px[kept],
        class_ids=np.array([numbers[number] for number in sample.class_ids[kept].tolist()], dtype=np.int64),
        crowd=sample.crowd[kept],
        class_names=classes,
    )


class Survey:
    """A check of pictures that also notes what else a training needs to know, so that each is read once.

    Attributes:
        shapes_px: For each picture N×2 width and height of its boxes when it just fits a square of `size_px`. Left out
            is what training leaves out: crowds, and boxes that are next to nothing.
        notices: What is worth a look but stops no training.
    """

    def __init__(self, size_px: int) -> None:
        self.size_px = size_px
        self.shapes_px: list[NDArray[np.float32]] = []
        self.notices: list[Problem] = []

    def check(self, samples: Sequence[DetectionSample], checked: Checked) -> list[Problem]:
        """Check pictures; see `howfar.datasets.check.check_detection`."""

        def noted(index: int) -> DetectionSample:
            sample = samples[index]
            self.shapes_px.append(_box_shapes(sample, self.size_px))
            return sample

        problems = check_detection(LazySamples(range(len(samples)), noted), checked)
        self.notices += [problem for problem in problems if not problem.fatal]
        return problems

    def remark(self, root: str) -> str | None:
        """The first notice in a sentence; None when there is none."""
        if not self.notices:
            return None
        first, more = self.notices[0], len(self.notices) - 1
        rest = f" ({more} more: howfar data check {root})" if more else ""
        return f"{root}, {first.sample}: {first.sentence}{rest}"


def _box_shapes(sample: DetectionSample, size_px: int) -> NDArray[np.float32]:
    height, width = sample.image.shape[:2]
    boxes = labelled(sample).boxes_xyxy_px * np.float32(size_px / max(width, height))
    shapes: NDArray[np.float32] = boxes[:, 2:] - boxes[:, :2]
    return shapes[(shapes >= LEAST_SIDE_PX).all(axis=1)]


def _all_above(sample: DetectionSample, min_box_px: float) -> bool:
    boxes = sample.boxes_xyxy_px
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    return bool(len(areas) and (areas >= min_box_px**2).all())
