"""How far off the disparities of a detector of pairs are."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from howfar.datasets.coco_pairs import PairSample
from howfar.evaluation.detection.matching import NONE, overlaps, taken_objects
from howfar.evaluation.objects.metrics import DisparityErrors, errors_of_disparities
from howfar.scene import Detections, Detector, Frame, Query

LEAST_IOU = 0.5
"""Of a found box and a true one of its class that are of one object."""


def pair_errors(pairs: Sequence[PairSample], detector: Detector, query: Query | None = None) -> DisparityErrors:
    """Measure the disparities of a detector that looks at pairs.

    Every true object takes the surest box of its class that overlaps it by `LEAST_IOU`; one without such a box is not
    covered.

    Args:
        pairs: With their truth.
        detector: Gives a disparity for each object.
        query: Which objects to find; the detector's own limits when None.
    """
    truth, found = [], []
    for pair in pairs:
        frame = Frame(pair.image, pair.name, right=pair.right, rig=pair.rig)
        truth.append(pair.disparities_px)
        found.append(found_disparities_px(pair, detector.detect(frame, query or Query())))
    return errors_of_disparities(np.concatenate(truth), np.concatenate(found))


def found_disparities_px(pair: PairSample, detections: Detections) -> NDArray[np.float64]:
    """The disparity that was found of each true object of a pair; NaN for one that was not found."""
    found = np.full(len(pair.class_ids), np.nan)
    if detections.disparities_px is None or not len(detections):
        return found
    for number, place in enumerate(matched(pair, detections)):
        if place != NONE:
            found[number] = detections.disparities_px[place]
    return found


def matched(pair: PairSample, detections: Detections) -> NDArray[np.int64]:
    """Of each true object of a pair the place of the surest detection of it; `NONE` for none.

    Some detectors draw a box round the whole object, some round what is seen of it: the better overlap counts.
    """
    height, width = pair.image.shape[:2]
    whole_boxes = np.clip(pair.boxes_xyxy_px, 0, np.array([width, height] * 2, dtype=np.float32))
    places = np.full(len(whole_boxes), NONE, dtype=np.int64)
    if not len(detections) or not len(whole_boxes):
        return places
    labels = np.array(detections.labels)
    true_labels = np.array(pair.class_names)[pair.class_ids]
    found, single = _corner_size(detections.boxes_xyxy_px), np.zeros(len(places), np.bool_)
    either = (overlaps(found, _corner_size(each), single) for each in (whole_boxes, pair.visible_boxes_xyxy_px))
    shared = np.maximum(*either)
    shared[labels[:, None] != true_labels] = 0.0
    taken = taken_objects(shared, LEAST_IOU)
    takes = np.flatnonzero(taken != NONE)
    places[taken[takes]] = takes
    return places


def _corner_size(boxes_xyxy_px: NDArray[np.float32]) -> NDArray[np.float64]:
    """Boxes as left, top, width and height."""
    boxes = boxes_xyxy_px.astype(np.float64)
    return np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
