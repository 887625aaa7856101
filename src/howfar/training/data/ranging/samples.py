"""What the learned ranging method is trained on: the objects in pictures whose depth and outlines are known."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from howfar.datasets import DepthSample
from howfar.datasets.nyu_objects import OBJECT_CLASSES, with_objects
from howfar.errors import SourceError
from howfar.scene import DepthMap

ROOM_SURFACES = (0, 1, 21)
"""Wall, floor and ceiling: no box is drawn round them."""

OTHER = "other"
"""The label of objects that are not among the classes that are measured."""

CLASSES = {number: OBJECT_CLASSES.get(number, OTHER) for number in range(39) if number not in ROOM_SURFACES}
"""Whatever else has an outline teaches what an object is."""

EVERY = 2
"""One pixel in so many is kept each way: enough for crops of 32×32 cells."""


@dataclass(frozen=True, eq=False)
class RangingSample:
    """What is kept of one picture.

    Attributes:
        name: What the data set calls it.
        depth: Its true depth.
        predicted: The depth that a network gave that has not seen it; None where there is none.
        regions: The number of the object, from 1, that each cell of the map belongs to; 0 for none.
        boxes: N×4 float64 boxes in the map's cells.
        truths_m: N true distances.
        labels: The class of each object.
    """

    name: str
    depth: DepthMap
    regions: NDArray[np.int32]
    boxes: NDArray[np.float64]
    truths_m: NDArray[np.float64]
    labels: tuple[str, ...]
    predicted: DepthMap | None = None


class SampleObject(NamedTuple):
    """One object of one sample, by its index there."""

    sample: RangingSample
    object_index: int


def ranging_sample(pair: DepthSample, least_pixels: int, predicted: DepthMap | None = None) -> RangingSample:
    """Find the objects in a pair, and keep what their crops are made of.

    Args:
        pair: A picture with its depth and its semantic classes.
        least_pixels: The smallest component of one class that counts as an object.
        predicted: The depth that a network gave that has not seen the picture.

    Raises:
        SourceError: If the pair has no semantic classes.
    """
    found = with_objects(pair, CLASSES, least_pixels)
    if found.depth_map_m is None or found.regions is None:
        raise SourceError(f"{pair.name} has no depth map or no outlines of its objects: use a data set that has both.")
    return RangingSample(
        found.name,
        DepthMap(found.depth_map_m[::EVERY, ::EVERY], "metres"),
        np.ascontiguousarray(found.regions[::EVERY, ::EVERY]),
        found.boxes_xyxy_px.astype(np.float64) / EVERY,
        found.depth_m,
        found.labels,
        predicted,
    )


def objects_of(samples: Iterable[RangingSample], repeat: int) -> list[SampleObject]:
    """The objects of samples; those of the classes that are measured, `repeat` times each."""
    return [
        SampleObject(sample, index)
        for sample in samples
        for index, label in enumerate(sample.labels)
        for _ in range(1 if label == OTHER else repeat)
    ]
