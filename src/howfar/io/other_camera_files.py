"""Camera files of other tools, read as calibrations.

- ROS: `camera_info` in YAML, as its calibrator writes it (`camera_matrix`, `distortion_coefficients`) and as a message
  is printed (`K`, `D`, in either case).
- OpenCV's FileStorage, in YAML, XML or JSON: `camera_matrix` or the like, with `distortion_coefficients`.
- JSON or YAML with `fx`, `fy`, `cx`, `cy`, or a matrix of 3×3, in whatever spelling (RealSense, Open3D, Kalibr, …).
- KITTI: the lines `P2` (of objects and odometry) and `P_rect_02` with `S_rect_02` (of raw data): the left colour
  camera, rectified.

All of them count pixels from the middle of the first one, and howfar from its corner: half a pixel is added.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import cv2

from howfar.errors import SettingError
from howfar.io.parsing import parse_json
from howfar.io.plain_yaml import parse_yaml
from howfar.scene import Camera
from howfar.scene.calibration import Calibration, Distortion, FisheyeDistortion, LensDistortion

PIXEL_OFFSET_PX = 0.5
"""howfar's pixel coordinates minus those of the other tools."""

WIDTHS = ("width", "imagewidth", "widthpx", "imgwidth", "w")
HEIGHTS = ("height", "imageheight", "heightpx", "imgheight", "h")
SIZES = ("resolution", "imagesize", "imgsize", "size")
MATRICES = ("cameramatrix", "k", "intrinsicmatrix", "intrinsics", "mtx", "intrinsic", "cammatrix")
COEFFICIENTS = (
    *("distortioncoefficients", "distcoeffs", "distcoeff", "distortioncoeffs"),
    *("dist", "d", "distortion", "coeffs"),
)
MODELS = ("distortionmodel", "fisheyemodel", "fisheye", "model", "cameramodel")
FOCALS = (("fx", "flx", "fxpx", "focalx"), ("fy", "fly", "fypx", "focaly"))
CENTRES = (("cx", "ppx", "cxpx", "principalx"), ("cy", "ppy", "cypx", "principaly"))

FISHEYES = ("equidistant", "fisheye", "kannala", "kb4", "true")
BROWNS = ("plumb", "radtan", "brown", "opencv", "polynomial", "radial", "false", "none")
PINHOLES = ("pinhole", "perspective")
"""Models of a camera that say nothing of its lens."""

OTHER_MODEL = (
    "its distortion is of another model than Brown's (k1, k2, p1, p2, k3) and a fisheye's (k1 to k4): calibrate with "
    "one of these."
)

_WANTED = (
    "give one of howfar (TOML), a camera_info of ROS, a file of OpenCV's FileStorage, a calibration of KITTI, or JSON "
    "or YAML with fx, fy, cx, cy, width and height."
)
_TOML = re.compile(r"""^[ \t]*[\w."'-]+[ \t]*=""", re.MULTILINE)
_YAML = re.compile(r"""^[ \t]*[\w"'./-]+[ \t]*:(\s|$)""", re.MULTILINE)
_KITTI = re.compile(r"^(P2|P_rect_02):((?:[ \t]+\S+)+?)[ \t\r]*$", re.MULTILINE)
_KITTI_SIZE = re.compile(r"^S_rect_02:[ \t]+(\S+)[ \t]+(\S+)[ \t\r]*$", re.MULTILINE)
_DEEPEST = 6


class _Intrinsics(NamedTuple):
    """Focal lengths and principal point as the tool counts them; None for a principal point that is not told."""

    fx: float
    fy: float
    cx: float | None
    cy: float | None


def is_of_other_tool(text: str) -> bool:
    """Whether a text looks like a camera file of another tool, and not like TOML."""
    start = text.lstrip()
    return start.startswith(("{", "<", "%YAML")) or (_TOML.search(text) is None and _YAML.search(text) is not None)


def other_calibration(text: str, source: str) -> Calibration:
    """The calibration in a camera file of another tool.

    Args:
        text: The content of the file.
        source: What to call it in errors.

    Raises:
        SettingError: If it cannot be read, holds no camera or several, or a distortion of a model that is not known.
    """
    try:
        kitti = _KITTI.search(text)
        return _of_kitti(kitti, text) if kitti else _of_tree(_tree(text))
    except SettingError as error:
        raise SettingError(f"The camera file {source}: {error}") from None
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        reason = str(error).split("\n")[0].rstrip(".")
        raise SettingError(f"The camera file {source} cannot be read ({reason}): {_WANTED}") from None


