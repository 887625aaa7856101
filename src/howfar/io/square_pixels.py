"""Pictures whose stored pixels are not square: scans with 204×98 dots an inch, anamorphic pictures.

They are shown with square pixels, so that a circle is one. The axis with the fewer dots is enlarged, and no pixel lost.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import Image

X_RESOLUTION = 0x011A
Y_RESOLUTION = 0x011B

LEAST_STRETCH = 0.01
"""Below this, two resolutions are the same, and one of them was rounded."""

MOST_STRETCH = 2.5
"""Above it, one of two resolutions is a mistake: no scanner and no lens does that."""


def pixel_stretch(image: "Image.Image", tags: Mapping[int, Any]) -> tuple[float, float]:
    """By what the columns and the rows of a picture are to be multiplied, as it is stored, for square pixels.

    Args:
        image: The picture, with what its file says of the density of its pixels.
        tags: Its EXIF or TIFF tags.
    """
    for x, y in _densities(image, tags):
        ratio = x / y
        if abs(ratio - 1) > LEAST_STRETCH and 1 / MOST_STRETCH <= ratio <= MOST_STRETCH:
            return (1.0, ratio) if ratio > 1 else (1 / ratio, 1.0)
    return (1.0, 1.0)


def stretched(image: NDArray[np.uint8], stretch: tuple[float, float]) -> NDArray[np.uint8]:
    """A picture with its columns and rows multiplied.

    Args:
        image: H×W×3 uint8 RGB.
        stretch: The factors of columns and of rows.
    """
    from PIL import Image

    width, height = stretched_size((image.shape[1], image.shape[0]), stretch)
    return np.asarray(Image.fromarray(image).resize((width, height), Image.Resampling.BICUBIC))


def stretched_size(size_px: tuple[int, int], stretch: tuple[float, float]) -> tuple[int, int]:
    """Width and height of a picture after `stretched`."""
    return max(round(size_px[0] * stretch[0]), 1), max(round(size_px[1] * stretch[1]), 1)


def _densities(image: "Image.Image", tags: Mapping[int, Any]) -> Iterator[tuple[float, float]]:
    """Dots along x and along y, from the format's own fields first, as far as they are numbers above 0."""
    fields = (image.info.get(name) for name in ("jfif_density", "dpi", "aspect"))
    for pair in (*fields, (tags.get(X_RESOLUTION), tags.get(Y_RESOLUTION))):
        try:
            x, y = map(float, pair)  # type: ignore[arg-type]  # whatever is no pair of numbers is passed over
        except (TypeError, ValueError, ZeroDivisionError, OverflowError):
            continue
        if 0 < x < float("inf") and 0 < y < float("inf"):
            yield x, y
