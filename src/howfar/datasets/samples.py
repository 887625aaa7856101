"""What the readers of this room give: labelled pictures, one at a time, read only when asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from howfar.scene import Camera, Frame, StereoRig

Sample = TypeVar("Sample", covariant=True)

UNKNOWN_CLASS = 255
"""Semantic class of a pixel that nobody labelled."""


@dataclass(frozen=True, eq=False)
class DepthSample:
    """A picture with its true depth.

    Attributes:
        name: What the data set calls it.
        image: H×W×3 uint8 RGB.
        depth_m: H×W float32 depth along the optical axis in metres, NaN where it is not known.
        camera: The picture's camera.
        classes: H×W uint8 semantic class of each pixel, 255 where unknown; None where the data set has none.
        place: Where it was taken: pictures of one place are much alike. Empty where that is not known.
        right: H×W×3 uint8 RGB, the right-hand picture of a rectified pair; None for a picture alone.
        rig: The two cameras of that pair.
        notes: What was done to the picture, or is odd about it, each as one sentence for people.
    """

    name: str
    image: NDArray[np.uint8]
    depth_m: NDArray[np.float32]
    camera: Camera
    classes: NDArray[np.uint8] | None = None
    place: str = ""
    right: NDArray[np.uint8] | None = None
    rig: StereoRig | None = None
    notes: tuple[str, ...] = ()

    @property
    def frame(self) -> Frame:
        """What is seen of it, without its truth."""
        return Frame(self.image, self.name, self.camera, right=self.right, rig=self.rig, notes=self.notes)


@dataclass(frozen=True, eq=False)
class StereoSample:
    """A rectified pair of pictures with true disparity.

    Attributes:
        name: What the data set calls it.
        left: H×W×3 uint8 RGB.
        right: H×W×3 uint8 RGB.
        disparity_px: H×W float32 of the left-hand picture, NaN where it is not known.
        unoccluded: H×W bool: which of these points the right-hand camera sees too; None where that is not known.
    """

    name: str
    left: NDArray[np.uint8]
    right: NDArray[np.uint8]
    disparity_px: NDArray[np.float32]
    unoccluded: NDArray[np.bool_] | None = None


@dataclass(frozen=True, eq=False)
class DetectionSample:
    """A picture with its true objects.

    Attributes:
        name: What the data set calls it.
        image_id: Its number in the data set.
        image: H×W×3 uint8 RGB.
        boxes_xyxy_px: N×4 float32, x1, y1, x2, y2 in pixels.
        class_ids: N int64, indices in `class_names`.
        crowd: N bool: whether a box is drawn round many objects at once.
        class_names: The names of all classes of the data set.
    """

    name: str
    image_id: int
    image: NDArray[np.uint8]
    boxes_xyxy_px: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    crowd: NDArray[np.bool_]
    class_names: tuple[str, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The class name of each object."""
        return tuple(self.class_names[number] for number in self.class_ids.tolist())


@dataclass(frozen=True, eq=False)
class ObjectSample:
    """A picture with its true objects and how far away each of them is.

    Attributes:
        name: What the data set calls it.
        image: H×W×3 uint8 RGB.
        camera: The picture's camera.
        labels: The data set's class of each of N objects.
        boxes_xyxy_px: N×4 float32, x1, y1, x2, y2 in pixels.
        depth_m: N float64, distance of each along the optical axis, as the data set defines it.
        nearest_m: N float64, distance of its nearest face along the optical axis; NaN where unknown.
        occlusions: N int8: 0 fully visible, 1 partly occluded, 2 largely occluded, -1 unknown.
        depth_map_m: H×W float32 true depth of every pixel, NaN where unknown; None where the data set has none.
        regions: H×W int32: the number of the object that each pixel belongs to, counted from 1, 0 for none; None where
            the data set has no outlines.
        unlabelled_xyxy_px: M×4 float32: regions whose objects are not labelled one by one, or not with a distance;
            None for none.
        place: Where it was taken: pictures of one place are much alike. Empty where that is not known.
    """

    name: str
    image: NDArray[np.uint8]
    camera: Camera
    labels: tuple[str, ...]
    boxes_xyxy_px: NDArray[np.float32]
    depth_m: NDArray[np.float64]
    nearest_m: NDArray[np.float64]
    occlusions: NDArray[np.int8]
    depth_map_m: NDArray[np.float32] | None = None
    regions: NDArray[np.int32] | None = None
    unlabelled_xyxy_px: NDArray[np.float32] | None = None
    place: str = ""


class LazySamples(Sequence[Sample]):
    """Samples that are read when they are asked for; a slice of them reads nothing yet."""

    def __init__(self, keys: Sequence[Any], load: Callable[[Any], Sample]) -> None:
        """Take what tells the samples apart, in their order, and the function that reads one of them."""
        self._keys = keys
        self._load = load

    def __len__(self) -> int:
        return len(self._keys)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> "LazySamples[Sample]": ...
    def __getitem__(self, index: int | slice) -> "Sample | LazySamples[Sample]":
        if isinstance(index, slice):
            return LazySamples(self._keys[index], self._load)
        return self._load(self._keys[index])
