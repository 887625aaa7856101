"""The geometry and colour that a detector is shown in training.

Bochkovskiy et al.: YOLOv4, 2020, for the mosaic of four; Redmon and Farhadi: YOLO9000, CVPR 2017, for random scale,
translation and shifts of hue, saturation and exposure. All of the geometry is a scale and a shift of each picture, so
that every picture is resized once and every box stays exact.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import cv2
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from howfar.training.bounds import Count, Share, ShareBelowOne

PAD_GREY = 114
"""Grey level where no picture lies, as in a letterbox."""

LEAST_SIDE_PX = 2.0
"""A box of which less than this is left, across or down, is dropped."""

LEAST_SHARE = 0.1
"""A box of whose area less than this share is left is dropped: nobody could tell what it is."""


class LabelledPicture(NamedTuple):
    """A picture with its boxes.

    Attributes:
        image: H×W×3 uint8 RGB.
        boxes_xyxy_px: N×4 float32 x1, y1, x2, y2.
        class_ids: N int64.
    """

    image: NDArray[np.uint8]
    boxes_xyxy_px: NDArray[np.float32]
    class_ids: NDArray[np.int64]


class Placement(NamedTuple):
    """Where a picture lies on a canvas, in whole pixels, ends excluded; empty where an end is not after its start."""

    left: int
    top: int
    right: int
    bottom: int


Load = Callable[[int], LabelledPicture]
"""Reads the picture at one index of a data set."""


class DetectionAugmentation(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Ranges that random choices are drawn from.

    Attributes:
        size_px: Side of the square that comes out.
        hue: Greatest turn of the hue, either way, as a share of the circle.
        saturation: The saturation is multiplied by 1 ± this at most.
        value: The brightness (the largest of the three channels) is multiplied by 1 ± this at most.
        scale: The picture is as large as the square lets it, times 1 ± this at most.
        translation: Greatest shift from the middle, as a share of the square, across and down.
        flip: Probability of a horizontal flip.
        mosaic: Probability that four pictures are joined at a random point.
    """

    size_px: Count = 640
    hue: Share = 0.015
    saturation: Share = 0.7
    value: Share = 0.4
    scale: ShareBelowOne = 0.5
    translation: Share = 0.1
    flip: Share = 0.5
    mosaic: Share = 1.0

    def still(self) -> "DetectionAugmentation":
        """The same without any chance: the letterbox alone."""
        return DetectionAugmentation(
            size_px=self.size_px, hue=0, saturation=0, value=0, scale=0, translation=0, flip=0, mosaic=0
        )

    def __call__(self, load: Load, index: int, count: int, rng: np.random.Generator) -> LabelledPicture:
        """Draw one example.

        Args:
            load: Reads a picture.
            index: The picture to show.
            count: How many there are; the other three of a mosaic are drawn from all of them.
            rng: Every choice comes from here, in a fixed order.

        Returns:
            A square picture with what is left of the boxes in it.
        """
        scale = 1 + rng.uniform(-self.scale, self.scale)
        middle_px = self.size_px * (0.5 + rng.uniform(-self.translation, self.translation, 2))
        if rng.random() < self.mosaic:
            joint_px = middle_px + scale * self.size_px * rng.uniform(-0.5, 0.5, 2)
            indices = rng.permutation([index, *rng.integers(count, size=3)])
            example = _mosaic([load(int(each)) for each in indices], self.size_px, scale, joint_px)
        else:
            example = _alone(load(index), self.size_px, scale, middle_px)
        if rng.random() < self.flip:
            example = flipped(example)
        turn, *factors = rng.uniform(-1, 1, 3) * (self.hue, self.saturation, self.value) + (0, 1, 1)
        return example._replace(image=recoloured(example.image, turn, *factors))


def letterbox(labelled: LabelledPicture, size_px: tuple[int, int]) -> LabelledPicture:
    """Resize a picture so that it just fits, in the middle of a grey canvas, as `howfar look` feeds a detector.

    Args:
        labelled: Any picture with its boxes.
        size_px: Width and height of the canvas.

    Returns:
        The canvas with all of the boxes, none of them cut.
    """
    return placed(labelled, size_px, 1.0, (size_px[0] / 2, size_px[1] / 2))


def placed(
    labelled: LabelledPicture, size_px: tuple[int, int], scale: float, middle_px: tuple[float, float]
) -> LabelledPicture:
    """Lay a picture on a grey canvas.

    Args:
        labelled: Any picture with its boxes.
        size_px: Width and height of the canvas.
        scale: 1 for as large as it fits.
        middle_px: Where the picture's middle comes to lie.

    Returns:
        The canvas with all of the boxes, none of them cut.
    """
    canvas = _canvas(size_px)
    placement = _in_middle(labelled.image, size_px, scale, middle_px)
    return LabelledPicture(canvas, _lay(canvas, labelled, placement), labelled.class_ids)


def flipped(labelled: LabelledPicture) -> LabelledPicture:
    """A picture and its boxes with left and right exchanged."""
    width = np.float32(labelled.image.shape[1])
    x1, y1, x2, y2 = labelled.boxes_xyxy_px.T
    boxes = np.stack([width - x2, y1, width - x1, y2], axis=1)
    return LabelledPicture(np.ascontiguousarray(labelled.image[:, ::-1]), boxes, labelled.class_ids)


