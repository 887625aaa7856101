"""Depth of labelled photos by the sizes of their objects: the photo's camera need not be known.

An object that is H metres high and h pixels high in a picture of focal length f is at Z = H·f/h. A network learns depth
at one focal length, Z·f_c/f = H·f_c/h, and the photo's own drops out: whatever camera is taken for it, the network is
taught the same. So a photo counts as taken by the usual lens (`Camera.assumed`), and an uncut upright object of known
size teaches metres.

Of an object the box is known and not the outline, so its middle alone is given the depth: that is nearly always the
object itself. Z is the distance of what limits the box above and below, the near face.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import compress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from howfar.datasets import DepthSample
from howfar.datasets.coco import CocoDetection
from howfar.datasets.coco_folder import CocoFolder
from howfar.datasets.samples import DetectionSample, LazySamples
from howfar.datasets.splits import HALVES, is_of_half, refuse_unknown_split
from howfar.errors import SourceError
from howfar.ranging.cues.seen import Seen, seen_objects
from howfar.ranging.cues.sizes import ClassSize, SizeTable, default_sizes
from howfar.ranging.cues.whole import are_whole
from howfar.scene import Camera, Detections
from howfar.scene.box import Box

GREATEST_LOG_SD = 0.2
"""Classes whose heights spread more teach nothing."""

LEAST_SHARE = 0.06
"""A lower box, as a share of the picture's height, is not exact enough."""

MIDDLE = (0.3, 0.7, 0.25, 0.75)
"""The part of a box that is given the depth: from where to where across, and down."""


@dataclass(frozen=True, slots=True)
class SizedObject:
    """An object that tells a depth.

    Attributes:
        box_xyxy_px: Its box.
        depth_m: The distance of its near face, for the camera that its photo is taken for.
    """

    box_xyxy_px: Box
    depth_m: float


class DepthBySize:
    """The photos of a COCO data set that show an object of known size.

    Attributes:
        name: What to call the data set.
        splits: `all`, `odd` and `even`.
    """

    splits = HALVES

    def __init__(self, root: str | Path, sizes: SizeTable | None = None) -> None:
        """Read the boxes of a folder; the built-in sizes when None.

        Raises:
            SourceError: If it is no COCO data set, or no photo of it shows an object of known size.
        """
        folder = CocoFolder(root)
        self.name = folder.name
        self._sizes = default_sizes() if sizes is None else sizes
        parts = [folder.detection(split) for split in folder.splits]
        self._photos = [(part, index) for part in parts for index in range(len(part)) if self._is_useful(part, index)]
        if not self._photos:
            raise SourceError(f"No photo of {root} shows an uncut upright object whose size is known.")

    def split(self, split: str) -> LazySamples[DepthSample]:
        """All photos, or those of an odd or even number, read when asked for.

        Raises:
            SettingError: If there is no such split.
        """
        refuse_unknown_split(split, self.splits, self.name)
        chosen = [(part, index) for part, index in self._photos if is_of_half(part.pictures[index].image_id, split)]
        return LazySamples(chosen, self._sample)

    def _is_useful(self, part: CocoDetection, index: int) -> bool:
        """Whether a photo shows an object that tells a depth, by its boxes alone."""
        picture = part.pictures[index]
        camera = Camera.assumed(picture.width_px, picture.height_px)
        return bool(sized_objects(part.without_picture(index), camera, self._sizes))

    def _sample(self, place: tuple[CocoDetection, int]) -> DepthSample:
        part, index = place
        photo = part[index]
        height, width = photo.image.shape[:2]
        camera = Camera.assumed(width, height)
        objects = sized_objects(photo, camera, self._sizes)
        return DepthSample(photo.name, photo.image, painted(objects, (height, width)), camera)


def sized_objects(photo: DetectionSample, camera: Camera, sizes: SizeTable) -> list[SizedObject]:
    """The objects that tell a depth: upright, whole, of a class whose height is known, and not too small.

    Args:
        photo: A photo with all of its objects.
        camera: What it is taken for.
        sizes: The sizes of classes.
    """
    objects = seen_objects(Detections.from_boxes(photo.boxes_xyxy_px, list(photo.labels)), sizes)
    may_count = are_whole(objects, camera) & ~photo.crowd
    return [
        SizedObject(seen.box_xyxy_px, seen.size.height_m * camera.fy_px / seen.height_px)
        for seen in compress(objects, may_count)
        if seen.size is not None and seen.size.height_m is not None and _is_exact(seen, seen.size, camera)
    ]


def _is_exact(seen: Seen, size: ClassSize, camera: Camera) -> bool:
    """Whether the objects of the class are much alike, and the box is high enough."""
    is_narrow = size.log_sd is not None and size.log_sd <= GREATEST_LOG_SD
    return is_narrow and seen.height_px >= LEAST_SHARE * camera.height_px


def painted(objects: Iterable[SizedObject], shape: tuple[int, int]) -> NDArray[np.float32]:
    """H×W: the depth of each object in the middle of its box, near ones over far ones, and NaN elsewhere."""
    depth_m = np.full(shape, np.nan, dtype=np.float32)
    left, right, top, bottom = MIDDLE
    for each in sorted(objects, key=lambda one: -one.depth_m):
        x1, y1, x2, y2 = each.box_xyxy_px
        columns = slice(round(x1 + left * (x2 - x1)), round(x1 + right * (x2 - x1)) + 1)
        rows = slice(round(y1 + top * (y2 - y1)), round(y1 + bottom * (y2 - y1)) + 1)
        depth_m[rows, columns] = each.depth_m
    return depth_m
