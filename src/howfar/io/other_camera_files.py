"""Camera files of other tools, read as calibrations.

- ROS: `camera_info` in YAML, as its calibrator writes it (`camera_matrix`, `distortion_coefficients`) and as a message
  is printed (`K`, `D`, in either case).
- OpenCV's FileStorage, in YAML, XML or JSON: `camera_matrix` or the like, with `distortion_coefficients`.
- JSON or YAML with `fx`, `fy`, `cx`, `cy`, or a matrix of 3×3, in whatever spelling (RealSense, Open3D, Kalibr,
  ORB-SLAM, VINS, MATLAB, …). What a camera does not say itself, such as its size, is looked for around it.
- KITTI: the lines `P2` (of objects and odometry) and `P_rect_02` with `S_rect_02` (of raw data): the left colour
  camera, rectified.

A distortion is read or refused, never passed over. All of these tools count pixels from the middle of the first
one, and howfar from its corner: half a pixel is added.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from howfar.errors import SettingError
from howfar.io.foreign_trees import DEEPEST, first, nested, number_of, numbers_of, plain, plain_names, tree_of
from howfar.io.kitti_calibration import KittiProjection, kitti_projection
from howfar.scene import Camera
from howfar.scene.calibration import Calibration, Distortion, FisheyeDistortion, LensDistortion, RationalDistortion

MOST_SMALL_PX = 16
"""In larger pictures than this, no principal point lies in the corner."""

LEFT_COLOUR = 2
"""KITTI's left-hand colour camera."""

PIXEL_OFFSET_PX = 0.5
"""howfar's pixel coordinates minus those of the other tools."""

WIDTHS = ("width", "imagewidth", "widthpx", "imgwidth", "w")
HEIGHTS = ("height", "imageheight", "heightpx", "imgheight", "h")
SIZES = ("resolution", "imagesize", "imgsize", "size", "imageresolution", "imageshape", "imgshape", "dim", "dims")
MATRICES = ("cameramatrix", "k", "intrinsicmatrix", "intrinsics", "mtx", "intrinsic", "cammatrix")
COEFFICIENTS = (
    *("distortioncoefficients", "distcoeffs", "distcoeff", "distortioncoeffs", "distortioncoeff", "distcoefficients"),
    *("dist", "d", "distortion", "coeffs", "distortionvector", "distvec"),
)
NAMED_COEFFICIENTS = ("distortionparameters", "distortionparams")
"""What only mappings are read of: lists of these names come in several orders."""
BY_KIND = ("radialdistortion", "tangentialdistortion")
MODELS = (
    *("distortionmodel", "fisheyemodel", "fisheye", "model", "cameramodel", "distortiontype", "projectiontype"),
    *("modeltype", "cameratype", "type"),
)
FREE_NAMES = ("model", "type", "cameratype")
"""Fields that may hold the name of a model of distortion, or that of the camera."""
FOCALS = (("fx", "flx", "fxpx", "focalx"), ("fy", "fly", "fypx", "focaly"))
CENTRES = (("cx", "ppx", "cxpx", "principalx"), ("cy", "ppy", "cypx", "principaly"))

FISHEYES = ("equidistant", "fisheye", "kannala", "kb4", "true")
BROWNS = ("plumb", "rational", "radtan", "brown", "opencv", "polynomial", "radial", "perspective", "false", "none")
OTHERS = re.compile(
    r"ftheta|omni|\bmei\b|ucm|double|\bds\b|\bfov\b|spheric|equirect|cylind|panoram|thin|division|modified|scaramuzza|ocam"
    r"|stereographic|equisolid|orthographic"
)
"""Models of which neither Brown's nor the fisheye's coefficients are the same."""
REALSENSE_MODELS = {1: "modified brown", 2: "inverse brown", 3: "ftheta", 4: "brown", 5: "kannala"}
"""The numbers of librealsense's `rs2_distortion`."""
PINHOLES = ("pinhole",)
"""Models of a camera that say nothing of its lens."""

OTHER_MODEL = (
    "its distortion is of another model than Brown's (k1, k2, p1, p2, k3), the rational one (and k4 to k6) and a "
    "fisheye's (k1 to k4): calibrate with one of these."
)

