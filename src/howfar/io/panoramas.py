"""What a picture file says of itself that no pinhole camera does: that it is a panorama, or was seen through a fisheye.

The signs are XMP's GPano (Google, "Photo Sphere XMP Metadata"), EXIF's CustomRendered 6, which telephones write into
swept panoramas, "fisheye" in the name of the lens, the makers of cameras that have none but such, and a picture twice
as wide as high whose left and right edges are the same: a whole turn, equirectangular.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from howfar.scene import Camera
from howfar.scene.camera import FocalDoubt
from howfar.scene.wide_pictures import doubt_by_shape, is_swept_shape, swept_focals_px

CUSTOM_RENDERED = 0xA401
PANORAMA = 6
LENS_MODEL = 0xA434
MAKE = 0x010F
ACTION_CAMERAS = ("gopro", "insta360", "arashi vision")
"""Makers of cameras with a fisheye, whose EXIF data do not say whether a picture was straightened."""

WHOLE_TURN_SHAPE = 2.0
SHAPE_TOLERANCE = 0.005
SAME_EDGES = 1.5
"""The edges of a whole turn differ by at most this much more than two columns side by side do."""

EDGE_NOISE = 2.0
"""So much, of 255, two columns always may differ: what compression does."""

PLAUSIBLE_OVER_WIDTH = (0.15, 3.0)
"""Focal lengths of panoramas over their widths, from a whole turn to what no one sweeps."""

FISHEYE_SPREAD = 1.5
"""How much nearer or farther a thing away from the middle of a fisheye's picture may be, by the factor."""

_FISHEYE = re.compile(r"fish[\s_-]?eye", re.IGNORECASE)
_GPANO = re.compile(rb"""GPano:(\w+)\s*(?:=\s*["']([^"']*)["']|>([^<]*)<)""")


def pinhole_or_doubt(
    camera: Camera | None, tags: Mapping[int, Any], xmp: bytes, image: NDArray[np.uint8]
) -> Camera | None:
    """The camera of a picture that it tells itself, with a doubt where the picture is none of a pinhole camera.

    Args:
        camera: What its EXIF tells; None for nothing.
        tags: Its EXIF tags.
        xmp: Its XMP data; empty for none.
        image: H×W×3 uint8 RGB, upright.

    Returns:
        The camera; None where the picture tells nothing.
    """
    height, width = image.shape[:2]
    told = camera or Camera.assumed(width, height)
    panorama = _gpano(xmp)
    if panorama:
        return _panorama(told, _focal_of_panorama(panorama, width, height), "its XMP data call the picture a panorama")
    if turn := whole_turn(image, told):
        return turn
    if tags.get(CUSTOM_RENDERED) == PANORAMA and not is_swept_shape(width, height):
        return _panorama(told, None, "its EXIF data call the picture a panorama")
    if _FISHEYE.search(str(tags.get(LENS_MODEL, ""))) or str(tags.get(MAKE, "")).strip("\0 ").lower() in ACTION_CAMERAS:
        doubt = FocalDoubt("the lens is a fisheye, and no pinhole camera", 1 / FISHEYE_SPREAD, FISHEYE_SPREAD)
        return replace(told, origin="assumed", doubt=doubt)
    return None if camera is None else doubt_by_shape(camera)


def whole_turn(image: NDArray[np.uint8], told: Camera | None = None) -> Camera | None:
    """The camera of an equirectangular panorama of a whole turn, with its doubt; None for any other picture.

    Args:
        image: H×W×3 uint8 RGB, upright.
        told: What the picture tells as an ordinary one; an assumed camera when None.
    """
    if not _is_whole_turn(image):
        return None
    height, width = image.shape[:2]
    reason = "the picture is twice as wide as high and its edges meet: an equirectangular panorama"
    return _panorama(told or Camera.assumed(width, height), width / math.tau, reason)


def _panorama(camera: Camera, focal_px: float | None, what: str) -> Camera:
    """A camera for the middle of a panorama, with a doubt that holds what the picture would tell as an ordinary one."""
    swept = swept_focals_px(camera)
    focals_px = (*swept, camera.focal_px) if focal_px is None else (focal_px, *swept, camera.focal_px)
    between = Camera.between(camera.width_px, camera.height_px, focals_px, f"{what}, which no one lens fits")
    return replace(between, origin="assumed")


def _focal_of_panorama(fields: Mapping[str, str], width_px: int, height_px: int) -> float | None:
    """The focal length in the middle of a panorama, whose columns are angles; None if its width is not told."""
    full, cropped = (_number(fields.get(name)) for name in ("FullPanoWidthPixels", "CroppedAreaImageWidthPixels"))
    shape = width_px / height_px
    if full is None:
        return width_px / math.tau if abs(shape / WHOLE_TURN_SHAPE - 1) <= SHAPE_TOLERANCE else None
    focal_px = full / math.tau * width_px / (cropped or full)
    low, high = (width_px * each for each in PLAUSIBLE_OVER_WIDTH)
    return focal_px if low <= focal_px <= high else None


def _gpano(xmp: bytes) -> dict[str, str]:
    """The fields of GPano by name."""
    found = _GPANO.findall(xmp)
    return {name.decode(): (quoted or inner).decode("latin-1").strip() for name, quoted, inner in found}


def _is_whole_turn(image: NDArray[np.uint8]) -> bool:
    height, width = image.shape[:2]
    if width < 4 or abs(width / height / WHOLE_TURN_SHAPE - 1) > SHAPE_TOLERANCE:
        return False
    first, second, last = (image[:, column].astype(np.float32) for column in (0, 1, -1))
    across, beside = np.abs(first - last).mean(), np.abs(first - second).mean()
    varies = float(image[:: max(height // 64, 1), :: max(width // 64, 1)].std()) > 4 * EDGE_NOISE
    return bool(varies and across <= SAME_EDGES * beside + EDGE_NOISE)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 1 else None
