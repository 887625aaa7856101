"""Camera files: what is known of one camera, in TOML. Only the first four lines are needed.

Those of other tools are read too (`io.other_camera_files`).

width_px = 640
height_px = 480
fx_px = 518.86
fy_px = 519.47
cx_px = 325.58        # the principal point; else the middle of the picture
cy_px = 253.74
origin = "exif"       # where the intrinsics come from: given, exif or assumed; else given

[distortion]          # OpenCV's coefficients; the last three are 0 if left out
model = "brown"       # or "rational", with k4 to k6 as well, or "fisheye", with k1 to k4; else brown
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

from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import cast, get_args

from howfar.errors import SettingError
from howfar.io.other_camera_files import WANTED, is_of_other_tool, other_calibration
from howfar.io.parsing import parse_toml, read_text
from howfar.io.toml import Fields, Lines, refusing_unreadable, toml_text, write_toml
from howfar.scene import Camera
from howfar.scene.calibration import (
    Calibration,
    ChessboardFit,
    DepthScale,
    Distortion,
    FisheyeDistortion,
    LensDistortion,
    RationalDistortion,
    ScaleSample,
)
from howfar.scene.camera import Origin

NEEDED = ("width_px", "height_px", "fx_px", "fy_px")
OPTIONAL = ("cx_px", "cy_px", "origin")
MODELS = {"brown": Distortion, "rational": RationalDistortion, "fisheye": FisheyeDistortion}
TABLES = ("distortion", "chessboard", "scale")


def read_calibration(path: Path) -> Calibration:
    """Read a camera file, of howfar or of another tool.

    Raises:
        SettingError: If the file is missing, is of no known kind, or something in it is missing or cannot be.
    """
    with refusing_unreadable(path, "camera file"):
        text = read_text(path)  # once: a pipe gives it once
    return calibration_from_text(text, path)


def calibration_from_text(text: str, name: str | Path) -> Calibration:
    """Read the content of a camera file, of howfar or of another tool.

    Args:
        text: The content.
        name: What to call it in errors.

    Raises:
        SettingError: If it is of no known kind, or something in it is missing or cannot be.
    """
    path = Path(name)
    if is_of_other_tool(text):
        return _plausible(other_calibration(text, str(path)), path)
    if text.strip() and not any(field in text for field in (*NEEDED, *TABLES)):
        raise SettingError(
            f"The camera file {path} cannot be read as TOML of howfar, and is of no kind that is read: {WANTED}"
        )
    with refusing_unreadable(path, "camera file"):
        table = parse_toml(text)
    try:
        calibration = _calibration(Fields(table, where=""))
    except SettingError as error:
        raise SettingError(f"{path}: {error}") from None
    return _plausible(calibration, path)


def write_calibration(calibration: Calibration, path: Path, *, overwrite: bool = False) -> None:
    """Write a camera file.

    Raises:
        OutputError: If the file exists and overwrite is not set, or it cannot be written.
    """
    write_toml(_tables(calibration), path, overwrite=overwrite)


def calibration_text(calibration: Calibration) -> str:
    """A calibration as TOML, which is read back as the same."""
    return toml_text(_tables(calibration))


def _plausible(calibration: Calibration, path: Path) -> Calibration:
    """The calibration, if its focal length can be in pixels.

    Raises:
        SettingError: If it cannot: it is in millimetres, or a share of the picture's width.
    """
    camera = calibration.camera
    if camera.is_plausible:
        return calibration
    raise SettingError(
        f"The camera file {path} has a focal length of {camera.focal_px:.4g} pixels for pictures of "
        f"{camera.width_px}×{camera.height_px}, which no lens has: give it in pixels, not in millimetres or as a share "
        "of the width."
    )


def _calibration(read: Fields) -> Calibration:
    read.refuse_others(NEEDED + OPTIONAL + TABLES)
    return Calibration(
        camera=read_camera(read),
        distortion=read_distortion(read.subtable("distortion")) if "distortion" in read else None,
        scale=_scale(read.subtable("scale")) if "scale" in read else None,
        chessboard=_chessboard(read.subtable("chessboard")) if "chessboard" in read else None,
    )


def read_camera(read: Fields) -> Camera:
    """The camera of a table; the principal point may be missing."""
    width, height = read.whole("width_px"), read.whole("height_px")
    return Camera(
        width_px=width,
        height_px=height,
        fx_px=read.number("fx_px"),
        fy_px=read.number("fy_px"),
        cx_px=read.number("cx_px", width / 2),
        cy_px=read.number("cy_px", height / 2),
        origin=cast(Origin, read.choice("origin", get_args(Origin), "given")),
    )


def read_distortion(read: Fields) -> LensDistortion:
    """The distortion of a table [distortion]; of Brown's models the last coefficients may be missing."""
    model = MODELS[read.choice("model", MODELS, "brown")]
    if model is Distortion and "k4" in read:
        raise SettingError(
            '[distortion]: unknown field \'k4\' in Brown\'s model: add model = "fisheye" or "rational" if it was '
            "calibrated as one."
        )
    names = [field.name for field in fields(model)]
    needed = names if model is not Distortion else names[:2]
    distortion: LensDistortion = model(*(read.number(name, *(() if name in needed else (0.0,))) for name in names))
    read.refuse_others()
    return distortion


def _chessboard(read: Fields) -> ChessboardFit:
    fit = ChessboardFit(read.number("rms_px"), read.whole("pictures"), read.day("found_on", None))
    read.refuse_others()
    return fit


def _scale(read: Fields) -> DepthScale:
    scale = DepthScale(
        factor=read.number("factor"),
        depth_name=read.text("depth_name"),
        depth_sha256=read.text("depth_sha256"),
        known=tuple(map(_known, read.subtables("known"))),
        found_on=read.day("found_on", None),
    )
    read.refuse_others()
    return scale


def _known(read: Fields) -> ScaleSample:
    read.refuse_others(("label", "range_m", "measured_m", "source"))
    return ScaleSample(read.text("label"), read.number("range_m"), read.number("measured_m"), read.text("source"))


def _tables(calibration: Calibration) -> Iterator[tuple[str, Lines]]:
    """Each table's heading and its fields, in the order of the file."""
    yield "", camera_lines(calibration.camera)
    distortion, chessboard = calibration.distortion, calibration.chessboard
    if distortion is not None:
        yield "[distortion]", distortion_lines(distortion)
    if chessboard is not None:
        yield "[chessboard]", asdict(chessboard).items()
    scale = calibration.scale
    if scale is not None:
        yield "[scale]", [(each.name, getattr(scale, each.name)) for each in fields(scale) if each.name != "known"]
        for known in scale.known:
            yield "[[scale.known]]", asdict(known).items()


def camera_lines(camera: Camera) -> Lines:
    """The fields of a camera, as `read_camera` reads them."""
    return [(name, getattr(camera, name)) for name in NEEDED + OPTIONAL]


def distortion_lines(distortion: LensDistortion) -> Lines:
    """The fields of a distortion, as `read_distortion` reads them."""
    model = next(name for name, kind in MODELS.items() if type(distortion) is kind)
    return [*(() if model == "brown" else (("model", model),)), *asdict(distortion).items()]
