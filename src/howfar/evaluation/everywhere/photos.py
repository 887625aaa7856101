"""Photos judged by sizes: a depth map in the wild, where nobody measured depth and the camera is not known.

A standing person of about 1.7 m that is 170 pixels high is at a hundredth of the focal length in pixels, whatever it
is. A metric depth map is proportional to it as well. So the ratio of the two distances does not depend on the camera,
but for the small part that the object's own extent adds. An object counts if its class has a known height and its box
shows all of it upright: not cut above or below, not covered by what stands before it (`ranging.cues.whole`), and high
enough. Heights of people differ by 10 %, boxes of seated people can look upright, children are smaller: a share within
a factor of 1.3 has a ceiling below 100 %, and compares networks.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np

from howfar.datasets import DetectionDataset, DetectionSample, LazySamples
from howfar.datasets.coco_folder import CocoFolder
from howfar.datasets.splits import WHOLE, is_of_half
from howfar.evaluation.margins.measuring import cues_alone
from howfar.evaluation.objects.metrics import share_confidence
from howfar.pipeline.rangefinder import Rangefinder
from howfar.ranging.cues.seen import seen_objects
from howfar.ranging.cues.whole import are_whole
from howfar.scene import Detections, Frame
from howfar.scene.domain import UNDECIDED, domain_of, outdoors_probability

NEAR_FACTOR, WIDE_FACTOR = 1.3, 2.0
LEAST_HEIGHT_SHARE = 0.1
"""Objects lower than this share of the picture's longer side are left out: the error of their boxes is too large."""


@dataclass(frozen=True, slots=True)
class JudgedObject:
    """An object of known size in a photo, and its two distances, both for the assumed camera.

    Attributes:
        picture: Name of the photo.
        label: Its class.
        domain: `rooms`, `outdoors`, or `undecided`, by the labelled classes of the photo alone.
        by_map_m: The distance that the depth map gives; NaN where it gives none.
        by_size_m: The distance by its size.
    """

    picture: str
    label: str
    domain: str
    by_map_m: float
    by_size_m: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well the map agrees with sizes over some objects; shares of none are NaN.

    Attributes:
        objects: Objects with a distance by size.
        within: Share of them whose map is within `NEAR_FACTOR`.
        low: Lower end of its 95 % confidence; whole photos drawn again.
        high: Upper end of it.
        within_wide: Share within `WIDE_FACTOR`.
        factor: Median of the map's distance over that by size: below 1 the map is too near.
    """

    objects: int
    within: float
    low: float
    high: float
    within_wide: float
    factor: float


def photos_of(dataset: DetectionDataset, part: str, half: str) -> Sequence[DetectionSample]:
    """The photos of a part of a data set, or those of odd or of even numbers among them, read when asked for.

    Args:
        dataset: Photos with labelled boxes.
        part: The part.
        half: `all`, `odd` or `even`. Only COCO's file tells the numbers without the pictures; others are read for it.

    Raises:
        SettingError: If there is no such part.
    """
    samples = dataset.split(part)
    if half == WHOLE:
        return samples
    if isinstance(dataset, CocoFolder):
        numbers = [picture.image_id for picture in dataset.detection(part).pictures]
    else:
        numbers = [sample.image_id for sample in samples]
    kept = [index for index, number in enumerate(numbers) if is_of_half(number, half)]
    return LazySamples(kept, samples.__getitem__)


def judge_photos(samples: Iterable[DetectionSample], finder: Rangefinder) -> list[JudgedObject]:
    """Compare the depth maps of photos with the sizes of their labelled objects.

    Args:
        samples: The photos with labelled boxes, by the class names of the table of sizes.
        finder: The pipeline; its first ranging method counts.
    """
    judged = []
    for sample in samples:
        labels = list(sample.labels)
        boxes = Detections.from_boxes(sample.boxes_xyxy_px, labels)
        perception = finder.perceive(Frame(sample.image, sample.name))
        seen = seen_objects(boxes, finder.ranging.cues.sizes)
        of_known_height = np.array(
            [one.size is not None and bool(one.size.sized_kinds) for one in seen], dtype=np.bool_
        )
        counts = are_whole(seen, perception.camera) & ~sample.crowd & of_known_height
        by_map = cues_alone(boxes, perception, finder.ranging, ("depth",), perception.facts_here.surface_quantile)
        by_size = cues_alone(boxes, perception, finder.ranging, ("size",))
        each = zip(labels, sample.boxes_xyxy_px.tolist(), by_map, by_size, strict=True)
        for label, box, (depth,), (size,) in compress(each, counts):
            if size.is_known and box[3] - box[1] >= LEAST_HEIGHT_SHARE * max(sample.image.shape[:2]):
                judged.append(JudgedObject(sample.name, label, _domain(labels), depth.depth_m, size.depth_m))
    return judged


def agreement(objects: Sequence[JudgedObject]) -> Agreement:
    """How well the map agrees with sizes; an object that the map gives no distance for does not agree."""
    if not objects:
        return Agreement(0, math.nan, math.nan, math.nan, math.nan, math.nan)
    logs = np.array([math.log(one.by_map_m / one.by_size_m) for one in objects], dtype=np.float64)
    within = np.abs(logs) <= math.log(NEAR_FACTOR)
    low, high = share_confidence(within, np.array([one.picture for one in objects]))
    wide = float((np.abs(logs) <= math.log(WIDE_FACTOR)).mean())
    known = logs[np.isfinite(logs)]
    factor = float(np.exp(np.median(known))) if known.size else math.nan
    return Agreement(len(objects), float(within.mean()), low, high, wide, factor)


def _domain(labels: Sequence[str]) -> str:
    outdoors = outdoors_probability(None, labels)
    return "undecided" if outdoors == UNDECIDED else domain_of(outdoors)
