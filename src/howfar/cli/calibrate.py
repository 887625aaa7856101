"""`howfar calibrate`: find out a camera or a pair of them, from a chessboard, or a scale from known distances."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from howfar.cli import options

if TYPE_CHECKING:
    from howfar.scene.calibration import Calibration
    from howfar.sources.kinds import Source

DEFAULT_OUT = Path("camera.toml")
DEFAULT_RIG = Path("rig.toml")
DEFAULT_FOLDER = Path("howfar-calibrate")
CHESSBOARD = "Chessboard"
KNOWN = "Known distances"


def calibrate(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="PHOTO...",
            help="Pictures, folders, 'globs' or addresses, of one camera; with --stereo of two, the left one first.",
        ),
    ],
    known: Annotated[
        list[str] | None,
        typer.Option(
            "--known",
            metavar="OBJECT=METRES",
            help="A distance that you measured, straight from the camera to the object: chair=2.30, or by the number "
            "shown without this option, 3=2.30. Give several for a better scale.",
            rich_help_panel=KNOWN,
        ),
    ] = None,
    detector: Annotated[
        str, typer.Option("--detector", help="Detector: a name or an .onnx file.", rich_help_panel=KNOWN)
    ] = "nanodet-g",
    score: Annotated[
        float | None, typer.Option("--score", min=0, max=1, help="Least confidence.", rich_help_panel=KNOWN)
    ] = None,
    depth_model: Annotated[
        str | None,
        typer.Option(
            "--depth-model",
            help="Depth network that the scale is for.",
            show_default="depth-rooms-streets, or the detector's own if it tells both",
            rich_help_panel=KNOWN,
        ),
    ] = None,
    camera: options.CameraFile = None,
    focal_px: options.FocalPx = None,
    fov_deg: options.FovDeg = None,
    fov_long_deg: options.FovLongDeg = None,
    fov_diagonal_deg: options.FovDiagonalDeg = None,
    chessboard: Annotated[
        str | None,
        typer.Option(
            "--chessboard",
            metavar="COLUMNSxROWS",
            help="Inner corners of the board in the pictures, where four squares meet: 9x6 for 10 by 7 squares.",
            rich_help_panel=CHESSBOARD,
        ),
    ] = None,
    square_mm: Annotated[
        float | None,
        typer.Option(
            "--square-mm",
            help="Side of a square: how far away the boards were; with --stereo, how far apart the cameras are.",
            rich_help_panel=CHESSBOARD,
        ),
    ] = None,
    stereo: Annotated[
        bool,
        typer.Option(
            "--stereo",
            help="Two cameras that took their pictures at the same moments: left/*.jpg right/*.jpg, or two folders.",
            rich_help_panel=CHESSBOARD,
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help=f"Camera file to write (default: that of --camera, or {DEFAULT_OUT}; with --stereo {DEFAULT_RIG}).",
            rich_help_panel=options.OUTPUT,
        ),
    ] = None,
    picture: Annotated[
        Path | None,
        typer.Option(
            "--picture",
            metavar="FILE",
            help=f"Picture to write, of the numbered objects or of the boards (default: in {DEFAULT_FOLDER}).",
            rich_help_panel=options.OUTPUT,
        ),
    ] = None,
    overwrite: options.Overwrite = False,
    threads: options.Threads = None,
    provider: options.Provider = None,
    engine: options.Engine = "auto",
    precision: options.Precision = "auto",
) -> None:
    """Find out a camera, and write it to a camera file for --camera.

    With --chessboard: its focal lengths and its lens's distortion; with --stereo also how a second camera is to it.
    With --known: the scale of depth.
    """
    from howfar.cli.calibration_output import CalibrationOutput
    from howfar.cli.folders import fresh_folder
    from howfar.errors import SettingError
    from howfar.files import refuse_existing
    from howfar.io.picture_writer import picture_path

    if chessboard is not None and (known or camera or focal_px or fov_deg or fov_long_deg or fov_diagonal_deg):
        raise SettingError(
            "A chessboard gives the camera by itself: leave out --known, --camera, --focal-px and --fov-…, and give "
            "--known with the camera file that comes of it."
        )
    if stereo and (chessboard is None or square_mm is None):
        raise SettingError(
            "Two cameras are calibrated by a chessboard whose squares are measured: add --chessboard 9x6 --square-mm "
            "25, as yours is."
        )
    drawn = picture_path(picture or fresh_folder(DEFAULT_FOLDER) / "calibration.png")
    own_file = camera if camera is not None and camera.suffix.lower() == ".toml" else None
    default = DEFAULT_RIG if stereo else own_file or DEFAULT_OUT
    output = CalibrationOutput(out or default, drawn, overwrite)
    refuse_existing(output.picture, overwrite=overwrite)
    if known or chessboard is not None:
        refuse_existing(output.camera_file, overwrite=overwrite)
    if stereo and chessboard is not None:
        from howfar.calibration.boards import Board
        from howfar.cli.calibrating_pairs import calibrate_from_pairs

        board = Board.parse(chessboard, square_mm)
        calibrate_from_pairs(_pairs(sources), board, output)
        return
    photos = _photos(sources, each_alone=chessboard is not None)
    if chessboard is not None:
        from howfar.calibration.boards import Board
        from howfar.cli.calibrating_boards import calibrate_from_boards

        calibrate_from_boards(photos, Board.parse(chessboard, square_mm), output)
        return
    from howfar.cli.calibrating_known import calibrate_from_known
    from howfar.models import RunOptions, open_heads
    from howfar.pipeline.rangefinder import Rangefinder
    from howfar.scene.known_distance import KnownDistance
    from howfar.scene.query import class_ids

    stated = [KnownDistance.parse(text) for text in known or ()]
    running = RunOptions(threads, provider, engine, precision)
    finds, network = open_heads(detector, depth_model, running)
    class_ids([each.what for each in stated if isinstance(each.what, str)], finds.class_names, finds.name)
    finder = Rangefinder(
        finds,
        network,
        camera=_without_scale(camera),
        focal_px=focal_px,
        fov_deg=fov_deg,
        fov_long_deg=fov_long_deg,
        fov_diagonal_deg=fov_diagonal_deg,
        score=score,
        cues="depth",
    )
    calibrate_from_known(photos, stated, finder, network.facts, output)


def _photos(specs: list[str], *, each_alone: bool) -> "list[Source]":
    """The sources, none of them a video."""
    from howfar.sources.opening import open_sources

    return _without_videos(open_sources(specs, stdin=typer.get_binary_stream("stdin"), each_alone=each_alone))


def _pairs(specs: list[str]) -> "list[Source]":
    """The sources of pairs, none of them a video."""
    from howfar.cli.calibrating_pairs import two_sides
    from howfar.cli.console import tell
    from howfar.sources.pairs import open_pairs

    sides = two_sides(specs)
    return _without_videos(open_pairs(sides.left, sides.right, tell=tell))


def _without_videos(opened: "list[Source]") -> "list[Source]":
    from howfar.errors import SourceError

    for source in opened:
        if source.is_stream:
            raise SourceError(f"{source.name} is a video or a stream, and calibration takes photos: name some.")
    return opened


def _without_scale(path: Path | None) -> "Calibration | None":
    """A camera file without its scale, which is to be found anew."""
    from howfar.io.camera_files import read_calibration

    return None if path is None else replace(read_calibration(path), scale=None)