def _of_kitti(match: re.Match[str], text: str) -> Calibration:
    numbers = [float(each) for each in match[2].split()]
    if len(numbers) != 12:
        raise ValueError(f"{match[1]} has {len(numbers)} numbers and not 12")
    size = _KITTI_SIZE.search(text)
    intrinsics = _Intrinsics(numbers[0], numbers[5], numbers[2], numbers[6])
    return _calibration(intrinsics, None if size is None else (float(size[1]), float(size[2])), None)


def _of_tree(tree: Any) -> Calibration:
    cameras = list(_cameras(tree, ""))
    if not cameras:
        names = ", ".join(map(str, tree)) if isinstance(tree, Mapping) else "no names"
        raise SettingError(f"there is no camera in it, but {names or 'nothing'}: {_WANTED}")
    if len(cameras) > 1:
        raise SettingError(
            f"it holds several cameras ({', '.join(name for name, _ in cameras)}): save one of them alone."
        )
    fields = cameras[0][1]
    return _calibration(_intrinsics(fields), _size(fields), _distortion(fields))


def _calibration(
    intrinsics: "_Intrinsics", size: tuple[float, float] | None, distortion: LensDistortion | None
) -> Calibration:
    fx, fy, cx, cy = intrinsics
    if size is None and (cx is None or cy is None):
        raise SettingError(
            "it has neither a principal point (cx, cy) nor the size of its pictures: add width and height."
        )
    width, height = (0.0, 0.0) if size is None else size
    cx_px = width / 2 if cx is None else cx + PIXEL_OFFSET_PX
    cy_px = height / 2 if cy is None else cy + PIXEL_OFFSET_PX
    if size is None:
        width, height = round(2 * cx_px), round(2 * cy_px)
    if not (math.isfinite(width) and math.isfinite(height) and width == int(width) and height == int(height)):
        raise SettingError(f"the size of its pictures should be whole numbers, not {width} and {height}.")
    camera = Camera(int(width), int(height), fx, fy, cx_px, cy_px)
    return Calibration(camera, distortion, size_known=size is not None)


def _tree(text: str) -> Any:
    """The content of a file as mappings, lists and values."""
    start = text.lstrip()
    if start.startswith("{"):
        return _json_or_yaml(text)
    if start.startswith(("<", "%YAML:1.0")):
        return _file_storage(start)
    return parse_yaml(text)


def _json_or_yaml(text: str) -> Any:
    """What stands in braces; YAML too writes them, without quotes."""
    try:
        return parse_json(text)
    except ValueError as error:
        try:
            return parse_yaml(text)
        except ValueError:
            raise error from None


def _file_storage(text: str) -> Any:
    try:
        storage = cv2.FileStorage(text, cv2.FileStorage_READ | cv2.FileStorage_MEMORY)
        try:
            return _of_node(storage.root())
        finally:
            storage.release()
    except (cv2.error, SystemError) as error:
        raise ValueError(f"OpenCV does not read it: {getattr(error, 'err', None) or type(error).__name__}") from None


def _of_node(node: Any, depth: int = 0) -> Any:
    if depth > _DEEPEST:
        return None
    if node.isMap():
        return {name: _of_node(node.getNode(name), depth + 1) for name in node.keys()}  # noqa: SIM118  a node is no dictionary
    if node.isSeq():
        return [_of_node(node.at(index), depth + 1) for index in range(node.size())]
    return node.string() if node.isString() else node.real() if node.isReal() or node.isInt() else None


def _cameras(tree: Any, name: str, depth: int = 0) -> Iterator[tuple[str, dict[str, Any]]]:
    """The mappings that hold intrinsics, each with its name, at any depth."""
    if not isinstance(tree, Mapping) or depth > _DEEPEST:
        return
    fields = {re.sub(r"[^a-z0-9]", "", str(key).lower()): value for key, value in tree.items()}
    if _has_intrinsics(fields):
        yield name or "camera", fields
        return
    for key, value in tree.items():
        yield from _cameras(value, f"{name}.{key}".lstrip("."), depth + 1)


def _has_intrinsics(fields: Mapping[str, Any]) -> bool:
    if _first(fields, FOCALS[0]) is not None:
        return True
    return any(len(_numbers(fields.get(name))) in (4, 9) for name in MATRICES)


