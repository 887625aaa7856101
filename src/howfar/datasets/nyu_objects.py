"""NYU Depth v2 as objects with their distances, made of its semantic classes and its depth.

The classes do not tell two chairs side by side apart, so an object is an 8-connected component of one class, cut to the
Eigen crop first and of at least 1500 pixels. Its true distance is the median depth over its pixels, its box the
component's bounding box in the whole picture.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.datasets.files import refuse_missing
from howfar.datasets.nyu import EIGEN_CROP_XYXY_PX, LABELS, NyuDepthV2
from howfar.datasets.samples import UNKNOWN_CLASS, DepthSample, LazySamples, ObjectSample
from howfar.errors import SourceError

OBJECT_CLASSES = {
    3: "bed",
    4: "chair",
    5: "sofa",
    6: "table",
    13: "desk",
    16: "dresser",
    17: "pillow",
    23: "refrigerator",
    24: "television",
    28: "box",
    30: "person",
    31: "night stand",
    32: "toilet",
    33: "sink",
    34: "lamp",
    35: "bathtub",
    36: "bag",
}
"""Those of the 40 classes that are objects and not surfaces, collections or leftovers, by their numbers from 0."""

DETECTOR_NAMES = {
    "bed": "bed",
    "chair": "chair",
    "sofa": "couch",
    "table": "dining table",
    "refrigerator": "refrigerator",
    "television": "tv",
    "person": "person",
    "toilet": "toilet",
    "sink": "sink",
}
"""What COCO calls these classes; it does not know the others."""

LEAST_PIXELS = 1500
NEIGHBOURS = 10
"""So many successive pictures count as one place."""

Component = tuple[str, tuple[int, int, int, int], NDArray[np.bool_]]


class NyuObjects:
    """The objects of the data set in one folder.

    Attributes:
        name: What to call the data set.
        splits: The names of its parts.
        definition: What its objects and their distances are.
        detector_names: The COCO name of each class that has one.
        exhaustive: Objects that are small, or lie outside the crop, are not labelled.
    """

    name = NyuDepthV2.name
    splits = NyuDepthV2.splits
    definition = (
        f"8-connected components of at least {LEAST_PIXELS} pixels of {len(OBJECT_CLASSES)} semantic classes, cut to "
        "the Eigen crop; distance: median true depth of the component"
    )
    detector_names = DETECTOR_NAMES
    exhaustive = False

    def __init__(self, root: str | Path) -> None:
        """Take the folder that howfar.datasets.nyu describes; it must hold `labels40`.

        Raises:
            SourceError: If it is not such a folder, or has no semantic classes.
        """
        self._pairs = NyuDepthV2(root)
        if not (self._pairs.root / LABELS).is_dir():
            raise SourceError(
                f"{root} holds NYU Depth v2 without its semantic classes, which tell its objects apart: add the "
                f"folder {LABELS}."
            )

    def objects(self, split: str) -> LazySamples[ObjectSample]:
        """The pictures of one part of the official split, read when asked for; some have no object.

        Raises:
            SettingError: If the split is neither `train` nor `test`.
            SourceError: If the list is missing or empty, or names a file that is not there.
        """
        names, pairs = self._pairs.names(split), self._pairs.split(split)
        refuse_missing(map(self._pairs.labels_path, names), f"{len(names)} class files of the {split} split")
        return LazySamples(range(len(pairs)), partial(_sample, pairs))


def _sample(pairs: Sequence[DepthSample], index: int) -> ObjectSample:
    return replace(with_objects(pairs[index]), place=_place(index))


def _place(index: int) -> str:
    """The neighbourhood of a picture: ten successive ones are of one scene, or of a few of one building."""
    return f"pictures {index // NEIGHBOURS * NEIGHBOURS} and on"


def with_objects(
    pair: DepthSample,
    classes: Mapping[int, str] = OBJECT_CLASSES,
    least_pixels: int = LEAST_PIXELS,
    crop_xyxy_px: tuple[int, int, int, int] = EIGEN_CROP_XYXY_PX,
) -> ObjectSample:
    """Find the objects of a pair by its semantic classes: the components of one class after another.

    Args:
        pair: The pair.
        classes: The name of each class whose components are objects.
        least_pixels: The smallest component that is one.
        crop_xyxy_px: The part of the picture that they are cut to.

    Raises:
        SourceError: If nobody labelled the pair.
    """
    if pair.classes is None:
        raise SourceError(f"The pair {pair.name} has no semantic classes: add its file to {LABELS}.")
    found = list(_components(pair.classes, classes, least_pixels, crop_xyxy_px))
    regions = np.zeros(pair.classes.shape, dtype=np.int32)
    for number, (_, _, inside) in enumerate(found, 1):
        regions[inside] = number
    return ObjectSample(
        name=pair.name,
        image=pair.image,
        camera=pair.camera,
        labels=tuple(label for label, _, _ in found),
        boxes_xyxy_px=np.array([box for _, box, _ in found], dtype=np.float32).reshape(-1, 4),
        depth_m=np.array([np.median(pair.depth_m[inside]) for _, _, inside in found], dtype=np.float64),
        nearest_m=np.full(len(found), np.nan),
        occlusions=np.full(len(found), -1, dtype=np.int8),
        depth_map_m=pair.depth_m,
        regions=regions,
    )


def _components(
    classes: NDArray[np.uint8],
    named: Mapping[int, str],
    least_pixels: int,
    crop_xyxy_px: tuple[int, int, int, int],
) -> Iterator[Component]:
    """Class name, box and H×W mask of each object."""
    left, top, right, bottom = crop_xyxy_px
    crop = classes[top:bottom, left:right]
    pixels_of = np.bincount(crop.ravel(), minlength=UNKNOWN_CLASS + 1)
    for number, label in named.items():
        if pixels_of[number] < least_pixels:
            continue
        of_class = (crop == number).astype(np.uint8)
        count, numbered, boxes, _ = cv2.connectedComponentsWithStats(of_class, connectivity=8)
        for component in range(1, count):
            x, y, width, height, pixels = boxes[component].tolist()
            if pixels < least_pixels:
                continue
            inside = np.zeros(classes.shape, dtype=np.bool_)
            inside[top:bottom, left:right] = numbered == component
            yield label, (left + x, top + y, left + x + width, top + y + height), inside
