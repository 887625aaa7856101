"""Camera files: what is known of one camera, in TOML. Only the first four lines are needed.

width_px = 640
height_px = 480
fx_px = 518.86
fy_px = 519.47
cx_px = 325.58        # the principal point; else the middle of the picture
cy_px = 253.74
origin = "exif"       # where the intrinsics come from: given, exif or assumed; else given

[distortion]          # OpenCV's coefficients; the last three are 0 if left out
k1 = -0.21
k2 = 0.05
p1 = 0.0002
p2 = -0.0001
k3 = 0.0

[chessboard]          # how well the intrinsics explain the pictures that they come from
rms_px = 0.13
pictures = 17
found_on = 2026-01-31

[scale]               # what the metres of one depth network are multiplied by
factor = 1.08
depth_name = "depth-compact-nyu"
depth_sha256 = "…"
found_on = 2026-01-31

[[scale.known]]       # the distances that it was found from, as straight lines
label = "chair"
range_m = 2.3
measured_m = 2.13
source = "photo.jpg"
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from datetime import date
from pathlib import Path
from typing import Any, get_args

from howfar.errors import SettingError
from howfar.files import replacing
from howfar.scene import Camera
from howfar.scene.calibration import Calibration, ChessboardFit, DepthScale, Distortion, KnownDistance
from howfar.scene.camera import Origin

Table = dict[str, Any]

NEEDED = ("width_px", "height_px", "fx_px", "fy_px")
OPTIONAL = ("cx_px", "cy_px", "origin")
TABLES = ("distortion", "chessboard", "scale")


def read_calibration(path: Path) -> Calibration:
    """Read a camera file.

    Raises:
        SettingError: If the file is missing, is not TOML, or something in it is missing or cannot be.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingError(f"There is no camera file {path}.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"The camera file {path} cannot be read as TOML: {error}.") from None
    unknown = next((name for name in table if name not in NEEDED + OPTIONAL + TABLES), None)
    if unknown is not None:
        raise SettingError(
            f"{path}: unknown field {unknown!r}; a camera has {', '.join(NEEDED + OPTIONAL)} and the tables "
            f"{', '.join(TABLES)}."
        )
    try:
        return _calibration(table)
    except SettingError as error:
        raise SettingError(f"{path}: {error}") from None


def write_calibration(calibration: Calibration, path: Path, *, overwrite: bool = False) -> None:
    """Write a camera file.

    Raises:
        OutputError: If the file exists and overwrite is not set, or it cannot be written.
    """
    with replacing(path, overwrite=overwrite) as temporary:
        temporary.write_text(calibration_text(calibration), encoding="utf-8")


def calibration_text(calibration: Calibration) -> str:
    """A calibration as TOML, which is read back as the same."""
    return "\n".join(
        heading + "".join(f"{name} = {_toml(value)}\n" for name, value in table.items() if value is not None)
        for heading, table in _tables(calibration)
    )


def _calibration(table: Table) -> Calibration:
    parts = {name: _subtable(table, name) for name in TABLES if name in table}
    return Calibration(
        camera=_camera(table),
        distortion=_distortion(parts["distortion"]) if "distortion" in parts else None,
        scale=_scale(parts["scale"]) if "scale" in parts else None,
        chessboard=_chessboard(parts["chessboard"]) if "chessboard" in parts else None,
    )


def _camera(table: Table) -> Camera:
    for name in NEEDED:
        if name not in table:
            raise SettingError(f"the field {name!r} is missing; a camera needs {', '.join(NEEDED)}.")
    width, height = (_whole(table, name) for name in ("width_px", "height_px"))
    origin = table.get("origin", "given")
    if origin not in get_args(Origin):
        raise SettingError(f"origin should be one of {', '.join(get_args(Origin))}, not {origin!r}.")
    return Camera(
        width_px=width,
        height_px=height,
        fx_px=_number(table, "fx_px"),
        fy_px=_number(table, "fy_px"),
        cx_px=_number(table, "cx_px", width / 2),
        cy_px=_number(table, "cy_px", height / 2),
        origin=origin,
    )


def _distortion(table: Table) -> Distortion:
    _only(table, "distortion", ("k1", "k2", "p1", "p2", "k3"), needed=2)
    return Distortion(**{name: _number(table, name) for name in table})


def _chessboard(table: Table) -> ChessboardFit:
    _only(table, "chessboard", ("rms_px", "pictures", "found_on"), needed=2)
    return ChessboardFit(_number(table, "rms_px"), _whole(table, "pictures"), _day(table))


def _scale(table: Table) -> DepthScale:
    _only(table, "scale", ("factor", "depth_name", "depth_sha256", "found_on", "known"), needed=3)
    known = table.get("known", [])
    if not isinstance(known, list) or not all(isinstance(each, dict) for each in known):
        raise SettingError("the known distances should be tables [[scale.known]].")
    return DepthScale(
        factor=_number(table, "factor"),
        depth_name=_text(table, "depth_name"),
        depth_sha256=_text(table, "depth_sha256"),
        known=tuple(map(_known, known)),
        found_on=_day(table),
    )


def _known(table: Table) -> KnownDistance:
    _only(table, "scale.known", ("label", "range_m", "measured_m", "source"), needed=4)
    label, source = _text(table, "label"), _text(table, "source")
    return KnownDistance(label, _number(table, "range_m"), _number(table, "measured_m"), source)


def _subtable(table: Table, name: str) -> Table:
    if not isinstance(table[name], dict):
        raise SettingError(f"{name} should be a table [{name}], not {table[name]!r}.")
    return dict(table[name])


def _only(table: Table, where: str, names: tuple[str, ...], *, needed: int) -> None:
    """See to it that a table has the first, needed names and none besides these."""
    for name in table:
        if name not in names:
            raise SettingError(f"unknown field {name!r} in [{where}], which has {', '.join(names)}.")
    for name in names[:needed]:
        if name not in table:
            raise SettingError(f"the field {name!r} is missing in [{where}], which needs {', '.join(names[:needed])}.")


def _number(table: Table, name: str, default: float | None = None) -> float:
    value = table.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SettingError(f"{name} should be a number, not {value!r}.")
    return float(value)


def _whole(table: Table, name: str) -> int:
    value = _number(table, name)
    if not value.is_integer():
        raise SettingError(f"{name} should be a whole number, not {value:g}.")
    return int(value)


def _text(table: Table, name: str) -> str:
    if not isinstance(table[name], str):
        raise SettingError(f"{name} should be a text in quotes, not {table[name]!r}.")
    return str(table[name])


def _day(table: Table) -> date | None:
    day = table.get("found_on")
    if day is not None and type(day) is not date:
        raise SettingError(f"found_on should be a day such as 2026-01-31, not {day!r}.")
    return day


def _tables(calibration: Calibration) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each table's heading and its fields, in the order of the file."""
    yield "", asdict(calibration.camera)
    for name in ("distortion", "chessboard"):
        part = getattr(calibration, name)
        if part is not None:
            yield f"[{name}]\n", asdict(part)
    scale = calibration.scale
    if scale is not None:
        yield "[scale]\n", {each.name: getattr(scale, each.name) for each in fields(scale) if each.name != "known"}
        for known in scale.known:
            yield "[[scale.known]]\n", asdict(known)


def _toml(value: str | float | date) -> str:
    if isinstance(value, str):
        # JSON escapes as TOML does, but for the one control character that JSON lets through.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return value.isoformat() if isinstance(value, date) else repr(value)