def _intrinsics(fields: Mapping[str, Any]) -> "_Intrinsics":
    fx = _first(fields, FOCALS[0])
    if fx is not None:
        fy, cx, cy = (_first(fields, names) for names in (FOCALS[1], *CENTRES))
        return _Intrinsics(
            _number(fx),
            _number(fx if fy is None else fy),
            None if cx is None else _number(cx),
            None if cy is None else _number(cy),
        )
    values = next(found for name in MATRICES if len(found := _numbers(fields.get(name))) in (4, 9))
    if len(values) == 4:
        return _Intrinsics(*values)
    by_columns = values[2] == values[5] == 0 and values[6] != 0  # Open3D's lie that way
    cx, cy = values[6:8] if by_columns else (values[2], values[5])
    return _Intrinsics(values[0], values[4], cx, cy)


def _size(fields: Mapping[str, Any]) -> tuple[float, float] | None:
    width, height = _first(fields, WIDTHS), _first(fields, HEIGHTS)
    if width is not None and height is not None:
        return _number(width), _number(height)
    pairs = [found for name in SIZES if len(found := _numbers(fields.get(name))) == 2]
    return (pairs[0][0], pairs[0][1]) if pairs else None


def _distortion(fields: Mapping[str, Any]) -> LensDistortion | None:
    is_fisheye = _is_fisheye(fields)
    values = _coefficients(fields)
    if is_fisheye is None and len(values) == 4:
        raise SettingError(
            "it has four distortion coefficients and does not say of which model: add distortion_model: plumb_bob "
            "(k1, k2, p1, p2) or equidistant (a fisheye's k1 to k4)."
        )
    values = values or _by_name(fields, is_fisheye=is_fisheye)
    if not any(values):
        return None
    if is_fisheye:
        if any(values[4:]) or len(values) < 4:
            raise SettingError(f"a fisheye has four distortion coefficients, k1 to k4, and it gives {len(values)}.")
        return FisheyeDistortion(*values[:4])
    if any(values[5:]):
        raise SettingError(OTHER_MODEL)
    return Distortion(*values[:5]) if len(values) > 1 else Distortion(values[0], 0.0)


def _coefficients(fields: Mapping[str, Any]) -> list[float]:
    """Coefficients that stand in a list; none if all are 0."""
    found = next((values for name in COEFFICIENTS if (values := _numbers(fields.get(name)))), [])
    return found if any(found) else []


def _by_name(fields: Mapping[str, Any], *, is_fisheye: bool | None) -> list[float]:
    """Coefficients that are fields of their own, here or in a mapping."""
    nested: Mapping[str, Any] = next(
        (fields[name] for name in COEFFICIENTS if isinstance(fields.get(name), Mapping)), {}
    )
    named = {**fields, **{str(key).lower(): value for key, value in nested.items()}}
    if "k4" in named and not is_fisheye and "p1" not in named:
        raise SettingError("it has k1 to k4, as a fisheye, and does not say so: add distortion_model: equidistant.")
    if "k1" not in named:
        return []
    names = ("k1", "k2", "k3", "k4") if is_fisheye else ("k1", "k2", "p1", "p2", "k3", "k4", "k5", "k6")
    return [_number(named.get(name) or 0.0) for name in names]


def _is_fisheye(fields: Mapping[str, Any]) -> bool | None:
    """Whether the lens is described as a fisheye; None if the model of its distortion is not told.

    Raises:
        SettingError: If a model is told that is neither of the two.
    """
    told = None
    for field in (name for name in MODELS if _first(fields, (name,)) is not None):
        model = fields[field]
        name = str(bool(model) if isinstance(model, int | float) else model).lower()
        if any(word in name for word in FISHEYES):
            told = True
        elif any(word in name for word in BROWNS):
            told = bool(told)
        elif field != "model" and not any(word in name for word in PINHOLES):  # a "model" may be the camera's name
            raise SettingError(f"its model is {model!r}. {OTHER_MODEL}")
        if "inverse" in name and _coefficients(fields):
            raise SettingError(OTHER_MODEL)
    return told


def _first(fields: Mapping[str, Any], names: Sequence[str]) -> Any:
    """The first of these fields that holds a single value."""
    return next((fields[name] for name in names if isinstance(fields.get(name), str | int | float)), None)


def _numbers(value: Any) -> list[float]:
    """The numbers of a list, of lists in it, or of a matrix with its data; none if it is none of these."""
    if isinstance(value, Mapping):
        return _numbers(value.get("data"))
    if not isinstance(value, list):
        return []
    flat = [each for row in value for each in (row if isinstance(row, list) else [row])]
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in flat):
        return []
    return [float(each) for each in flat]


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is no number")
    return float(value)