WANTED = (
    "give one of howfar (TOML), a camera_info of ROS, a file of OpenCV's FileStorage, a calibration of KITTI, or JSON "
    "or YAML with fx, fy, cx, cy, width and height."
)
_TOML = re.compile(r"""^[ \t]*[\w."'-]+[ \t]*=""", re.MULTILINE)
_YAML = re.compile(r"""^[ \t]*[\w"'./-]+[ \t]*:(\s|$)""", re.MULTILINE)
_NAMED = 4
_SIZE = re.compile(r"(\d{1,6})\s*[x×*, ]\s*(\d{1,6})")
_IS_DISTORTION = re.compile(r"dist|radial|tangential|coeff")
_IS_NO_COEFFICIENT = re.compile(r"model|type|distance|hasdist|isdist|enable|undistort")


class Intrinsics(NamedTuple):
    """Focal lengths and principal point as the tool counts them; None for a principal point that is not told."""

    fx: float
    fy: float
    cx: float | None
    cy: float | None


def is_of_other_tool(text: str) -> bool:
    """Whether a text looks like a camera file of another tool, and not like TOML."""
    start = text.lstrip()
    return start.startswith(("{", "[{", "<", "%YAML")) or (
        _TOML.search(text) is None and _YAML.search(text) is not None
    )


def other_calibration(text: str, source: str) -> Calibration:
    """The calibration in a camera file of another tool.

    Args:
        text: The content of the file.
        source: What to call it in errors.

    Raises:
        SettingError: If it cannot be read, holds no camera or several, or a distortion of a model that is not known.
    """
    try:
        kitti = kitti_projection(text, LEFT_COLOUR)
        return _of_tree(tree_of(text)) if kitti is None else _of_kitti(kitti)
    except SettingError as error:
        raise SettingError(f"The camera file {source}: {error}") from None
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        reason = str(error).split("\n")[0].rstrip(".")
        raise SettingError(f"The camera file {source} cannot be read ({reason}): {WANTED}") from None


def _of_kitti(seen: KittiProjection) -> Calibration:
    p = seen.numbers
    return calibration_of(Intrinsics(p[0], p[5], p[2], p[6]), seen.size, None)


def _of_tree(tree: Any) -> Calibration:
    cameras = cameras_in(tree)
    if not cameras:
        names = ", ".join(map(str, tree)) if isinstance(tree, Mapping) else "no names"
        raise SettingError(f"there is no camera in it, but {names or 'nothing'}: {WANTED}")
    found = [calibration_of_fields(fields) for _, fields in cameras]
    if any(each != found[0] for each in found):
        known = [name for name, _ in cameras]
        more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
        raise SettingError(f"it holds several cameras ({', '.join(known[:_NAMED])}{more}): save one of them alone.")
    return found[0]


def cameras_in(tree: Any) -> list[tuple[str, dict[str, Any]]]:
    """The cameras at any depth of a tree, each with its name and its fields, by their plain names."""
    return list(_cameras(tree, "", {}))


def calibration_of_fields(fields: Mapping[str, Any]) -> Calibration:
    """The calibration of one of `cameras_in`; raises SettingError or ValueError if it is none."""
    intrinsics = _intrinsics(fields)
    whole = calibration_of(intrinsics, _size(fields, intrinsics), _distortion(fields))
    return _of_region(whole, fields.get("roi"))


def _of_region(whole: Calibration, region: Any) -> Calibration:
    """The camera of the part of the sensor that is read out, as a message of ROS says it."""
    named = {plain(name): value for name, value in region.items()} if isinstance(region, Mapping) else {}
    x, y, width, height = (int(number_of(named.get(name) or 0)) for name in ("xoffset", "yoffset", "width", "height"))
    camera = whole.camera
    if not (width and height) or (width, height) == (camera.width_px, camera.height_px):
        return whole
    return replace(whole, camera=camera.cropped(x, y, x + width, y + height))


def calibration_of(
    intrinsics: Intrinsics, size: tuple[float, float] | None, distortion: LensDistortion | None
) -> Calibration:
    """The calibration of a camera of another tool; without a size, that which has the principal point in its middle.

    Raises:
        SettingError: If there can be no such camera.
    """
    fx, fy, cx, cy = intrinsics
    if size is None and (cx is None or cy is None):
        raise SettingError(
            "it has neither a principal point (cx, cy) nor the size of its pictures: add width and height."
        )
    width, height = (0.0, 0.0) if size is None else size
    if cx is not None and cy is not None and 0 < cx <= 1 and 0 < cy <= 1 and min(width, height) > MOST_SMALL_PX:
        raise SettingError(f"its principal point, {cx:g}, {cy:g}, is a share of the picture: give it in pixels.")
    cx_px = width / 2 if cx is None else cx + PIXEL_OFFSET_PX
    cy_px = height / 2 if cy is None else cy + PIXEL_OFFSET_PX
    if size is None:
        width, height = round(2 * cx_px), round(2 * cy_px)
    if not (math.isfinite(width) and math.isfinite(height) and width == int(width) and height == int(height)):
        raise SettingError(f"the size of its pictures should be whole numbers, not {width} and {height}.")
    camera = Camera(int(width), int(height), fx, fy, cx_px, cy_px)
    return Calibration(camera, distortion, size_known=size is not None)


