"""Matching reported objects to labelled ones, and finding those that match none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from howfar.datasets import ObjectSample
from howfar.evaluation.detection.matching import NONE, overlaps, taken_objects
from howfar.scene import SceneObject

LEAST_COVERED = 0.5
"""A box with this share of its area in one unlabelled region is neither right nor wrong, as in KITTI's benchmark."""


@dataclass(frozen=True, slots=True)
class Matching:
    """The reported objects of one picture, matched.

    Attributes:
        found: The reported object for each labelled one that was found, by the index of the labelled one.
        others: The reported objects of these classes that match none, best score first.
    """

    found: Mapping[int, SceneObject]
    others: tuple[SceneObject, ...]


def class_map(class_names: Sequence[str], detector_names: Mapping[str, str]) -> dict[str, str]:
    """The data set's classes that a detector knows, each with the detector's own name.

    Args:
        class_names: All classes of the detector.
        detector_names: The name that a detector may have for each class of the data set, without regard to case.
    """
    own_names = {name.lower(): name for name in class_names}
    return {label: own_names[name.lower()] for label, name in detector_names.items() if name.lower() in own_names}


def match_objects(
    sample: ObjectSample, seen: Sequence[SceneObject], classes: Mapping[str, str], iou: float
) -> Matching:
    """Match the reported objects of a picture to the labelled ones, one to one within a class, best score first.

    A reported object does not count as unmatched if half or more of it lies in an unlabelled region, or in an object of
    a class that the detector does not know: a person found on a cyclist is not wrong.

    Args:
        sample: The picture with its labelled objects.
        seen: The reported objects.
        classes: The data set's classes that the detector knows, each with the detector's name.
        iou: The least overlap at which an object is found.
    """
    best_first = sorted(seen, key=lambda one: -one.score)
    found: dict[int, SceneObject] = {}
    unmatched: list[SceneObject] = []
    for name in dict.fromkeys(classes.values()):
        numbers = [number for number, label in enumerate(sample.labels) if classes.get(label) == name]
        of_class = [one for one in best_first if one.label == name]
        shared = box_overlaps(_boxes(of_class), sample.boxes_xyxy_px[numbers], whole_region=False)
        for one, taken in zip(of_class, taken_objects(shared, iou).tolist(), strict=True):
            if taken == NONE:
                unmatched.append(one)
            else:
                found[numbers[taken]] = one
    shares = box_overlaps(_boxes(unmatched), _left_out(sample, classes), whole_region=True)
    wrong = np.flatnonzero((shares < LEAST_COVERED).all(axis=1)).tolist()
    return Matching(found, tuple(sorted((unmatched[index] for index in wrong), key=lambda one: -one.score)))


def _left_out(sample: ObjectSample, classes: Mapping[str, str]) -> NDArray[np.float32]:
    """M×4 boxes of the regions in which an unmatched box is not wrong."""
    unknown = sample.boxes_xyxy_px[[number for number, label in enumerate(sample.labels) if label not in classes]]
    return unknown if sample.unlabelled_xyxy_px is None else np.concatenate([unknown, sample.unlabelled_xyxy_px])


def _boxes(seen: Sequence[SceneObject]) -> NDArray[np.float32]:
    return np.array([one.box_xyxy_px for one in seen], dtype=np.float32).reshape(-1, 4)


def box_overlaps(
    found_xyxy_px: NDArray[np.float32], true_xyxy_px: NDArray[np.float32], *, whole_region: bool
) -> NDArray[np.float64]:
    """N×M overlaps as IoU, or as the share of the found box."""
    regions = np.full(len(true_xyxy_px), whole_region, dtype=np.bool_)
    return overlaps(_corner_size(found_xyxy_px), _corner_size(true_xyxy_px), regions)


def _corner_size(boxes_xyxy_px: NDArray[np.float32]) -> NDArray[np.float64]:
    """Boxes as left, top, width and height."""
    boxes = boxes_xyxy_px.astype(np.float64).reshape(-1, 4)
    return np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
