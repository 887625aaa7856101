"""Rig files: two cameras and where the one is seen from the other, in TOML.

Of a rectified pair four lines are enough:

width_px = 1242
height_px = 375
focal_px = 721.5377
baseline_m = 0.5327
cx_px = 609.5         # the principal point of the left-hand picture; else the middle
cy_px = 172.8
offset_px = 0.0       # that of the right-hand one minus that of the left-hand one, in x; else 0

Of any other:

[left]                # the fields of a camera file (`io.camera_files`)
width_px = 1280
…
[left.distortion]
k1 = -0.21
…
[right]
…
[right.distortion]
…
[pose]                # x_right = rotation · x_left + translation_m
rotation = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]
translation_m = [-0.12, 0.0, 0.0]

Both may say how well they explain the pictures that they come from:

[chessboard]
rms_px = 0.21
epipolar_px = 0.15
pairs = 14
found_on = 2026-01-31
"""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from howfar.errors import SettingError
from howfar.io.camera_files import (
    NEEDED,
    OPTIONAL,
    camera_lines,
    distortion_lines,
    read_camera,
    read_distortion,
)
from howfar.io.toml import POSITIVE, Fields, Lines, toml_text, write_toml
from howfar.scene import Camera
from howfar.scene.calibration import LensDistortion
from howfar.scene.stereo_calibration import UPRIGHT, StereoCalibration, StereoFit, rotation_of, vector_of

SHORT = ("width_px", "height_px", "focal_px", "baseline_m")
SHORT_OPTIONAL = ("cx_px", "cy_px", "offset_px")
LONG = ("left", "right", "pose")
FIT = "chessboard"


def rig_toml(calibration: StereoCalibration) -> str:
    """A calibration as TOML, which is read back as the same, but for its notes.

    Raises:
        SettingError: If the size of its pictures is not known.
    """
    return toml_text(_lines(calibration))


def write_rig(calibration: StereoCalibration, path: Path, *, overwrite: bool = False) -> None:
    """Write a rig file.

    Raises:
        OutputError: If the file exists and overwrite is not set, or it cannot be written.
        SettingError: If the size of the rig's pictures is not known.
    """
    write_toml(_lines(calibration), path, overwrite=overwrite)


def is_rig_toml(table: dict[str, Any]) -> bool:
    """Whether a table of TOML is meant to be a rig file."""
    return any(name in table for name in (*LONG, "baseline_m"))


def rig_of_table(table: dict[str, Any]) -> StereoCalibration:
    """The calibration that a table of TOML holds.

    Raises:
        SettingError: If something in it is missing or cannot be.
    """
    read = Fields(table, where="")
    fit = _fit(read.subtable(FIT)) if FIT in read else None
    if any(name in read for name in LONG):
        return _long(read, fit)
    read.refuse_others((*SHORT, *SHORT_OPTIONAL, FIT))
    return _short(read, fit)


def _short(read: Fields, fit: StereoFit | None) -> StereoCalibration:
    width, height, focal_px = read.whole("width_px"), read.whole("height_px"), read.number("focal_px", within=POSITIVE)
    cx_px, cy_px = read.number("cx_px", width / 2), read.number("cy_px", height / 2)
    left, right = (
        Camera(width, height, focal_px, focal_px, x_px, cy_px)
        for x_px in (cx_px, cx_px + read.number("offset_px", 0.0))
    )
    return StereoCalibration(left, right, translation_m=(-read.number("baseline_m"), 0.0, 0.0), chessboard=fit)


def _long(read: Fields, fit: StereoFit | None) -> StereoCalibration:
    read.refuse_others((*LONG, FIT))
    (left, left_bent), (right, right_bent) = (_eye(read.subtable(name)) for name in ("left", "right"))
    pose = read.subtable("pose")
    upright = [value for row in UPRIGHT for value in row]
    rotation, translation = pose.numbers("rotation", 9, upright), pose.numbers("translation_m", 3)
    pose.refuse_others()
    return StereoCalibration(
        left, right, left_bent, right_bent, rotation_of(rotation), vector_of(translation, "translation_m"), fit
    )


def _eye(read: Fields) -> tuple[Camera, LensDistortion | None]:
    read.refuse_others((*NEEDED, *OPTIONAL, "distortion"))
    distortion = read_distortion(read.subtable("distortion")) if "distortion" in read else None
    return read_camera(read), distortion


def _fit(read: Fields) -> StereoFit:
    numbers = read.number("rms_px"), read.number("epipolar_px")
    fit = StereoFit(*numbers, read.whole("pairs"), read.day("found_on", None))
    read.refuse_others()
    return fit


def _lines(calibration: StereoCalibration) -> Iterator[tuple[str, Lines]]:
    """Each table's heading and its fields, in the order of the file."""
    if not calibration.size_known:
        raise SettingError("The rig does not say what size of picture it is for: scale it to the size of a pair first.")
    if _is_short(calibration):
        left, right = calibration.left, calibration.right
        sizes = [("width_px", left.width_px), ("height_px", left.height_px), ("focal_px", left.fx_px)]
        yield (
            "",
            [
                *sizes,
                ("baseline_m", calibration.baseline_m),
                ("cx_px", left.cx_px),
                ("cy_px", left.cy_px),
                ("offset_px", right.cx_px - left.cx_px),
            ],
        )
    else:
        eyes = (
            ("left", calibration.left, calibration.left_distortion),
            ("right", calibration.right, calibration.right_distortion),
        )
        for name, camera, distortion in eyes:
            yield f"[{name}]", camera_lines(camera)
            if distortion is not None:
                yield f"[{name}.distortion]", distortion_lines(distortion)
        rotation = [value for row in calibration.rotation for value in row]
        yield "[pose]", [("rotation", rotation), ("translation_m", calibration.translation_m)]
    if calibration.chessboard is not None:
        yield f"[{FIT}]", asdict(calibration.chessboard).items()


def _is_short(calibration: StereoCalibration) -> bool:
    """Whether the short form says all of it."""
    left, right = calibration.left, calibration.right
    focals = {left.fx_px, left.fy_px, right.fx_px, right.fy_px}
    straight = calibration.rotation == UPRIGHT and calibration.translation_m[1:] == (0.0, 0.0)
    offset_px = right.cx_px - left.cx_px
    same = left.cx_px + offset_px == right.cx_px and (left.width_px, left.height_px, left.cy_px) == (
        right.width_px,
        right.height_px,
        right.cy_px,
    )
    plain = calibration.left_distortion is None and calibration.right_distortion is None
    return len(focals) == 1 and straight and same and plain and left.origin == right.origin == "given"
