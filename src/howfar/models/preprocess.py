"""From a picture of any size to a network's input tensor, and the way back for boxes."""

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.models.card import Card, InputSpec, Resample
from howfar.scene import Frame

MAX_SIDE_RATIO = 8
"""The longer side of a `keep-aspect` input is at most this many times the shorter: a panorama is squashed beyond it."""

MAX_FLOAT_SIZE = 3 * 2_100_000
"""Numbers in a picture of 1920×1080: up to here pictures are resized as float."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the picture lies in the input tensor: input = picture · scale + offset, per axis."""

    scale_x: float
    scale_y: float
    offset_x: float = 0.0
    offset_y: float = 0.0

    def to_input(self, boxes_xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
        """N×4 boxes in pixels of the picture, as boxes in input pixels."""
        offset = np.array([self.offset_x, self.offset_y] * 2, dtype=np.float32)
        scale = np.array([self.scale_x, self.scale_y] * 2, dtype=np.float32)
        return boxes_xyxy * scale + offset

    def to_picture(self, boxes_xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
        """N×4 boxes in input pixels, as boxes in pixels of the picture."""
        offset = np.array([self.offset_x, self.offset_y] * 2, dtype=np.float32)
        scale = np.array([self.scale_x, self.scale_y] * 2, dtype=np.float32)
        return (boxes_xyxy - offset) / scale


@dataclass(frozen=True, eq=False)
class Fed:
    """A picture as a network is fed with it.

    Attributes:
        tensors: 1×3×H×W float32, one for each input of the card.
        placement: Where the picture lies in the first.
        picture_px: Width and height of the picture.
    """

    tensors: tuple[NDArray[np.float32], ...]
    placement: Placement
    picture_px: tuple[int, int]

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the first tensor."""
        return self.tensors[0].shape[3], self.tensors[0].shape[2]

    @property
    def placed_px(self) -> tuple[int, int]:
        """Width and height of the picture in the first tensor, without bars."""
        width, height = self.picture_px
        return round(width * self.placement.scale_x), round(height * self.placement.scale_y)


def feed(frame: Frame, card: Card) -> Fed:
    """Make a network's inputs of a picture.

    Raises:
        SettingError: If the network takes a stereo pair and the frame has no right-hand picture.
    """
    made = [to_tensor(_picture(frame, spec, card.name), spec) for spec in card.inputs]
    return Fed(tuple(tensor for tensor, _ in made), made[0][1], (frame.width_px, frame.height_px))


def _picture(frame: Frame, spec: InputSpec, name: str) -> NDArray[np.uint8]:
    if spec.picture == "left":
        return frame.image
    if frame.right is None:
        raise SettingError(
            f"{name} takes a stereo pair, and {frame.source} comes without the right-hand picture: give both, or take "
            "a network for one picture."
        )
    return frame.right


def to_tensor(image: NDArray[np.uint8], spec: InputSpec) -> tuple[NDArray[np.float32], Placement]:
    """Resize, pad and normalise.

    Args:
        image: H×W×3 uint8 RGB.
        spec: What the network wants.

    Returns:
        The 1×3×H×W float32 tensor and where the picture lies in it.
    """
    height, width = image.shape[:2]
    target = input_size(width, height, spec)
    if spec.has_bars:
        canvas, placement = _letterbox(image, spec, target)
    else:
        canvas = _resize(image, target, spec.resample)
        placement = Placement(target[0] / width, target[1] / height)
    return input_planes(canvas, spec), placement


def input_size(width: int, height: int, spec: InputSpec) -> tuple[int, int]:
    """Width and height to feed for a picture of this size.

    With `keep-aspect` and `letterbox-area`, the sides are multiples of `multiple_px` nearest to the picture's aspect
    ratio, at the area that the network was trained on or, to `cover` the size, with neither side shorter than its own.
    """
    if not spec.follows_shape:
        return spec.width_px, spec.height_px
    aspect = min(max(width / height, 1 / MAX_SIDE_RATIO), MAX_SIDE_RATIO)
    step = spec.multiple_px
    if spec.scale_to == "cover":
        sides = max(spec.width_px, spec.height_px * aspect), max(spec.height_px, spec.width_px / aspect)
    else:
        area = spec.width_px * spec.height_px
        sides = math.sqrt(area * aspect), math.sqrt(area / aspect)
    wide, high = (max(1, round(side / step)) * step for side in sides)
    return wide, high


def _letterbox(image: NDArray[np.uint8], spec: InputSpec, size_px: tuple[int, int]) -> tuple[NDArray[Any], Placement]:
    """The picture in the middle of an input of this size, as large as it fits, with bars beside it."""
    height, width = image.shape[:2]
    scale = min(size_px[0] / width, size_px[1] / height)
    wide = min(size_px[0], max(1, round(width * scale)))
    high = min(size_px[1], max(1, round(height * scale)))
    left, top = (size_px[0] - wide) // 2, (size_px[1] - high) // 2
    resized = _resize(image, (wide, high), spec.resample)
    canvas = np.full((size_px[1], size_px[0], 3), spec.pad, dtype=resized.dtype)
    canvas[top : top + high, left : left + wide] = resized
    return canvas, Placement(wide / width, high / height, left, top)


def _resize(image: NDArray[np.uint8], size: tuple[int, int], resample: Resample) -> NDArray[Any]:
    """Resize to width × height, as `InputSpec.resample` says."""
    ratio = min(image.shape[1] / size[0], image.shape[0] / size[1])
    image = _reduced(image, int(ratio))
    ratio = max(image.shape[1] / size[0], image.shape[0] / size[1])
    if ratio <= 1 or (resample != "area" and ratio < 2):
        return cv2.resize(image, size, interpolation=cv2.INTER_CUBIC if resample == "bicubic" else cv2.INTER_LINEAR)
    # OpenCV averages areas of float faster than of bytes; a huge picture would take too much memory.
    pixels = image.astype(np.float32) if image.size <= MAX_FLOAT_SIZE else image
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


def _reduced(image: NDArray[np.uint8], most: int) -> NDArray[np.uint8]:
    """Shrink by the largest whole factor, at most `most`, that divides both sides: ten times faster than any other."""
    height, width = image.shape[:2]
    factor = next((each for each in range(most, 1, -1) if width % each == 0 and height % each == 0), 1)
    if factor == 1:
        return image
    return cv2.resize(image, (width // factor, height // factor), interpolation=cv2.INTER_AREA)  # type: ignore[return-value]


def input_planes(canvas: NDArray[Any], spec: InputSpec) -> NDArray[np.float32]:
    """The 1×3×H×W float32 tensor of an H×W×3 RGB picture that has its size already, normalised."""
    tensor = np.empty((1, 3, *canvas.shape[:2]), dtype=np.float32)
    tensor[0] = canvas.transpose(2, 0, 1)[:: 1 if spec.colour == "rgb" else -1]
    if any(spec.mean) or any(deviation != 1.0 for deviation in spec.std):
        tensor -= np.array(spec.mean, dtype=np.float32)[:, None, None]
        tensor /= np.array(spec.std, dtype=np.float32)[:, None, None]
    return tensor
