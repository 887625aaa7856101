"""From pixels of any kind to H×W×3 uint8 RGB: grey, palettes, CMYK, 16 bits, transparency."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SourceError

if TYPE_CHECKING:
    from PIL import Image

STRETCHED_BELOW = 65536 // 16
"""16-bit values that span less than this are stretched: as they are, they would be sixteen greys or fewer."""

OUTLIERS_PERCENT = 0.1
"""So many of the lowest and of the highest values do not count for the span: dead and hot pixels."""

STRIP_ROWS = 256
"""Transparency is laid on white by so many rows at once, for it takes several times the memory of the result."""


class Rgb(NamedTuple):
    """Pixels in colour.

    Attributes:
        image: H×W×3 uint8 RGB.
        notes: What was done to them that is worth knowing, as sentences.
    """

    image: NDArray[np.uint8]
    notes: tuple[str, ...] = ()


def rgb_of(image: "Image.Image", source: str) -> Rgb:
    """The pixels of a picture.

    Args:
        image: A picture of Pillow's, in any mode.
        source: What to call it in an error.

    Raises:
        SourceError: If it holds 32-bit numbers, which do not say what is white.
    """
    if image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PPM"):
        return rgb_of_16_bits(np.asarray(image).astype(np.uint16, copy=False))
    if image.mode in ("I", "F"):
        raise SourceError(
            f"{source} holds 32-bit numbers, which do not say what is white: save it with 8 or 16 bits, "
            "or give it as a depth map if it is one."
        )
    if image.has_transparency_data:
        return Rgb(_on_white(image))
    if image.mode == "L":  # which takes half the memory that Pillow's conversion does
        return Rgb(_in_colour(np.asarray(image)))
    return Rgb(np.asarray(image if image.mode == "RGB" else image.convert("RGB")))


def rgb_of_16_bits(values: NDArray[np.uint16]) -> Rgb:
    """16 bits as 8: the upper ones, or stretched where the values fill less than a sixteenth of their range.

    Args:
        values: H×W in grey, or H×W×3 in colour.
    """
    low, high = np.percentile(values, [OUTLIERS_PERCENT, 100 - OUTLIERS_PERCENT], method="nearest").tolist()
    if not 0 < high - low < STRETCHED_BELOW:
        return Rgb(_in_colour((values >> 8).astype(np.uint8)))
    stretched = (np.clip(values, low, high) - np.float32(low)) * np.float32(255 / (high - low))
    note = f"The picture's 16 bits hold values from {low} to {high} alone: these were stretched to black and white."
    return Rgb(_in_colour(np.rint(stretched).astype(np.uint8)), (note,))


def has_16_bit_colours(image: "Image.Image") -> bool:
    """Whether a picture that is not loaded yet has colours of 16 bits, of which Pillow keeps the upper eight."""
    kinds = str([tile.args for tile in getattr(image, "tile", ())])
    return image.mode in ("RGB", "RGBA") and (";16" in kinds or (image.format == "PPM" and "65535" in kinds))


def stretched_16_bit_colours(image: "Image.Image", data: bytes) -> Rgb | None:
    """The colours of such a picture as it is stored, stretched; None where eight bits hold them well enough.

    Args:
        image: The picture as Pillow loaded it.
        data: The bytes of its file.
    """
    import cv2

    upper = np.asarray(image)[:, :, :3]
    low, high = np.percentile(upper, [OUTLIERS_PERCENT, 100 - OUTLIERS_PERCENT], method="nearest").tolist()
    if high - low > STRETCHED_BELOW // 256:
        return None
    stored: NDArray[Any] | None = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if stored is None or stored.dtype != np.uint16 or stored.ndim != 3:
        return None
    stretched = rgb_of_16_bits(stored[:, :, 2::-1])
    return stretched if stretched.notes else None


def _in_colour(values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.repeat(values[:, :, None], 3, axis=2) if values.ndim == 2 else values


def _on_white(image: "Image.Image") -> NDArray[np.uint8]:
    from PIL import Image

    width, height = image.size
    result = np.empty((height, width, 3), dtype=np.uint8)
    for top in range(0, height, STRIP_ROWS):
        layer = image.crop((0, top, width, min(top + STRIP_ROWS, height))).convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        result[top : top + STRIP_ROWS] = np.asarray(Image.alpha_composite(white, layer).convert("RGB"))
    return result