def _cameras(tree: Any, name: str, around: Mapping[str, Any], depth: int = 0) -> Iterator[tuple[str, dict[str, Any]]]:
    """The mappings that hold intrinsics, at any depth, each with its name and the fields of what it lies in."""
    if depth > DEEPEST:
        return
    if isinstance(tree, list):
        for index, each in enumerate(tree):
            if isinstance(each, Mapping | list):
                yield from _cameras(each, f"{name}[{index}]", around, depth + 1)
        return
    if not isinstance(tree, Mapping):
        return
    parts = nested(tree)
    own = {plain(key): value for key, value in parts.items()}
    if _has_intrinsics(own):
        yield name or "camera", {**around, **own}
        return
    shared = own.get("camera")
    if isinstance(shared, Mapping):  # of ORB-SLAM's Camera and Camera1, the first has the size of both
        own = {**{plain(key): value for key, value in shared.items()}, **own}
    for key, value in parts.items():
        yield from _cameras(value, f"{name}.{key}".lstrip("."), {**around, **own}, depth + 1)


def _has_intrinsics(fields: Mapping[str, Any]) -> bool:
    if first(fields, FOCALS[0]) is not None:
        return True
    return any(len(numbers_of(fields.get(name))) in (4, 9) for name in MATRICES)


def _intrinsics(fields: Mapping[str, Any]) -> Intrinsics:
    fx = first(fields, FOCALS[0])
    if fx is not None:
        fy, cx, cy = (first(fields, names) for names in (FOCALS[1], *CENTRES))
        return Intrinsics(
            number_of(fx),
            number_of(fx if fy is None else fy),
            None if cx is None else number_of(cx),
            None if cy is None else number_of(cy),
        )
    values = next(found for name in MATRICES if len(found := numbers_of(fields.get(name))) in (4, 9))
    if len(values) == 4:
        return Intrinsics(*values)
    by_columns = values[2] == values[5] == 0 and values[6] != 0  # Open3D's lie that way
    cx, cy = values[6:8] if by_columns else (values[2], values[5])
    return Intrinsics(values[0], values[4], cx, cy)


def _size(fields: Mapping[str, Any], intrinsics: Intrinsics) -> tuple[float, float] | None:
    width, height = first(fields, WIDTHS), first(fields, HEIGHTS)
    if width is not None and height is not None:
        return number_of(width), number_of(height)
    pairs = [found for name in SIZES if len(found := _pair(fields.get(name))) == 2]
    if not pairs:
        return None
    size = (pairs[0][0], pairs[0][1])
    return min((size, size[::-1]), key=lambda each: _off_centre(each, intrinsics))  # NumPy's shapes have rows first


def _pair(value: Any) -> list[float]:
    """Two numbers that stand for a size; none if it is not one."""
    if isinstance(value, Mapping) and (size := _size(plain_names(value), Intrinsics(1.0, 1.0, None, None))):
        return list(size)
    if isinstance(value, str) and (match := _SIZE.fullmatch(value.strip())):
        return [float(match[1]), float(match[2])]
    found = numbers_of(value)
    return found[:2] if len(found) == 3 and found[2] in (1, 3, 4) else found  # a shape with its channels


def _off_centre(size: tuple[float, float], intrinsics: Intrinsics) -> float:
    """How far the principal point lies off the middle of a picture of this size, as shares of its sides."""
    if intrinsics.cx is None or intrinsics.cy is None or 0 in size:
        return 0.0
    return abs(intrinsics.cx / size[0] - 0.5) + abs(intrinsics.cy / size[1] - 0.5)


