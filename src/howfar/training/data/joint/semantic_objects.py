"""The objects of a room by its semantic classes, joined with what a teacher finds.

People who labelled NYU's pictures know its chairs and tables better than any detector, but their classes are few and do
not tell two chairs side by side apart. A teacher knows all classes and single chairs. So the labels stand where they
tell one object, the teacher stands for what they do not name, and where the two contradict each other nothing is asked.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from howfar.datasets import DepthSample
from howfar.datasets.nyu_objects import DETECTOR_NAMES, LEAST_PIXELS, with_objects
from howfar.evaluation.everywhere.matching import box_overlaps
from howfar.training.data.joint.samples import Boxes

FRAME_PX = 8
"""The outer frame of NYU's pictures, which nobody labelled."""

LEAST_REGION_PIXELS = 250
"""Of a component that is too small for an object but not for a region of which nothing is known."""

DOUBTFUL = {"desk": "dining table"}
"""Classes that a detector sometimes takes for one that it knows: nothing is asked there."""

LEAST_CERTAINTY, LEAST_CERTAINTY_NAMED = 0.6, 0.8
"""What a teacher must reach to be believed, of classes that the labels do not name and of those that they do."""

PART, GROUP = 0.75, 0.6
"""A teacher's box is a part of a component if more of it than this lies inside, and their IoU is less than this."""

APART = 0.3
"""Two parts are two objects if their overlap is less."""

SAME, OTHER_NAME = 0.35, 0.7
"""Above this IoU a teacher's box of the same class is the labelled object, and one of another class is a wrong name."""


class Labelled(NamedTuple):
    """What the labels of one picture tell.

    Attributes:
        boxes: Objects with certainty 1, regions of which nothing is known with 0.
        named: The classes that they tell completely.
    """

    boxes: Boxes
    named: NDArray[np.int64]


def semantic_objects(sample: DepthSample, taught: Boxes, class_names: Sequence[str]) -> Boxes:
    """The objects of a picture of NYU's form.

    Args:
        sample: With semantic classes.
        taught: What a teacher found in it.
        class_names: The classes that are learned, in their order.

    Raises:
        SourceError: If nobody labelled the picture.
    """
    known, named = labelled_objects(sample, class_names)
    of_named = np.isin(taught.class_ids, named)
    surely = taught.certainty >= LEAST_CERTAINTY_NAMED
    taught = taught.where(surely | (~of_named & (taught.certainty >= LEAST_CERTAINTY)))
    overlap = box_overlaps(known.xyxy_px, taught.xyxy_px, whole_region=False)
    share_inside = box_overlaps(taught.xyxy_px, known.xyxy_px, whole_region=True).T
    same = known.class_ids[:, None] == taught.class_ids
    parts = same & (share_inside > PART) & (overlap < GROUP) & (taught.certainty >= LEAST_CERTAINTY_NAMED)
    is_group = np.array([_apart(taught.where(each)) for each in parts], dtype=np.bool_)
    of_one = np.where(same, (overlap > SAME) | (share_inside > PART), overlap > OTHER_NAME)
    of_group = np.where(same, overlap >= GROUP, overlap > OTHER_NAME)
    told = np.where(is_group[:, None], of_group, of_one)
    is_told = told[known.certainty > 0].any(axis=0)
    added = taught.where(np.logical_not(is_told))
    certainty = np.where(is_group, 0, known.certainty).astype(np.float32)
    return Boxes(
        np.concatenate((known.xyxy_px, added.xyxy_px)),
        np.concatenate((known.class_ids, added.class_ids)),
        np.concatenate((certainty, added.certainty)),
    )


def labelled_objects(sample: DepthSample, class_names: Sequence[str]) -> Labelled:
    """The components of those classes that are learned; a small or doubtful one is a region of which nothing is known.

    Raises:
        SourceError: If nobody labelled the picture.
    """
    height, width = sample.image.shape[:2]
    inside = (FRAME_PX, FRAME_PX, width - FRAME_PX, height - FRAME_PX)
    found = with_objects(sample, least_pixels=LEAST_REGION_PIXELS, crop_xyxy_px=inside)
    number_of = {name: number for number, name in enumerate(class_names)}
    learned = {label: number_of[name] for label, name in {**DETECTOR_NAMES, **DOUBTFUL}.items() if name in number_of}
    kept = [index for index, label in enumerate(found.labels) if label in learned]
    assert found.regions is not None
    pixels = np.bincount(found.regions.ravel(), minlength=len(found.labels) + 1)[1:]
    sure = [pixels[index] >= LEAST_PIXELS and found.labels[index] not in DOUBTFUL for index in kept]
    class_ids = np.array([learned[found.labels[index]] for index in kept], dtype=np.int64)
    named = np.array([number for label, number in learned.items() if label not in DOUBTFUL], dtype=np.int64)
    return Labelled(Boxes(found.boxes_xyxy_px[kept], class_ids, np.array(sure, dtype=np.float32)), named)


def _apart(parts: Boxes) -> bool:
    """Whether two of them are objects by themselves."""
    return bool((box_overlaps(parts.xyxy_px, parts.xyxy_px, whole_region=False) < APART).any())