def recoloured(image: NDArray[np.uint8], turn: float, saturation: float, value: float) -> NDArray[np.uint8]:
    """Change the colours of an H×W×3 uint8 RGB picture.

    Args:
        image: The picture.
        turn: Added to the hue, as a share of the circle.
        saturation: Factor of the saturation.
        value: Factor of the brightness.
    """
    if (turn, saturation, value) == (0, 1, 1):
        return image
    levels = np.arange(256)
    table = np.stack(
        [(levels + 256 * turn).round() % 256, *(np.clip(levels * factor, 0, 255) for factor in (saturation, value))],
        axis=-1,
    ).astype(np.uint8)
    changed = cv2.LUT(cv2.cvtColor(image, cv2.COLOR_RGB2HSV_FULL), table[None])
    return cv2.cvtColor(changed, cv2.COLOR_HSV2RGB_FULL)  # type: ignore[return-value]


def _alone(labelled: LabelledPicture, size_px: int, scale: float, middle_px: NDArray[np.float64]) -> LabelledPicture:
    """One picture on the canvas, its middle at `middle_px`."""
    placement = _in_middle(labelled.image, (size_px, size_px), scale, (middle_px[0], middle_px[1]))
    return _joined([labelled], [placement], size_px)


def _mosaic(
    pictures: Sequence[LabelledPicture], size_px: int, scale: float, joint_px: NDArray[np.float64]
) -> LabelledPicture:
    """Four pictures, one on each side of the joint, with a corner at it."""
    x, y = (round(joint) for joint in joint_px)
    placements = []
    for number, labelled in enumerate(pictures):
        width, height = _fitted(labelled.image, (size_px, size_px), scale)
        left, top = x if number % 2 else x - width, y if number // 2 else y - height
        placements.append(Placement(left, top, left + width, top + height))
    return _joined(pictures, placements, size_px)


def _joined(pictures: Sequence[LabelledPicture], placements: Sequence[Placement], size_px: int) -> LabelledPicture:
    """Lay each picture on a canvas, as its placement says, and keep what is left of its boxes there."""
    canvas = _canvas((size_px, size_px))
    boxes, class_ids = [], []
    for labelled, placement in zip(pictures, placements, strict=True):
        seen, kept = _seen(_lay(canvas, labelled, placement), _on_canvas(placement, canvas))
        boxes.append(seen[kept])
        class_ids.append(labelled.class_ids[kept])
    return LabelledPicture(canvas, np.concatenate(boxes), np.concatenate(class_ids))


def _canvas(size_px: tuple[int, int]) -> NDArray[np.uint8]:
    return np.full((size_px[1], size_px[0], 3), PAD_GREY, dtype=np.uint8)


def _fitted(image: NDArray[np.uint8], size_px: tuple[int, int], scale: float) -> tuple[int, int]:
    """Width and height of a picture that just fits into `size_px`, times a scale."""
    height, width = image.shape[:2]
    factor = scale * min(size_px[0] / width, size_px[1] / height)
    return max(1, round(width * factor)), max(1, round(height * factor))


def _in_middle(
    image: NDArray[np.uint8], size_px: tuple[int, int], scale: float, middle_px: tuple[float, float]
) -> Placement:
    width, height = _fitted(image, size_px, scale)
    left, top = int(np.floor(middle_px[0] - width / 2)), int(np.floor(middle_px[1] - height / 2))
    return Placement(left, top, left + width, top + height)


def _on_canvas(placement: Placement, canvas: NDArray[np.uint8]) -> Placement:
    """A placement without what lies off the canvas; it may be empty."""
    height, width = canvas.shape[:2]
    return Placement(
        max(placement.left, 0), max(placement.top, 0), min(placement.right, width), min(placement.bottom, height)
    )


def _lay(canvas: NDArray[np.uint8], labelled: LabelledPicture, placement: Placement) -> NDArray[np.float32]:
    """Draw a picture, resized to its placement, as far as it lies on the canvas; gives its boxes there, uncut."""
    height, width = labelled.image.shape[:2]
    size = (placement.right - placement.left, placement.bottom - placement.top)
    left, top, right, bottom = _on_canvas(placement, canvas)
    if right > left and bottom > top:
        how = cv2.INTER_AREA if size[0] < width else cv2.INTER_LINEAR
        resized = cv2.resize(labelled.image, size, interpolation=how)
        rows, columns = (
            slice(top - placement.top, bottom - placement.top),
            slice(left - placement.left, right - placement.left),
        )
        canvas[top:bottom, left:right] = resized[rows, columns]
    scale = np.array([size[0] / width, size[1] / height] * 2, dtype=np.float32)
    shift = np.array([placement.left, placement.top] * 2, dtype=np.float32)
    return labelled.boxes_xyxy_px * scale + shift


def _seen(boxes_xyxy_px: NDArray[np.float32], visible: Placement) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Boxes cut to what is visible, and which of them are worth keeping."""
    low, high = np.array(visible[:2] * 2, dtype=np.float32), np.array(visible[2:] * 2, dtype=np.float32)
    seen = np.clip(boxes_xyxy_px, low, high)
    sides, whole_sides = (boxes[:, 2:] - boxes[:, :2] for boxes in (seen, boxes_xyxy_px))
    kept = (sides >= LEAST_SIDE_PX).all(axis=1) & (sides.prod(axis=1) >= LEAST_SHARE * whole_sides.prod(axis=1))
    return seen, kept
