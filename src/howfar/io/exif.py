"""What a picture's EXIF tells of the camera: the focal length in pixels (CIPA DC-008, "Exif 2.32")."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from howfar.io.focal_readings import FocalFields, read_focal
from howfar.scene import Camera
from howfar.scene.camera import ASPECT_TOLERANCE, FULL_FRAME_DIAGONAL_MM
from howfar.scene.wide_pictures import is_swept_shape

if TYPE_CHECKING:
    from PIL import Image

EXIF_IFD = 0x8769
FOCAL_LENGTH = 0x920A
PIXEL_X_DIMENSION = 0xA002
PIXEL_Y_DIMENSION = 0xA003
FOCAL_PLANE_X_RESOLUTION = 0xA20E
FOCAL_PLANE_RESOLUTION_UNIT = 0xA210
DIGITAL_ZOOM_RATIO = 0xA404
FOCAL_LENGTH_35MM = 0xA405

MM_PER_UNIT: dict[float, float] = {2: 25.4, 3: 10.0, 4: 1.0, 5: 0.001}
"""Inch, centimetre, millimetre, micrometre. EXIF itself knows the first two; cameras write the others as well."""

PLAUSIBLE_FOCAL_35MM = (4.0, 3000.0)
"""Beyond these (a fisheye of 160 degrees, a telescope) the value is a mistake or no pinhole camera."""

PLAUSIBLE_SENSOR_MM = (1.0, 150.0)
"""Length of a sensor's longer side: from an endoscope's chip to a scanning back."""

LEAST_PART = 0.1
"""Of a picture that is smaller than this part of the one that was taken, no one can say what was done to it."""

MAX_DIGITAL_ZOOM = 100.0


def exif_tags(image: "Image.Image") -> dict[int, Any]:
    """The EXIF tags of an open picture: those of the main directory and of the Exif directory in one.

    A damaged EXIF block gives what could be read of it, or nothing: the picture itself may be whole.
    """
    tags: dict[int, Any] = {}
    try:
        exif = image.getexif()
        tags.update(exif)
        tags.update(exif.get_ifd(EXIF_IFD))
    except Exception:  # noqa: BLE001  Pillow's parser fails in many ways on a damaged block
        return tags
    return tags


def camera_from_exif(
    tags: Mapping[int, Any], width_px: int, height_px: int, stretch: tuple[float, float] = (1.0, 1.0)
) -> Camera | None:
    """The camera that took a picture, as far as EXIF tells.

    The 35 mm equivalent focal length counts over the diagonal. Where there is none, the focal length in millimetres
    and the density of the sensor's pixels give it; a density counts pixels of the picture as it was taken, which may
    have been resized since. Pixels are taken to be square, so that it does not matter whether the picture was rotated.

    Cameras differ in whether the 35 mm value holds a digital zoom, editors cut pictures and write their new size into
    EXIF, and a sensor of 4:3 has modes of other shapes. What one field leaves open, the others may decide
    (`io.focal_readings`). Where they do not, the camera has a doubt that holds all readings.

    Args:
        tags: EXIF tags by number (see `exif_tags`).
        width_px: Width of the upright picture.
        height_px: Height of the upright picture.
        stretch: By what the stored columns and rows were multiplied, where stored pixels are not square.

    Returns:
        The camera with origin `exif`, or `assumed` where the readings lie far apart; None when the tags do not tell, or
        say something absurd.
    """
    taken_px = _size_as_taken(tags, stretch)
    if taken_px is not None and not _same_shape(taken_px, (width_px, height_px)):
        return _cut_out(tags, taken_px, (width_px, height_px), stretch)
    fields = FocalFields(
        focal_35mm=_positive(tags.get(FOCAL_LENGTH_35MM)),
        focal_mm=_positive(tags.get(FOCAL_LENGTH)),
        zoom=_digital_zoom(tags),
        sensor_mm=_longer_side_mm(tags, max(taken_px or (width_px, height_px))),
        size_px=(width_px, height_px),
        taken_px=taken_px,
    )
    readings = read_focal(fields)
    if readings is None:
        return None
    low, high = PLAUSIBLE_FOCAL_35MM
    if not all(low <= each <= high for each in readings.focals_35mm):
        return None
    if len(readings.focals_35mm) == 1:
        return Camera.from_focal_35mm(width_px, height_px, readings.focals_35mm[0])
    to_px = math.hypot(width_px, height_px) / FULL_FRAME_DIAGONAL_MM
    return Camera.between(width_px, height_px, [each * to_px for each in readings.focals_35mm], readings.reason)


def _cut_out(
    tags: Mapping[int, Any], taken_px: tuple[float, float], size_px: tuple[int, int], stretch: tuple[float, float]
) -> Camera | None:
    """The camera of a picture that was cut to another shape since it was taken, and perhaps made smaller.

    A cut leaves the focal length in pixels. How much smaller the picture was made at most is told by the side that fits
    the picture as it was taken best; where one side is as long as it was, nothing was.
    """
    sides = ((taken_px[0], taken_px[1]), (taken_px[1], taken_px[0]))
    smallest = min(max(size_px[0] / width, size_px[1] / height) for width, height in sides)
    whole = max(round(taken_px[0]), 1), max(round(taken_px[1]), 1)
    if (
        not LEAST_PART <= smallest <= 1 + ASPECT_TOLERANCE
        or not _same_shape(taken_px, whole)
        or is_swept_shape(*size_px)
    ):
        return None
    taken = camera_from_exif(tags, *whole, stretch)
    if taken is None:
        return None
    low, high = (1.0, 1.0) if taken.doubt is None else (taken.doubt.low, taken.doubt.high)
    scale = min(smallest, 1.0)
    focals_px = [taken.focal_px * share for share in (math.sqrt(scale), scale * low, high)]
    reason = f"the picture was cut out of one of {taken_px[0]:.0f}×{taken_px[1]:.0f} pixels, and perhaps made smaller"
    if max(focals_px) < min(focals_px) * (1 + ASPECT_TOLERANCE):
        return Camera.from_focal(*size_px, focals_px[0], origin="exif")
    return Camera.between(*size_px, focals_px, reason)


def _longer_side_mm(tags: Mapping[int, Any], longest_px: float) -> float | None:
    """Length of the sensor's longer side by the density of its pixels; None where EXIF does not tell."""
    density = _positive(tags.get(FOCAL_PLANE_X_RESOLUTION))
    unit_mm = MM_PER_UNIT.get(_positive(tags.get(FOCAL_PLANE_RESOLUTION_UNIT, 2)) or 0.0)
    if density is None or unit_mm is None:
        return None
    sensor_mm = longest_px / density * unit_mm
    return sensor_mm if PLAUSIBLE_SENSOR_MM[0] <= sensor_mm <= PLAUSIBLE_SENSOR_MM[1] else None


def _digital_zoom(tags: Mapping[int, Any]) -> float:
    """The digital zoom, 1 for none."""
    zoom = _positive(tags.get(DIGITAL_ZOOM_RATIO))
    return zoom if zoom is not None and 1.0 < zoom <= MAX_DIGITAL_ZOOM else 1.0


def _size_as_taken(tags: Mapping[int, Any], stretch: tuple[float, float]) -> tuple[float, float] | None:
    width, height = _positive(tags.get(PIXEL_X_DIMENSION)), _positive(tags.get(PIXEL_Y_DIMENSION))
    return None if width is None or height is None else (width * stretch[0], height * stretch[1])


def _same_shape(first: tuple[float, float], second: tuple[float, float]) -> bool:
    """Whether two sizes have the same aspect ratio, one of them lying on its side or not."""
    ratio = max(first) * min(second) / (min(first) * max(second))
    return abs(ratio - 1) <= ASPECT_TOLERANCE


def _positive(value: Any) -> float | None:
    """The value as a positive finite number, or None: EXIF holds texts, tuples and ratios over zero as well."""
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) and number > 0 else None
