"""The texts of KITTI's object benchmark: one object a line in `label_2`, one matrix a line in `calib`."""

import math
import reprlib
from dataclasses import dataclass
from pathlib import Path

from howfar.datasets.files import text_of
from howfar.errors import SourceError
from howfar.scene import Camera

COLUMNS = "type truncated occluded alpha left top right bottom height width length x y z rotation_y"
LARGEST = 1e6
"""No number of pixels, metres or radians is larger."""
DONT_CARE = "DontCare"
NO_SIZE = (-1.0, -1.0, -1.0)
"""Height, width and length of what has a box in the picture alone."""

Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels."""


@dataclass(frozen=True, slots=True)
class KittiObject:
    """One line of the labels.

    Attributes:
        label: The type, as `Car`.
        occlusion: 0 fully visible, 1 partly occluded, 2 largely occluded, -1 unknown (which the file calls 3).
        box_xyxy_px: The box in the picture, x1, y1, x2, y2.
        width_m: Size of the 3-D box across the object; NaN of what has a box in the picture alone.
        length_m: Its size along the object; likewise.
        z_m: Its centre along the optical axis.
        rotation_y_rad: Its turn about the vertical axis; at 0 its length lies along the picture's x axis.
    """

    label: str
    occlusion: int
    box_xyxy_px: Box
    width_m: float
    length_m: float
    z_m: float
    rotation_y_rad: float

    @property
    def nearest_m(self) -> float:
        """The least Z of the 3-D box's eight corners; NaN where it is not in front of the camera, or has no size.

        A corner at (±l/2, ·, ±w/2) from the centre comes to Z = z ∓ sin(ry)·l/2 ± cos(ry)·w/2 when the box is turned,
        so that the nearest has z − (l·|sin ry| + w·|cos ry|) / 2.
        """
        sine, cosine = math.sin(self.rotation_y_rad), math.cos(self.rotation_y_rad)
        nearest_m = self.z_m - (self.length_m * abs(sine) + self.width_m * abs(cosine)) / 2
        return nearest_m if nearest_m > 0 else math.nan


def read_objects(path: Path) -> list[KittiObject]:
    """Read the objects of one file of labels, without the regions that nobody labelled (DontCare).

    A sixteenth column, the score of a detector, is passed over.

    Raises:
        SourceError: If it cannot be read, or a line is not what it should be.
    """
    lines = enumerate(_lines(path, "one object a line"), 1)
    objects = [_object(line, f"{path}, line {number}") for number, line in lines if line.strip()]
    return [each for each in objects if each is not None]


def read_boxes(path: Path) -> list[tuple[str, Box, float | None]]:
    """Read type, box and score of each object of one file of labels, whatever it says of space; no DontCare.

    The score is the sixteenth column, which a detector's file has; None where there is none.

    Raises:
        SourceError: If it cannot be read, or a line is not what it should be.
    """
    lines = enumerate(_lines(path, "one object a line"), 1)
    rows = [(line.split(), f"{path}, line {number}") for number, line in lines if line.strip()]
    return [_box(words, where) for words, where in rows if words[0] != DONT_CARE]


def read_unlabelled(path: Path) -> list[Box]:
    """Read the regions that nobody labelled (DontCare) of one file of labels, as boxes in the picture.

    Raises:
        SourceError: If it cannot be read, or a line is not what it should be.
    """
    lines = [line.split() for line in _lines(path, "one object a line")]
    try:
        boxes = [_finite(words[4:8], 4) for words in lines if words[:1] == [DONT_CARE]]
    except ValueError:
        raise SourceError(f"{path} should give each {DONT_CARE} a box of four numbers, in columns 5 to 8.") from None
    return [(x1, y1, x2, y2) for x1, y1, x2, y2 in boxes]


def read_camera(path: Path, width_px: int, height_px: int) -> Camera:
    """Read the left colour camera from the matrix P2 of a calibration, for a picture of this size.

    Raises:
        SourceError: If it cannot be read, or has no such matrix.
    """
    numbers = _projection(path, "P2")
    fx_px, cx_px, fy_px, cy_px = numbers[0], numbers[2], numbers[5], numbers[6]
    return Camera(width_px, height_px, fx_px, fy_px, cx_px, cy_px, origin="given")


def read_baseline_m(path: Path) -> float:
    """Read how far the right colour camera is from the left one, from the matrices P2 and P3 of a calibration.

    The fourth number of each is −fx times the camera's distance to the right of the first one.

    Raises:
        SourceError: If it cannot be read, or lacks one of them.
    """
    left, right = (_projection(path, name) for name in ("P2", "P3"))
    return left[3] / left[0] - right[3] / right[0]


def _projection(path: Path, name: str) -> list[float]:
    """The twelve numbers of one matrix of a calibration."""
    rows = (line.partition(":") for line in _lines(path, f"a line {name}: with twelve numbers"))
    text = next((numbers for found, _, numbers in rows if found.strip() == name), "")
    try:
        numbers = _finite(text.split(), 12)
        if not (numbers[0] > 0 and numbers[5] > 0):
            raise ValueError
    except ValueError:
        raise SourceError(
            f"{path} should have a line {name}: with twelve numbers, the first and sixth being focal lengths in pixels."
        ) from None
    return numbers


def _box(words: list[str], where: str) -> tuple[str, Box, float | None]:
    columns = len(COLUMNS.split())
    try:
        x1, y1, x2, y2 = _finite(words[4:8], 4)
        score = float(words[columns]) if len(words) == columns + 1 else None
        if len(words) not in (columns, columns + 1) or not (score is None or 0 <= score <= 1):
            raise ValueError
    except ValueError:
        raise SourceError(
            f"{where} should hold an object's {columns} columns ({COLUMNS}) and, if known, its score of 0 to 1, not "
            f"{reprlib.repr(' '.join(words))}."
        ) from None
    return words[0], (x1, y1, x2, y2), score


def _object(line: str, where: str) -> KittiObject | None:
    label, *rest = line.split()
    try:
        numbers = _finite(rest[:14], 14)
        _, occluded, _, x1, y1, x2, y2, height_m, width_m, length_m, _, _, z_m, rotation_y_rad = numbers
        if label == DONT_CARE:
            return None
        if (height_m, width_m, length_m) == NO_SIZE:
            width_m = length_m = math.nan
        elif not (width_m > 0 and length_m > 0):
            raise ValueError
        if len(rest) > 15 or not (x1 <= x2 and y1 <= y2):
            raise ValueError
    except ValueError:
        raise SourceError(
            f"{where} should hold an object's {len(COLUMNS.split())} columns ({COLUMNS}), not "
            f"{reprlib.repr(line.strip())}."
        ) from None
    occlusion = int(occluded) if occluded in (0, 1, 2) else -1
    return KittiObject(label, occlusion, (x1, y1, x2, y2), width_m, length_m, z_m, rotation_y_rad)


def _finite(words: list[str], count: int) -> list[float]:
    numbers = [float(word) for word in words]
    if len(numbers) != count or not all(abs(number) <= LARGEST for number in numbers):  # false for NaN
        raise ValueError
    return numbers


def _lines(path: Path, form: str) -> list[str]:
    return text_of(path, str(path), f"it should hold {form}").splitlines()
