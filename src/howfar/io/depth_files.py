"""Depth maps as files: those of a user's own camera in, and our estimates out."""

from pathlib import Path
from typing import Literal

import numpy as np

from howfar.errors import SettingError, SourceError
from howfar.files import replacing
from howfar.io.depth_values import read_values
from howfar.io.picture_writer import encode
from howfar.io.resample import resample
from howfar.scene import DepthMap

Unit = Literal["auto", "m", "mm"]

MOST_LIKELY_M = 200.0
"""A median depth above this many metres is taken for millimetres."""

LEAST_LIKELY_MM = 30.0
"""A median depth below this many millimetres is taken for metres."""

ASPECT_TOLERANCE = 0.01
MAX_PNG_MM = 65535


def read_depth(path: Path, unit: Unit = "auto") -> DepthMap:
    """Read a depth map from a file, for cameras that measure depth themselves.

    Integers are taken for millimetres (a 16-bit PNG of a RealSense, Azure Kinect or phone) and floating-point numbers
    for metres (`.npy`, `.npz`, `.tiff`, `.pfm`, `.exr`) unless the unit is given. Zero, negative numbers, NaN and
    infinity are unknown.

    Args:
        path: The file; an `.npz` holds one array or one called `depth`, an `.exr` a channel Z.
        unit: `m`, `mm` or `auto`. What is given is trusted; what `auto` takes it for is checked against the median.

    Returns:
        The map in metres, at the file's resolution.

    Raises:
        SourceError: If the file is missing, damaged, no depth map, or has no value above zero.
        SettingError: If the values are unlikely in the unit they were taken for.
        MissingExtraError: If an EXR file needs OpenEXR.
    """
    if unit not in ("auto", "m", "mm"):
        raise SettingError(f"The unit of a depth file is auto, m or mm, not {unit!r}.")
    raw = read_values(path)
    with np.errstate(over="ignore"):
        values = raw.astype(np.float32)
    known = values[np.isfinite(values) & (values > 0)]
    if known.size == 0:
        raise SourceError(f"{path} holds no depth: none of its values is a number above zero.")
    in_mm = raw.dtype.kind in "ui" if unit == "auto" else unit == "mm"
    if unit == "auto":
        _check_unit(path, float(np.median(known)), in_mm=in_mm)
    return DepthMap(values * np.float32(0.001) if in_mm else values, "metres")


def save_depth_png(depth: DepthMap, path: Path, width_px: int, height_px: int, *, overwrite: bool = False) -> int:
    """Write a metric depth map as a 16-bit PNG in millimetres, 0 where unknown.

    Args:
        depth: The map; it is resized bilinearly, without mixing unknown values in.
        path: Where to.
        width_px: Width of the picture that the map belongs to, and of the PNG.
        height_px: Height of them.
        overwrite: Replace a file that is there.

    Returns:
        How many pixels were farther than the 65.535 m that the format can hold and were written as unknown.

    Raises:
        SettingError: If the map is relative.
        OutputError: If the file exists and overwrite is not set, or cannot be written.
    """
    millimetres = np.nan_to_num(np.rint(resample(depth.metres(), width_px, height_px) * 1000))
    too_far = millimetres > MAX_PNG_MM
    millimetres[too_far] = 0
    with replacing(path, overwrite=overwrite) as temporary:
        temporary.write_bytes(encode(millimetres.astype(np.uint16), ".png"))
    return int(too_far.sum())


def _check_unit(path: Path, median: float, *, in_mm: bool) -> None:
    if in_mm and median < LEAST_LIKELY_MM:
        raise SettingError(
            f"{path} was taken for millimetres and the median is {median:.4g}: are these metres? "
            "Give the unit m, or mm if they are not.",
            setting="depth_unit",
        )
    if not in_mm and median > MOST_LIKELY_M:
        raise SettingError(
            f"{path} was taken for metres and the median is {median:.4g}: are these millimetres? "
            "Give the unit mm, or m if they are not.",
            setting="depth_unit",
        )
