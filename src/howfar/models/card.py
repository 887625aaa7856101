"""Model cards: the small TOML file beside an ONNX file that says how to feed it and how to read it.

docs/model-cards.md describes the format for users.
"""

import math
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from howfar.networks.default_boxes import DefaultBoxes
from howfar.scene import DepthKind
from howfar.scene.detections import BOX_LOG_SD
from howfar.scene.margins import Margins

Task = Literal["detection", "depth", "ranging", "joint", "stereo"]
Head = Literal["detection", "depth", "ranging", "stereo"]
Fit = Literal["letterbox", "letterbox-area", "keep-aspect", "stretch"]
ScaleTo = Literal["area", "cover"]
Resample = Literal["area", "bilinear", "bicubic"]
Picture = Literal["left", "right"]
Colour = Literal["rgb", "bgr"]
BoxUnit = Literal["pixels", "normalised"]
ScoreUnit = Literal["probabilities", "logits"]
StereoPipeline = Literal["kitti-fast", "kitti-accurate", "middlebury-fast", "middlebury-accurate"]
LayoutName = Literal["nanodet", "yolov5", "yolov8", "yolov8-seg", "end2end", "rtdetr", "ssd", "ssd-pair"]
DEFAULT_BOX_LAYOUTS: tuple[LayoutName, ...] = ("ssd", "ssd-pair")
"""Those whose boxes are offsets from default boxes, which the card states."""

HEADS: dict[Task, tuple[Head, ...]] = {
    "detection": ("detection",),
    "depth": ("depth",),
    "ranging": ("ranging",),
    "joint": ("detection", "depth"),
    "stereo": ("stereo",),
}
"""What a network of each task gives, from one run."""

BOX_EDGE_PX = 0.7
"""The error of each edge in pixels of the input, besides `BOX_LOG_SD`, where a card states none: that of NanoDet-g."""

DISPARITY_LOG_SD = 0.2
"""The error of disparities where a card states none: as wide as that of a depth network that nobody measured."""

UNKNOWN_LICENCE = "not stated in the file: ask whoever published it"


@dataclass(frozen=True, slots=True)
class InputSpec:
    """How a picture becomes the network's input tensor (1×3×H×W).

    Attributes:
        width_px: Width to feed; with `keep-aspect`, of a 4:3 or whatever picture the network was trained on.
        height_px: Height to feed, likewise.
        fit: `letterbox` (keep the aspect ratio, centre, pad), `letterbox-area` (likewise, in an input of about the area
            of the size and of the picture's own shape), `keep-aspect` (any size whose sides are multiples of
            `multiple_px`) or `stretch`.
        multiple_px: Both sides of the input must be a multiple of this: with `keep-aspect` and `letterbox-area` they
            are made so.
        scale_to: With `keep-aspect`, what of the size is kept: its `area`, about; or the picture is made to `cover` it,
            with neither side shorter and one as long.
        resample: How a picture is resized: by `area` averages where it shrinks and bilinearly where it grows; or
            `bilinear` or `bicubic`, but by averages where it shrinks by two or more.
        colour: Order of the channels.
        mean: Subtracted from each channel, on the scale 0 to 255.
        std: Then divides each channel, on the scale 0 to 255.
        pad: Grey level of the letterbox's bars, 0 to 255.
        name: What the file calls this input; empty where it has no other.
        picture: What is fed: the picture, which of a stereo pair is the `left` one, or the `right` one.
    """

    width_px: int
    height_px: int
    fit: Fit
    multiple_px: int = 32
    scale_to: ScaleTo = "area"
    resample: Resample = "area"
    colour: Colour = "rgb"
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    pad: int = 114
    name: str = ""
    picture: Picture = "left"

    @property
    def has_bars(self) -> bool:
        """Whether a picture of another shape than the input's is padded, rather than stretched."""
        return self.fit in ("letterbox", "letterbox-area")

    @property
    def follows_shape(self) -> bool:
        """Whether the input's size follows the picture's shape, so that the network has to take any."""
        return self.fit in ("letterbox-area", "keep-aspect")


@dataclass(frozen=True, slots=True)
class DetectorSpec:
    """How to read a detector's output.

    Attributes:
        layout: The family of the output (see howfar.models.layouts).
        classes: Name of each class.
        score: Default score threshold.
        nms: Default IoU of the non-maximum suppression, within a class and among classes that look alike.
        tensors: Names of the outputs to read, in the order of the layout; all outputs of the file when empty.
        box_log_sd: Standard deviation of the natural logarithm of a box's height.
        box_edge_px: Standard deviation of one edge in pixels of the network's input, which comes on top.
        boxes: The unit of boxes: `pixels` of the input, or `normalised`, shares of its sides.
        scores: `probabilities`, 0 to 1, or `logits`, which a sigmoid (of an SSD, a softmax) is still to be taken of.
        default_boxes: Of an SSD: what its boxes are offsets from.
        disparity_log_sd: Of a detector of pairs: standard deviation of the natural logarithm of an object's disparity.
    """

    layout: LayoutName
    classes: tuple[str, ...]
    score: float = 0.35
    nms: float = 0.6
    tensors: tuple[str, ...] = ()
    box_log_sd: float = BOX_LOG_SD
    box_edge_px: float = BOX_EDGE_PX
    boxes: BoxUnit = "pixels"
    scores: ScoreUnit = "probabilities"
    default_boxes: DefaultBoxes | None = None
    disparity_log_sd: float = DISPARITY_LOG_SD

    def height_log_sds(self, heights_px: NDArray[np.floating]) -> NDArray[np.float64]:
        """The standard deviations of the natural logarithms of N heights of boxes, given in pixels of the input."""
        edges = math.sqrt(2) * self.box_edge_px / np.maximum(heights_px.astype(np.float64), 1.0)
        log_sds: NDArray[np.float64] = np.hypot(self.box_log_sd, edges)
        return log_sds


