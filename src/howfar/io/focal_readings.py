"""The focal length that the fields of EXIF tell together, or all that they leave possible.

A 35 mm equivalent f35 counts over the diagonal D of the frame (43.3 mm of film). A focal length f in mm over the length
of the sensor, which the density of its pixels tells, gives the same number. The density counts pixels as the sensor has
them, so it holds whatever was cut off; f35 does not.

- **Digital zoom** z: some cameras write f35 with it, others without, so f35 or f35·z is true. The density decides. So
  does the lens that each reading implies: none is wider than `WIDEST_LENS_35MM`, and no sensor is smaller than
  `SENSOR_DIAGONALS_MM` allows.
- **Made smaller**: a density stays what it was when a picture is made smaller, and its pixels then seem to be those of
  a sensor that no one makes: shorter than the smallest, or of large pixels and of no length that large sensors have.
- **Another shape**: where a picture is neither 4:3 nor 3:2, a part of the sensor was left out, by the camera's mode or
  by an editor, and f35 may count over the whole frame. The smallest frame of these two shapes that holds the picture
  tells how much longer the focal length then is: by 9 % for 16:9, by 18 % for a square.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from howfar.scene.camera import ASPECT_TOLERANCE, FULL_FRAME_DIAGONAL_MM
from howfar.scene.wide_pictures import is_swept_shape

FRAME_SHAPES = (4 / 3, 3 / 2)
"""What sensors are: those of telephones and small cameras, and those of larger ones."""

WIDEST_LENS_35MM = 10.0
"""No lens of a camera with a digital zoom is wider."""

SENSOR_DIAGONALS_MM = (4.0, 80.0)
"""From the smallest chip for the front of a telephone to medium format."""

AGREEMENT = 0.04
"""Two readings are the same within this, and within the rounding of f35 to a whole number."""

LEAST_SENSOR_PX = 1600.0
"""No camera that writes a density has fewer pixels along its longer side: a picture with fewer was made smaller."""

FULL_FRAME_SIDE_MM = 36.0

LARGE_PIXEL_MM = 0.0022
"""Pixels larger than this are those of sensors of an inch and more, whose longer sides are known."""

LARGE_SENSORS_MM = (13.2, 17.3, 18.7, 20.7, 22.5, 23.5, 28.3, 33.0, 36.0, 43.9, 53.5)
"""From an inch (which is 13 mm) over Four Thirds, APS-C and full frame to medium format."""

OLD_PIXEL_MM = 0.0036
OLD_SENSORS_MM = (5.3, 5.76, 7.18, 8.8)
"""Small cameras of the first years had pixels of up to so much, on sensors of these lengths."""

SENSOR_TOLERANCE = 0.035
"""Densities in EXIF give lengths of sensors to within this."""

SMALLEST_SENSOR_MM = 4.0
"""Of small pixels, a row that is shorter than any sensor was made smaller."""


@dataclass(frozen=True, slots=True)
class FocalFields:
    """What EXIF says of a focal length; None where it says nothing.

    Attributes:
        focal_35mm: The 35 mm equivalent.
        focal_mm: The focal length itself in millimetres.
        zoom: The digital zoom, 1 for none.
        sensor_mm: The length of the sensor's longer side, by the density of its pixels.
        size_px: Width and height of the picture.
        taken_px: Its width and height as it was taken.
    """

    focal_35mm: float | None
    focal_mm: float | None
    zoom: float
    sensor_mm: float | None
    size_px: tuple[int, int]
    taken_px: tuple[float, float] | None

    @property
    def counted_px(self) -> tuple[float, float]:
        """The pixels that the density counts."""
        return self.taken_px or self.size_px

    @property
    def by_density_35mm(self) -> float | None:
        """The 35 mm equivalent by the density of the sensor, without the zoom."""
        if self.focal_mm is None or self.sensor_mm is None:
            return None
        share = max(self.size_px) / math.hypot(*self.size_px)
        return self.focal_mm / self.sensor_mm * share * FULL_FRAME_DIAGONAL_MM


@dataclass(frozen=True, slots=True)
class FocalReadings:
    """The 35 mm equivalents over the picture's own diagonal that EXIF allows.

    Attributes:
        focals_35mm: The best first; a single one where EXIF decides.
        reason: What leaves it open; empty where nothing does.
    """

    focals_35mm: tuple[float, ...]
    reason: str = ""


def read_focal(fields: FocalFields) -> FocalReadings | None:
    """All readings of the focal length that the fields allow; None where they tell nothing."""
    if is_swept_shape(*fields.size_px):  # no density, and no shape of a sensor, is that of a panorama
        return None if fields.focal_35mm is None else _by_zoom(fields, fields.focal_35mm)
    by_density = fields.by_density_35mm
    if fields.focal_35mm is not None and _is_copied(fields.focal_35mm, fields.focal_mm):
        fields = replace(fields, focal_35mm=None)
    if fields.focal_35mm is None:
        return None if by_density is None else _by_density_alone(fields, by_density)
    if by_density is not None:
        return _with_density(fields, fields.focal_35mm, by_density)
    return _with_other_shapes(fields, _by_zoom(fields, fields.focal_35mm))


def _by_density_alone(fields: FocalFields, by_density: float) -> FocalReadings:
    zoomed = by_density * fields.zoom
    if fields.sensor_mm is None or _is_whole_sensor(fields):
        return FocalReadings((zoomed,))
    reason = (
        f"EXIF says that a sensor of {max(fields.counted_px):.0f} pixels is {fields.sensor_mm:.3g} mm long, as if the "
        "picture had been made smaller, or cut, since it was taken"
    )
    shortest = zoomed * min(1.0, fields.sensor_mm / FULL_FRAME_SIDE_MM)
    return FocalReadings((math.sqrt(zoomed * shortest), zoomed, shortest), reason)


def _is_whole_sensor(fields: FocalFields) -> bool:
    """Whether there are sensors of as many pixels, and of the length that the density of these gives."""
    longer, shorter = max(fields.counted_px), min(fields.counted_px)
    if fields.sensor_mm is None or longer < LEAST_SENSOR_PX:
        return False
    pixel_mm = fields.sensor_mm / longer
    if pixel_mm <= LARGE_PIXEL_MM:
        return fields.sensor_mm >= SMALLEST_SENSOR_MM
    sensors_mm = (*LARGE_SENSORS_MM, *(OLD_SENSORS_MM if pixel_mm <= OLD_PIXEL_MM else ()))
    lengths_mm = [pixel_mm * max(longer, shorter * shape) for shape in (1.0, *FRAME_SHAPES)]
    return any(abs(length / sensor - 1) <= SENSOR_TOLERANCE for length in lengths_mm for sensor in sensors_mm)


def _with_density(fields: FocalFields, focal_35mm: float, by_density: float) -> FocalReadings:
    """The readings of f35, decided by the density if it can."""
    zoom = fields.zoom
    for share in (1.0, *_growths(fields.size_px)):
        if _agree(focal_35mm * share, by_density * zoom, focal_35mm):  # f35 holds the zoom
            return FocalReadings((focal_35mm if share == 1.0 else by_density * zoom,))
        if _agree(focal_35mm * share, by_density, focal_35mm):  # it does not
            return FocalReadings(((focal_35mm if share == 1.0 else by_density) * zoom,))
    others = {focal_35mm * zoom, by_density * zoom} - {focal_35mm}
    reason = (
        f"EXIF contradicts itself: {focal_35mm:.0f} mm (35 mm equivalent) and, by the sensor's density of pixels, "
        f"{by_density * zoom:.0f} mm; the picture may have been cut, or made smaller"
    )
    return FocalReadings((focal_35mm, *sorted(others)), reason)


def _by_zoom(fields: FocalFields, focal_35mm: float) -> FocalReadings:
    """f35 with or without the digital zoom; both, and the mean between them first, if nothing decides."""
    if fields.zoom == 1.0:
        return FocalReadings((focal_35mm,))
    held = _is_lens(focal_35mm / fields.zoom, fields.focal_mm)
    left_out = _is_lens(focal_35mm, fields.focal_mm)
    zoomed = focal_35mm * fields.zoom
    if held != left_out:
        return FocalReadings((focal_35mm if held else zoomed,))
    reason = (
        f"EXIF does not say whether its {focal_35mm:.0f} mm (35 mm equivalent) hold the digital zoom of "
        f"{fields.zoom:.3g}: it is {focal_35mm:.0f} or {zoomed:.0f} mm"
    )
    return FocalReadings((math.sqrt(focal_35mm * zoomed), focal_35mm, zoomed), reason)


def _is_copied(focal_35mm: float, focal_mm: float | None) -> bool:
    """Whether f35 is the focal length itself, of a lens that no full frame has."""
    return focal_mm is not None and focal_35mm < WIDEST_LENS_35MM and _agree(focal_35mm, focal_mm, focal_35mm)


def _is_lens(lens_35mm: float, focal_mm: float | None) -> bool:
    """Whether there can be a lens of this 35 mm equivalent, and of this focal length."""
    if lens_35mm < WIDEST_LENS_35MM:
        return False
    low, high = SENSOR_DIAGONALS_MM
    return focal_mm is None or low <= FULL_FRAME_DIAGONAL_MM * focal_mm / lens_35mm <= high


def _with_other_shapes(fields: FocalFields, readings: FocalReadings) -> FocalReadings:
    """The readings, and those of a larger frame that the picture was cut out of, if its shape is that of no sensor."""
    growth = max(_growths(fields.size_px), default=1.0)
    if growth == 1.0:
        return readings
    reason = (
        f"a picture of {fields.size_px[0]:.0f}×{fields.size_px[1]:.0f} pixels is a part of what a sensor of 4:3 or 3:2 "
        f"sees, and EXIF may mean the whole: distances are then {growth - 1:.0%} longer"
    )
    longest = growth * max(readings.focals_35mm)
    return FocalReadings((*readings.focals_35mm, longest), "; ".join(filter(None, (readings.reason, reason))))


def _growths(size_px: tuple[int, int]) -> Iterator[float]:
    """How much longer the diagonal of each smallest frame is that holds a picture which has the shape of no sensor."""
    shape = max(size_px) / min(size_px)
    if any(abs(shape / each - 1) <= ASPECT_TOLERANCE for each in FRAME_SHAPES):
        return
    for each in FRAME_SHAPES:
        frame = (max(shape, each), max(1.0, shape / each))
        yield math.hypot(*frame) / math.hypot(shape, 1.0)


def _agree(first: float, second: float, rounded: float) -> bool:
    """Whether two 35 mm equivalents are the same, as far as one that is rounded can tell."""
    return abs(math.log(first / second)) <= AGREEMENT + 0.5 / rounded
