"""`howfar look`: the objects in pictures and videos, and their distances."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from howfar.cli import options
from howfar.cli.console import tell

if TYPE_CHECKING:
    from howfar.models import RunOptions
    from howfar.pipeline.rangefinder import Rangefinder
    from howfar.ranging import Bounds, Method

DEFAULT_OUT = Path("howfar-out")


def look(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SOURCE]...",
            help="Pictures, folders, 'globs', addresses, videos, camera:0, rtsp://…, or - for standard input.",
        ),
    ] = None,
    max_depth: options.MaxDepth = None,
    classes: options.Classes = None,
    score: options.Score = None,
    nms: Annotated[
        float | None,
        typer.Option("--nms", min=0, max=1, help="Overlap of duplicates.", rich_help_panel=options.DETECTION),
    ] = None,
    tiles: Annotated[
        bool,
        typer.Option(
            "--tiles",
            help="Look for small objects too, in overlapping parts of a large picture; it takes longer.",
            rich_help_panel=options.DETECTION,
        ),
    ] = False,
    detector: options.DetectorModel = "nanodet-g",
    boxes: Annotated[
        Path | None,
        typer.Option(
            "--boxes",
            metavar="FILE",
            help="Your own boxes in place of the detector's: COCO JSON, CSV, labels of KITTI or YOLO (a .txt, or their "
            "folder), or what --format json has printed.",
            rich_help_panel=options.DETECTION,
        ),
    ] = None,
    depth_model: options.DepthModel = None,
    depth_file: Annotated[
        Path | None,
        typer.Option(
            "--depth",
            metavar="FILE",
            help="Your own depth map in place of the network: PNG in mm; .npy, .npz, .tiff, .pfm or .exr in metres.",
            rich_help_panel=options.DEPTH,
        ),
    ] = None,
    depth_unit: options.DepthUnit = "auto",
    depth_scale: options.DepthScale = None,
    depth_invalid: options.DepthInvalid = None,
    anchor: options.Anchor = None,
    known: options.KnownDistances = None,
    depth_points: options.DepthPoints = None,
    depth_on: Annotated[
        Literal["image", "crops"],
        typer.Option(
            "--depth-on",
            help="One depth pass a picture, or one for each object cut out of it (a comparison: it does far worse).",
            rich_help_panel=options.DEPTH,
        ),
    ] = "image",
    method: Annotated[
        str,
        typer.Option(
            "--method",
            "--compare",
            help="auto (a small network finds the object in its box), layers, central-mean, median, central-median, "
            "mean, min, max, mode or percentile:Q; several, with commas, are drawn side by side.",
            rich_help_panel=options.RANGING,
        ),
    ] = "auto",
    shrink: Annotated[
        float | None,
        typer.Option("--shrink", help="Share of the box's sides to look at, 0 to 1.", rich_help_panel=options.RANGING),
    ] = None,
    lower_threshold: Annotated[
        float | None,
        typer.Option(
            "--lower-threshold", metavar="METRES", help="Ignore nearer depths.", rich_help_panel=options.RANGING
        ),
    ] = None,
    upper_threshold: Annotated[
        float | None,
        typer.Option(
            "--upper-threshold", metavar="METRES", help="Ignore farther depths.", rich_help_panel=options.RANGING
        ),
    ] = None,
    cues: Annotated[
        str,
        typer.Option(
            "--cues",
            help="What distances rest on: depth, size (of objects), ground (where they stand), several with commas, "
            "all, or auto: all where the depth network knows streets, else the depth map, but the others alone in "
            "pictures of a kind that it has not seen.",
            rich_help_panel=options.RANGING,
        ),
    ] = "auto",
    camera_height: options.CameraHeight = None,
    horizon: Annotated[
        float | None,
        typer.Option(
            "--horizon",
            metavar="ROW",
            help="Row of the horizon in pixels (default: of a camera held level).",
            rich_help_panel=options.RANGING,
        ),
    ] = None,
    sizes: Annotated[
        Path | None,
        typer.Option(
            "--sizes",
            metavar="FILE",
            help="Sizes of objects of your own (TOML), before the built-in ones.",
            rich_help_panel=options.RANGING,
        ),
    ] = None,
    camera: options.CameraFile = None,
    focal_px: options.FocalPx = None,
    fov_deg: options.FovDeg = None,
    fov_long_deg: options.FovLongDeg = None,
    fov_diagonal_deg: options.FovDiagonalDeg = None,
    camera_scale: options.CameraScale = True,
    right: options.Right = None,
    stereo: options.StereoLayout = None,
    stereo_method: options.StereoMethod = "sgbm",
    max_disparity: options.MaxDisparity = None,
    repair: options.Repair = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help=f"Folder for annotated pictures and videos (default with --format table: {DEFAULT_OUT}).",
            rich_help_panel=options.OUTPUT,
        ),
    ] = None,
    format_: Annotated[
        Literal["table", "json", "jsonl", "csv", "coco"],
        typer.Option(
            "--format",
            help="How to print the results; coco is one COCO JSON of all pictures, with depth_m.",
            rich_help_panel=options.OUTPUT,
        ),
    ] = "table",
    units: Annotated[
        Literal["m", "ft"],
        typer.Option("--units", help="Units on labels and in the table.", rich_help_panel=options.OUTPUT),
    ] = "m",
    show_far: Annotated[
        bool,
        typer.Option("--show-far", help="Draw objects beyond the maximum in grey.", rich_help_panel=options.OUTPUT),
    ] = False,
    show_region: Annotated[
        bool,
        typer.Option(
            "--show-region",
            help="Draw what was measured: what auto takes for the object as a tint, the region of others in white.",
            rich_help_panel=options.OUTPUT,
        ),
    ] = False,
    show_interval: Annotated[
        bool,
        typer.Option(
            "--show-interval",
            help="Write on labels what holds the true distance four times in five: chair 2.3 m (1.8–2.9).",
            rich_help_panel=options.OUTPUT,
        ),
    ] = False,
    track: options.Track = False,
    alert: options.Alerts = None,
    on_alert: options.OnAlert = "",
    birds_eye: options.BirdsEye = False,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Show what each cue says of each object.", rich_help_panel=options.OUTPUT),
    ] = False,
    save_depth: Annotated[
        bool,
        typer.Option(
            "--save-depth", help="Write the depth map: 16-bit PNG in mm, and in colour.", rich_help_panel=options.OUTPUT
        ),
    ] = False,
    point_cloud: Annotated[
        bool, typer.Option("--point-cloud", help="Write a coloured PLY.", rich_help_panel=options.OUTPUT)
    ] = False,
    save_kitti: Annotated[
        bool,
        typer.Option("--save-kitti", help="Write the objects as labels of KITTI.", rich_help_panel=options.OUTPUT),
    ] = False,
    rerun: Annotated[
        Path | None,
        typer.Option(
            "--rerun",
            metavar="FILE.rrd",
            help="Write a recording for Rerun's viewer: boxes, depth, camera, objects and tracks in space.",
            rich_help_panel=options.OUTPUT,
        ),
    ] = None,
    overwrite: options.Overwrite = False,
    every: options.Every = 1,
    threads: options.Threads = None,
    provider: options.Provider = None,
    engine: options.Engine = "auto",
    precision: options.Precision = "auto",
) -> None:
    """Say what is in pictures, and how far away each object is.

    Signs at a distance: ~ its scale depends on an assumed camera, or the depth map is doubtful here;
    * and a dashed box: the box holds two depths, and one number is doubtful;
    ! the cues contradict each other; ? it is not known.
    A relative depth network has no metres of its own: 1st is the nearest.
    With --track a label has the number of the object, its speed and the seconds to its contact.
    """
    from howfar.cli.folders import fresh_folder
    from howfar.cli.looking import look_at_all
    from howfar.cli.output_options import OutputOptions
    from howfar.cli.own_boxes import OwnBoxes
    from howfar.cli.own_depth import OwnDepth
    from howfar.cli.own_depth import depth_unit as read_unit
    from howfar.drawing.style import DrawStyle
    from howfar.errors import SettingError
    from howfar.models import RunOptions
    from howfar.pipeline.pairs import Stereo
    from howfar.pipeline.rangefinder import Rangefinder
    from howfar.ranging import Bounds
    from howfar.sources.pairs import open_with_pairs
    from howfar.tracking.alerts import parse_rule

    if not sources:
        sources, max_depth = _ask(max_depth)
    opened = open_with_pairs(sources, right or (), stereo, stdin=typer.get_binary_stream("stdin"), tell=tell)
    wanted = classes.split(",") if classes else None
    if boxes is not None and (tiles or nms is not None):
        raise SettingError("With --boxes no detector is run: leave out --tiles and --nms.")
    own_boxes = OwnBoxes.read(boxes, detector, wanted or (), one_source=len(opened) == 1)
    if rerun is not None and rerun.suffix != ".rrd":
        raise SettingError(f"A recording for Rerun ends in .rrd, not as {rerun}: name it so.", setting="rerun")
    bounds, run_options = Bounds(lower_threshold, upper_threshold), RunOptions(threads, provider, engine, precision)
    finder = Rangefinder(
        detector if boxes is None else own_boxes.detector,
        depth_model,
        _methods(method, shrink, bounds, run_options),
        camera,
        focal_px=focal_px,
        fov_deg=fov_deg,
        fov_long_deg=fov_long_deg,
        fov_diagonal_deg=fov_diagonal_deg,
        max_depth_m=max_depth,
        classes=wanted,
        score=score,
        nms=nms,
        depth_on=depth_on,
        camera_scale=camera_scale,
        threads=threads,
        provider=provider,
        engine=engine,
        precision=precision,
        cues=cues,
        camera_height_m=camera_height,
        horizon_px=horizon,
        sizes=sizes,
        anchor=anchor,
        known=known or (),
        tiles=tiles,
        stereo=Stereo(stereo_method, max_disparity, repair),
    )
    detector_names = own_boxes.file.labels if own_boxes.file else _class_names(finder)
    rules = tuple(parse_rule(text, detector_names) for text in alert or ())
    if (format_ == "coco" or save_kitti) and len(finder.method_names) > 1:
        raise SettingError("COCO JSON and KITTI labels have one distance for each object: name one method (--method).")
    wants_files = format_ == "table" or save_depth or point_cloud or save_kitti
    output = OutputOptions(
        out=out or (fresh_folder(DEFAULT_OUT) if wants_files else None),
        format=format_,
        style=DrawStyle(units, show_far, show_region, show_interval),
        explain=explain,
        save_depth=save_depth,
        point_cloud=point_cloud,
        save_kitti=save_kitti,
        rerun=rerun,
        overwrite=overwrite,
        every=every,
        track=track or birds_eye or own_boxes.has_tracks or any(rule.needs_tracks for rule in rules),
        alerts=rules,
        on_alert=on_alert,
        birds_eye=birds_eye,
    )
    if depth_on == "crops":
        tell("Depth on crops is a comparison: cut-out objects lose the scene that depth is read from.")
    one_picture = len(opened) == 1 and not opened[0].is_stream
    if known and not one_picture:
        raise SettingError("--known goes with one picture: name the picture that the object is in.")
    unit = read_unit(depth_unit, depth_scale, depth_invalid)
    own = OwnDepth.read(depth_file, depth_points, unit, one_picture=one_picture)
    look_at_all(opened, finder, output, lambda frame: own.added_to(own_boxes.added_to(frame)))


def _ask(max_depth: float | None) -> tuple[list[str], float | None]:
    """Ask for the source and the maximum depth, if standard input is a terminal."""
    import sys

    if not sys.stdin.isatty():
        raise typer.BadParameter("name a picture, folder, address, video or camera, or - for standard input.")
    source = typer.prompt("Address or path of the picture").strip()
    if max_depth is None:
        answer = typer.prompt("Maximum depth in metres (empty for none)", default="", show_default=False).strip()
        max_depth = _number(answer) if answer else None
    return [source], max_depth


def _class_names(finder: "Rangefinder") -> tuple[str, ...] | None:
    """The classes of a finder's detector; None where it has none that says them."""
    return getattr(getattr(finder.perceiver, "detector", None), "class_names", None)


def _number(answer: str) -> float:
    try:
        return float(answer.removesuffix("m").strip())
    except ValueError:
        raise typer.BadParameter(f"{answer!r} is no number of metres, such as 2.5.") from None


def _methods(names: str, shrink: float | None, bounds: "Bounds", options: "RunOptions") -> "list[Method]":
    from howfar.pipeline.open_methods import open_method

    return [open_method(name.strip(), shrink=shrink, bounds=bounds, options=options) for name in names.split(",")]
