"""Which of the objects that a user is shown are labelled ones, and which are of nothing that is labelled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from howfar.datasets import ObjectSample
from howfar.evaluation.detection.matching import NONE, overlaps, taken_objects
from howfar.scene import SceneObject

LEAST_COVERED = 0.5
"""A box with this share in one region that is not labelled is neither right nor wrong, as in KITTI's own benchmark."""


@dataclass(frozen=True, slots=True)
class Matching:
    """What became of the objects seen in one picture.

    Attributes:
        found: The object seen for each labelled one that was found, by the latter's index in its picture.
        others: The objects seen of the classes looked for that are of nothing that is labelled, best first.
    """

    found: Mapping[int, SceneObject]
    others: tuple[SceneObject, ...]


def class_map(class_names: Sequence[str], detector_names: Mapping[str, str]) -> dict[str, str]:
    """The data set's classes that a detector knows, each with the detector's own name for it.

    Args:
        class_names: All classes of the detector.
        detector_names: The name that a detector may have for each class of the data set, without regard to case.
    """
    own_names = {name.lower(): name for name in class_names}
    return {label: own_names[name.lower()] for label, name in detector_names.items() if name.lower() in own_names}


def match_objects(
    sample: ObjectSample, seen: Sequence[SceneObject], classes: Mapping[str, str], iou: float
) -> Matching:
    """Match the objects seen in a picture to those that are labelled, one to one within a class, best score first.

    Left out are objects seen that lie by half or more in a region that is not labelled, or in an object of a class that
    the detector has no name for: of a cyclist a person or a bicycle is rightly seen.

    Args:
        sample: The picture with its labelled objects.
        seen: What was seen in it.
        classes: The data set's classes that are looked for, each with the detector's name for it.
        iou: The least overlap at which an object is found.
    """
    best_first = sorted(seen, key=lambda one: -one.score)
    found: dict[int, SceneObject] = {}
    unmatched: list[SceneObject] = []
    for name in dict.fromkeys(classes.values()):
        numbers = [number for number, label in enumerate(sample.labels) if classes.get(label) == name]
        of_class = [one for one in best_first if one.label == name]
        shared = _overlaps(_boxes(of_class), sample.boxes_xyxy_px[numbers], whole_region=False)
        for one, taken in zip(of_class, taken_objects(shared, iou).tolist(), strict=True):
            if taken == NONE:
                unmatched.append(one)
            else:
                found[numbers[taken]] = one
    shares = _overlaps(_boxes(unmatched), _left_out(sample, classes), whole_region=True)
    wrong = np.flatnonzero((shares < LEAST_COVERED).all(axis=1)).tolist()
    return Matching(found, tuple(sorted((unmatched[index] for index in wrong), key=lambda one: -one.score)))


def _left_out(sample: ObjectSample, classes: Mapping[str, str]) -> NDArray[np.float32]:
    """M×4 boxes of regions in which a box of nothing is not wrong."""
    unknown = sample.boxes_xyxy_px[[number for number, label in enumerate(sample.labels) if label not in classes]]
    return unknown if sample.unlabelled_xyxy_px is None else np.concatenate([unknown, sample.unlabelled_xyxy_px])


def _boxes(seen: Sequence[SceneObject]) -> NDArray[np.float32]:
    return np.array([one.box_xyxy_px for one in seen], dtype=np.float32).reshape(-1, 4)


def _overlaps(
    found_xyxy_px: NDArray[np.float32], true_xyxy_px: NDArray[np.float32], *, whole_region: bool
) -> NDArray[np.float64]:
    """N×M overlaps as IoU, or as the share of the found box."""
    regions = np.full(len(true_xyxy_px), whole_region, dtype=np.bool_)
    return overlaps(_corner_size(found_xyxy_px), _corner_size(true_xyxy_px), regions)


def _corner_size(boxes_xyxy_px: NDArray[np.float32]) -> NDArray[np.float64]:
    """Boxes as left, top, width and height."""
    boxes = boxes_xyxy_px.astype(np.float64).reshape(-1, 4)
    return np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