@dataclass(frozen=True, slots=True)
class DepthSpec:
    """How to read a depth network's output.

    Attributes:
        kind: What the numbers mean.
        focal_px: For `metres`: the training camera's focal length √(fx·fy) at the network's input size. Depth is
            scaled by the ratio of the picture's focal length to it (Metric3D's canonical camera, Yin et al. 2023).
            None for a network that takes care of the camera itself.
        scenes: The scenes it has seen, in a few words.
        max_m: The farthest depth that it was trained on, before scaling; None if not bounded.
        margins: How far off its distances are on objects that it has not seen; None if that was not measured.
        tensors: Name of the output to read, alone; the file's first output when empty.
        sky_m: From this output on, before scaling, a pixel is sky or has no depth: unknown. None for a network that
            has not learned the sky.
    """

    kind: DepthKind
    focal_px: float | None = None
    scenes: str = ""
    max_m: float | None = None
    margins: Margins | None = None
    tensors: tuple[str, ...] = ()
    sky_m: float | None = None


@dataclass(frozen=True, slots=True)
class RangingSpec:
    """How to feed a network that finds the object in a box; its input's size is that of a crop.

    Attributes:
        margin: How much is seen round a box, as a share of its sides.
    """

    margin: float


@dataclass(frozen=True, slots=True)
class StereoSpec:
    """How a network that gives each pixel of one picture features, or tells how alike the pixels of two are, matches.

    Attributes:
        pipeline: The settings of the stages after it (howfar.stereo.mc_cnn.settings), by the name of their data set.
        margins: How far off its disparities are (howfar.stereo.mc_cnn.confidence): bounds of the margin by which a
            disparity won.
        sds_px: Standard deviations between these bounds, one more than there are bounds.
        failed_sd_px: Of disparities that the right-hand picture does not confirm.
    """

    pipeline: StereoPipeline
    margins: tuple[float, ...] = ()
    sds_px: tuple[float, ...] = (1.0,)
    failed_sd_px: float = 10.0


@dataclass(frozen=True, slots=True)
class Int8Facts:
    """How a file with whole numbers of 8 bits was made of one with floats.

    Attributes:
        source: The name or path of that file.
        pictures: On how many pictures the ranges of its numbers were measured.
        reduced_range: Whether weights have 7 bits, so that processors without VNNI compute it rightly.
        source_sha256: Digest of that file; empty if not stated.
        calibrated_on: What the pictures were, in words.
        layers: How many layers the network has: convolutions and products with constant matrices.
        float_layers: How many of them are left in float.
        depth_scale: What depth is multiplied by so that it has the source's scale; `focal_px` has it in it already.
    """

    source: str
    pictures: int
    reduced_range: bool
    source_sha256: str = ""
    calibrated_on: str = ""
    layers: int = 0
    float_layers: int = 0
    depth_scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Card:
    """All that is known of one model file.

    Attributes:
        name: Short name.
        task: `detection`, `depth`, `ranging`, `joint` for detection and depth in one pass, or `stereo` for features by
            which pairs are matched.
        licence: Licence of the weights.
        origin: Where they come from.
        results: What they reach, each with its protocol, in words.
        input: How to feed the network; its first input, where it has several.
        detector: Set for a network that detects.
        depth: Set for a network that gives depth.
        ranging: Set for a ranging network.
        stereo: Set for a network whose features pairs are matched by.
        sha256: Digest of the ONNX file, if the card states one.
        further_inputs: How to feed the inputs after the first.
        bf16: Whether it was measured in bf16, and found to be as good as in fp32.
        int8: How it was made, if it computes in whole numbers of 8 bits.
    """

    name: str
    task: Task
    licence: str
    input: InputSpec
    origin: str = ""
    results: tuple[str, ...] = ()
    detector: DetectorSpec | None = None
    depth: DepthSpec | None = None
    ranging: RangingSpec | None = None
    stereo: StereoSpec | None = None
    sha256: str | None = None
    further_inputs: tuple[InputSpec, ...] = ()
    bf16: bool = False
    int8: Int8Facts | None = None

    @property
    def inputs(self) -> tuple[InputSpec, ...]:
        """Every input of the network."""
        return (self.input, *self.further_inputs)

    @property
    def takes_pair(self) -> bool:
        """Whether it is fed with both pictures of a stereo pair."""
        return any(each.picture == "right" for each in self.inputs)

    @property
    def tensors(self) -> tuple[str, ...]:
        """The names of the outputs that the card names."""
        heads = (head for head in (self.detector, self.depth) if head is not None)
        return tuple(name for head in heads for name in head.tensors)


def card_path(onnx_path: Path) -> Path:
    """Where the card of an ONNX file lies: beside it, with the ending .toml."""
    return onnx_path.with_suffix(".toml")


def coco80() -> tuple[str, ...]:
    """COCO's 80 class names, in the usual order."""
    text = resources.files("howfar.models").joinpath("coco80.txt").read_text(encoding="utf-8")
    return tuple(text.splitlines())