def _distortion(fields: Mapping[str, Any]) -> LensDistortion | None:
    is_fisheye = _is_fisheye(fields)
    values = _coefficients(fields)
    if is_fisheye is None and len(values) == 4:
        raise SettingError(
            "it has four distortion coefficients and does not say of which model: add distortion_model: plumb_bob "
            "(k1, k2, p1, p2) or equidistant (a fisheye's k1 to k4)."
        )
    values = values or _by_name(fields, is_fisheye=is_fisheye) or _by_kind(fields)
    if not any(values):
        _refuse_unread(fields)
        return FisheyeDistortion(0.0, 0.0) if is_fisheye else None  # a fisheye is no pinhole without them, either
    if is_fisheye:
        if any(values[4:]) or len(values) < 4:
            raise SettingError(f"a fisheye has four distortion coefficients, k1 to k4, and it gives {len(values)}.")
        return FisheyeDistortion(*values[:4])
    if any(values[8:]):
        raise SettingError(OTHER_MODEL)
    if any(values[5:]):
        return RationalDistortion(*values[:8])
    return Distortion(*values[:5]) if len(values) > 1 else Distortion(values[0], 0.0)


def _refuse_unread(fields: Mapping[str, Any]) -> None:
    """Raise SettingError for a distortion under a name that is not known."""
    for name, value in fields.items():
        if not _IS_DISTORTION.search(name) or _IS_NO_COEFFICIENT.search(name):
            continue
        if any(numbers_of(value)) or (isinstance(value, Mapping) and "data" not in value and _any_number(value)):
            raise SettingError(
                f"it has a distortion, {name}, in a form that is not known: write it as distortion_coefficients, with "
                "distortion_model."
            )


def _any_number(fields: Mapping[str, Any]) -> bool:
    """Whether one of the fields is a number other than 0, or holds one."""
    return any((value and type(value) in (int, float)) or any(numbers_of(value)) for value in fields.values())


def _coefficients(fields: Mapping[str, Any]) -> list[float]:
    """Coefficients that stand in a list; none if all are 0."""
    found = next((values for name in COEFFICIENTS if (values := numbers_of(fields.get(name)))), [])
    return found if any(found) else []


def _by_name(fields: Mapping[str, Any], *, is_fisheye: bool | None) -> list[float]:
    """Coefficients that are fields of their own, here or in a mapping."""
    inner: Mapping[str, Any] = next(
        (fields[name] for name in COEFFICIENTS + NAMED_COEFFICIENTS if isinstance(fields.get(name), Mapping)), {}
    )
    named = {**fields, **plain_names(inner)}
    if "k4" in named and not is_fisheye and "p1" not in named:
        raise SettingError("it has k1 to k4, as a fisheye, and does not say so: add distortion_model: equidistant.")
    if "k1" not in named:
        return []
    names = ("k1", "k2", "k3", "k4") if is_fisheye else ("k1", "k2", "p1", "p2", "k3", "k4", "k5", "k6")
    return [number_of(named.get(name) or 0.0) for name in names]


def _by_kind(fields: Mapping[str, Any]) -> list[float]:
    """Brown's coefficients as MATLAB keeps them, the radial and the tangential ones for themselves."""
    radial, tangential = (numbers_of(fields.get(name)) for name in BY_KIND)
    if not any(radial + tangential) or len(radial) not in (2, 3) or len(tangential) not in (0, 2):
        return []
    return [*radial[:2], *(tangential or (0.0, 0.0)), *radial[2:]]


def _is_fisheye(fields: Mapping[str, Any]) -> bool | None:
    """Whether the lens is described as a fisheye; None if the model of its distortion is not told.

    Raises:
        SettingError: If a model is told that is neither of the two.
    """
    told = None
    for field in (name for name in MODELS if first(fields, (name,)) is not None):
        name = _model_name(field, fields)
        if OTHERS.search(name) and (field not in FREE_NAMES or _has_coefficients(fields)):
            raise SettingError(f"its model is {fields[field]!r}. {OTHER_MODEL}")
        if any(word in name for word in FISHEYES):
            told = True
        elif any(word in name for word in BROWNS):
            told = bool(told)
        elif field not in FREE_NAMES and not any(word in name for word in PINHOLES):
            raise SettingError(f"its model is {fields[field]!r}. {OTHER_MODEL}")
        if "inverse" in name and _coefficients(fields):
            raise SettingError(OTHER_MODEL)
    return told


def _model_name(field: str, fields: Mapping[str, Any]) -> str:
    """What a field says of the model: a number is a flag for a fisheye, or RealSense's."""
    model = fields[field]
    if not isinstance(model, int | float):
        return str(model).lower()
    return str(bool(model)).lower() if "fisheye" in field else REALSENSE_MODELS.get(int(model), "")


def _has_coefficients(fields: Mapping[str, Any]) -> bool:
    return bool(_coefficients(fields)) or "k1" in fields or "xi" in fields
