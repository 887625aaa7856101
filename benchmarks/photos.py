"""The picture that benchmarks look at, and a whole look at it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from howfar import Rangefinder
from howfar.io.picture_writer import jpeg_bytes
from howfar.io.pictures import decode_picture


def photo(path: Path | None) -> NDArray[np.uint8]:
    """A photo at 640×480; a noisy gradient without one."""
    if path is not None:
        return np.asarray(Image.open(path).convert("RGB").resize((640, 480)), dtype=np.uint8)
    ramp = np.linspace(0, 255, 640, dtype=np.float32)
    noise = np.random.default_rng(0).normal(0, 20, (480, 640, 3))
    return np.clip(ramp[None, :, None] + noise, 0, 255).astype(np.uint8)


def whole_look(finder: Rangefinder, image: NDArray[np.uint8]) -> Callable[[], object]:
    """A look from the bytes of a JPEG of the picture to the drawn picture."""
    jpeg = jpeg_bytes(image)
    return lambda: finder.look(decode_picture(jpeg, "photo.jpg")).draw()
