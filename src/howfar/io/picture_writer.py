"""Writing pictures."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.errors import OutputError
from howfar.files import replacing

ENCODER_SETTINGS: dict[str, tuple[int, ...]] = {
    ".jpg": (cv2.IMWRITE_JPEG_QUALITY, 92),
    ".jpeg": (cv2.IMWRITE_JPEG_QUALITY, 92),
    ".png": (),
    ".webp": (cv2.IMWRITE_WEBP_QUALITY, 92),
    ".tif": (),
    ".tiff": (),
    ".bmp": (),
}
"""What a picture can be written as, by the file's ending, and how."""


def picture_path(path: Path) -> Path:
    """The path itself when its ending is one that pictures are written as, else the same with `.png`."""
    return path if path.suffix.lower() in ENCODER_SETTINGS else path.with_suffix(".png")


def save_picture(image: NDArray[np.uint8], path: Path, *, overwrite: bool = False) -> Path:
    """Write a picture in the format that the file's ending names; other endings become `.png`.

    Args:
        image: H×W×3 uint8 RGB.
        path: Where to.
        overwrite: Replace a file that is there.

    Returns:
        The path written.

    Raises:
        OutputError: If the file exists and overwrite is not set, the format cannot hold a picture of this size, or the
            file cannot be written.
    """
    target = picture_path(path)
    with replacing(target, overwrite=overwrite) as temporary:
        temporary.write_bytes(encode(np.ascontiguousarray(image[..., ::-1]), target.suffix.lower()))
    return target


def png_bytes(image: NDArray[np.uint8]) -> bytes:
    """A picture (H×W×3 uint8 RGB) as the bytes of a PNG file."""
    return encode(np.ascontiguousarray(image[..., ::-1]), ".png")


def jpeg_bytes(image: NDArray[np.uint8]) -> bytes:
    """A picture (H×W×3 uint8 RGB) as the bytes of a JPEG file."""
    return encode(np.ascontiguousarray(image[..., ::-1]), ".jpg")


def encode(pixels: NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float32], suffix: str) -> bytes:
    """The bytes of a picture file.

    Args:
        pixels: H×W×3 BGR, or H×W grey; PNG and TIFF also take 16 bits, TIFF single precision.
        suffix: One of `ENCODER_SETTINGS`.

    Raises:
        OutputError: If the format cannot hold it.
    """
    try:
        done, data = cv2.imencode(suffix, pixels, ENCODER_SETTINGS[suffix])
    except cv2.error:
        done = False
    if not done:
        height, width = pixels.shape[:2]
        raise OutputError(f"A picture of {width}×{height} pixels cannot be written as {suffix}; write it as .png.")
    return data.tobytes()
