"""Options that several commands share, written once."""

from pathlib import Path
from typing import Annotated, Literal

import typer

CAMERA = "Camera"
DEPTH = "Depth"
DETECTION = "Detection"
RANGING = "Distance"
OUTPUT = "Output"
STEREO = "Two cameras"
RUNNING = "Running"
VIDEO = "Videos"

CameraFile = Annotated[
    Path | None,
    typer.Option(
        "--camera",
        help="Camera file of howfar calibrate (TOML), or of ROS, OpenCV, KITTI or JSON with fx; of a pair, its rig.",
        metavar="FILE",
        rich_help_panel=CAMERA,
    ),
]
FocalPx = Annotated[
    float | None, typer.Option("--focal-px", help="Focal length in pixels of the picture.", rich_help_panel=CAMERA)
]
FovDeg = Annotated[
    float | None,
    typer.Option(
        "--fov-deg", help="Horizontal field of view in degrees, across the picture's width.", rich_help_panel=CAMERA
    ),
]
FovLongDeg = Annotated[
    float | None,
    typer.Option(
        "--fov-long-deg",
        help="Field of view across the longer side in degrees: what data sheets call horizontal.",
        rich_help_panel=CAMERA,
    ),
]
FovDiagonalDeg = Annotated[
    float | None,
    typer.Option("--fov-diagonal-deg", help="Field of view across the diagonal in degrees.", rich_help_panel=CAMERA),
]
CameraScale = Annotated[
    bool,
    typer.Option(
        "--camera-scale/--no-camera-scale",
        help="Scale depth by the focal length; without it every picture is taken for one of the training camera.",
        rich_help_panel=CAMERA,
    ),
]
Right = Annotated[
    list[str] | None,
    typer.Option(
        "--right",
        metavar="SOURCE",
        help="The right-hand pictures of pairs: a file, folder, 'glob' or video, as for the left-hand ones; --camera "
        "is then the rig of both cameras.",
        rich_help_panel=STEREO,
    ),
]
StereoLayout = Annotated[
    Literal["side-by-side", "over-under"] | None,
    typer.Option(
        "--stereo",
        help="Each picture holds both of a pair: left and right, or above each other.",
        rich_help_panel=STEREO,
    ),
]
StereoMethod = Annotated[
    str,
    typer.Option(
        "--stereo-method",
        metavar="NAME",
        help="What matches pairs: sgbm, mc-cnn, or the .onnx file of a stereo network with its card.",
        rich_help_panel=STEREO,
    ),
]
MaxDisparity = Annotated[
    int | None,
    typer.Option(
        "--max-disparity",
        metavar="PX",
        help="Largest disparity that is looked for, in pixels: more sees what is nearer (default: as far as the "
        "pair needs it).",
        rich_help_panel=STEREO,
    ),
]
Repair = Annotated[
    bool,
    typer.Option(
        "--repair",
        help="Repair a pair whose pictures are swapped, or whose rows are shifted or a little turned.",
        rich_help_panel=STEREO,
    ),
]
MaxDepth = Annotated[
    float | None, typer.Option("--max-depth", metavar="METRES", help="Label only objects up to this depth.")
]
Classes = Annotated[
    str | None, typer.Option("--classes", help="Only these classes, e.g. chair,person.", rich_help_panel=DETECTION)
]
Score = Annotated[
    float | None, typer.Option("--score", min=0, max=1, help="Least confidence.", rich_help_panel=DETECTION)
]
DetectorModel = Annotated[
    str, typer.Option("--detector", help="Detector: a name or an .onnx file.", rich_help_panel=DETECTION)
]
DepthModel = Annotated[
    str | None,
    typer.Option(
        "--depth-model",
        help="Depth network: a name or an .onnx file.",
        show_default="depth-rooms-streets, or the detector's own if it tells both",
        rich_help_panel=DEPTH,
    ),
]
Anchor = Annotated[
    str | None,
    typer.Option(
        "--anchor",
        metavar="NAME",
        help="A metric depth network that gives a relative one its metres, e.g. depth-rooms-streets.",
        rich_help_panel=DEPTH,
    ),
]
KnownDistances = Annotated[
    list[str] | None,
    typer.Option(
        "--known",
        metavar="OBJECT=METRES",
        help="A distance that you measured, straight from the camera, to give a relative depth network metres: "
        "chair=2.30, or by its number from the nearest, 3=2.30. Two or more tell scale and shift.",
        rich_help_panel=DEPTH,
    ),
]
DepthPoints = Annotated[
    Path | None,
    typer.Option(
        "--depth-points",
        metavar="FILE",
        help="Depths of your own at some pixels, to give a relative depth network metres; files as for --depth, 0 or "
        "NaN where unknown.",
        rich_help_panel=DEPTH,
    ),
]
DepthUnit = Annotated[
    Literal["auto", "m", "cm", "mm"],
    typer.Option(
        "--depth-unit",
        help="Unit of depth files; auto: integers are millimetres, other numbers metres.",
        rich_help_panel=DEPTH,
    ),
]
DepthScale = Annotated[
    str | None,
    typer.Option(
        "--depth-scale",
        metavar="METRES",
        help="In its place, the metres of one step: 0.0001 (RealSense D405), 1/256 (KITTI), 1/5000 (TUM).",
        rich_help_panel=DEPTH,
    ),
]
DepthInvalid = Annotated[
    list[float] | None,
    typer.Option(
        "--depth-invalid",
        metavar="VALUE",
        help="A stored number that stands for unknown, besides 0 and the largest of 16 bits.",
        rich_help_panel=DEPTH,
    ),
]
CameraHeight = Annotated[
    float | None,
    typer.Option(
        "--camera-height",
        metavar="METRES",
        help="Height of the camera above the ground, for the cue `ground`.",
        rich_help_panel=RANGING,
    ),
]
Every = Annotated[
    int, typer.Option("--every", min=1, help="Look at every N-th frame of a video or stream.", rich_help_panel=RUNNING)
]
Threads = Annotated[
    int | None,
    typer.Option("--threads", min=1, help="Threads of each network (default: every core).", rich_help_panel=RUNNING),
]
Provider = Annotated[
    str | None,
    typer.Option("--provider", help="ONNX Runtime execution provider, e.g. cuda.", rich_help_panel=RUNNING),
]
Engine = Annotated[
    Literal["auto", "onnxruntime", "openvino"],
    typer.Option(
        "--engine",
        help="What runs the networks; auto takes openvino where it is installed and faster.",
        rich_help_panel=RUNNING,
    ),
]
Precision = Annotated[
    Literal["auto", "fp32", "bf16", "int8"],
    typer.Option(
        "--precision",
        help="What they are computed in; auto takes bf16 where it is faster and was measured, and int8 for a file that "
        "is made so.",
        rich_help_panel=RUNNING,
    ),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace files that exist already.", rich_help_panel=OUTPUT)
]
Track = Annotated[
    bool,
    typer.Option(
        "--track",
        help="Follow the objects of a video: one number for each, steady distances, speeds, time to collision.",
        rich_help_panel=VIDEO,
    ),
]
Alerts = Annotated[
    list[str] | None,
    typer.Option(
        "--alert",
        metavar="RULE",
        help="Tell when something comes too near: person<2 (metres), ttc<1.5 (seconds to collision), car:ttc<3, "
        "speed>10. It is drawn in red, and the exit code is 3.",
        rich_help_panel=VIDEO,
    ),
]
OnAlert = Annotated[
    str,
    typer.Option(
        "--on-alert",
        metavar="COMMAND",
        help="Run this for each alert, with the object as JSON on its standard input.",
        rich_help_panel=VIDEO,
    ),
]
BirdsEye = Annotated[
    bool,
    typer.Option(
        "--birds-eye", help="Draw the objects and their ways from above beside a video.", rich_help_panel=VIDEO
    ),
]
