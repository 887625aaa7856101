"""Camera files: the intrinsics of one camera, in TOML.

width_px = 640
height_px = 480
fx_px = 518.86
fy_px = 519.47
cx_px = 325.58      # optional: the middle of the picture
cy_px = 253.74
"""

import tomllib
from pathlib import Path
from typing import Any

from howfar.errors import SettingError
from howfar.scene import Camera

NEEDED = ("width_px", "height_px", "fx_px", "fy_px")
OPTIONAL = ("cx_px", "cy_px")


def read_camera(path: Path) -> Camera:
    """Read a camera file.

    Raises:
        SettingError: If the file is missing, is not TOML, or a number is missing or cannot be.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingError(f"There is no camera file {path}.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"The camera file {path} cannot be read as TOML: {error}.") from None
    return _camera(table, path)


def _camera(table: dict[str, Any], path: Path) -> Camera:
    for name in table:
        if name not in NEEDED + OPTIONAL:
            raise SettingError(f"{path}: unknown field {name!r}; a camera has {', '.join(NEEDED + OPTIONAL)}.")
    for name in NEEDED:
        if name not in table:
            raise SettingError(f"{path}: the field {name!r} is missing; a camera needs {', '.join(NEEDED)}.")
    for name, value in table.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise SettingError(f"{path}: {name} should be a number of pixels, not {value!r}.")
    for name in ("width_px", "height_px"):
        if table[name] != int(table[name]):
            raise SettingError(f"{path}: {name} should be a whole number of pixels, not {table[name]}.")
    width, height = int(table["width_px"]), int(table["height_px"])
    middle = (table.get("cx_px", width / 2), table.get("cy_px", height / 2))
    return Camera(width, height, float(table["fx_px"]), float(table["fy_px"]), float(middle[0]), float(middle[1]))
