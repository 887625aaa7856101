"""Model cards: the small TOML file beside an ONNX file that says how to feed it and how to read it.

docs/model-cards.md describes the format for users.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Literal, cast, get_args

from howfar.errors import ModelError, SettingError
from howfar.scene import DepthKind
from howfar.scene.margins import Margin, Margins

Task = Literal["detection", "depth", "ranging"]
Fit = Literal["letterbox", "keep-aspect", "stretch"]
ScaleTo = Literal["area", "cover"]
Resample = Literal["area", "bilinear", "bicubic"]
Layout = Literal["nanodet", "yolov5", "yolov8", "yolov8-seg", "end2end"]

UNKNOWN_LICENCE = "not stated in the file: ask whoever published it"


@dataclass(frozen=True, slots=True)
class InputSpec:
    """How a picture becomes the network's input tensor (1×3×H×W).

    Attributes:
        width_px: Width to feed; with `keep-aspect`, of a 4:3 or whatever picture the network was trained on.
        height_px: Height to feed, likewise.
        fit: `letterbox` (keep the aspect ratio, centre, pad), `keep-aspect` (any size whose sides are multiples of
            `multiple_px`) or `stretch`.
        multiple_px: Both sides of the input must be a multiple of this: with `keep-aspect` they are made so.
        scale_to: With `keep-aspect`, what of the size is kept: its `area`, about; or the picture is made to `cover` it,
            with neither side shorter and one as long.
        resample: How a picture is resized: by `area` averages where it shrinks and bilinearly where it grows; or
            `bilinear` or `bicubic`, but by averages where it shrinks by two or more.
        colour: Order of the channels.
        mean: Subtracted from each channel, on the scale 0 to 255.
        std: Then divides each channel, on the scale 0 to 255.
        pad: Grey level of the letterbox's bars, 0 to 255.
    """

    width_px: int
    height_px: int
    fit: Fit
    multiple_px: int = 32
    scale_to: ScaleTo = "area"
    resample: Resample = "area"
    colour: Literal["rgb", "bgr"] = "rgb"
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    pad: int = 114


@dataclass(frozen=True, slots=True)
class DetectorSpec:
    """How to read a detector's output.

    Attributes:
        layout: The family of the output (see howfar.models.layouts).
        classes: Name of each class.
        score: Default score threshold.
        nms: Default IoU of the class-wise non-maximum suppression.
    """

    layout: Layout
    classes: tuple[str, ...]
    score: float = 0.35
    nms: float = 0.6


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
        margins: How far off its distances are on things that it has not seen; None if that was not measured.
    """

    kind: DepthKind
    focal_px: float | None = None
    scenes: str = ""
    max_m: float | None = None
    margins: Margins | None = None


@dataclass(frozen=True, slots=True)
class RangingSpec:
    """How to feed a network that finds the object in a box; its input's size is that of a crop.

    Attributes:
        margin: How much is seen round a box, as a share of its sides.
    """

    margin: float


@dataclass(frozen=True, slots=True)
class Card:
    """All that is known of one model file.

    Attributes:
        name: Short name.
        task: `detection`, `depth` or `ranging`.
        licence: Licence of the weights.
        origin: Where they come from.
        results: What they reach, each with its protocol, in words.
        input: How to feed the network.
        detector: Set for a detector.
        depth: Set for a depth network.
        ranging: Set for a ranging network.
        sha256: Digest of the ONNX file, if the card states one.
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
    sha256: str | None = None


def card_path(onnx_path: Path) -> Path:
    """Where the card of an ONNX file lies: beside it, with the ending .toml."""
    return onnx_path.with_suffix(".toml")


def read_card(path: Path) -> Card:
    """Read and check a card.

    Raises:
        ModelError: If the file is missing, is not TOML, or says something that cannot be.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(
            f"No card {path} beside the model: write one that says how to feed it (docs/model-cards.md shows how)."
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError(f"The model card {path} cannot be read: {error}.") from None
    return parse_card(table, str(path))


def parse_card(table: Mapping[str, Any], where: str) -> Card:
    """Build a card from a parsed TOML table; `where` names it in errors.

    Raises:
        ModelError: If a field is missing, unknown or of the wrong kind.
    """
    top = _Fields(table, where)
    task = top.choice("task", get_args(Task))
    source = _Fields(top.table("input"), f"{where} [input]")
    size = source.numbers("size", 2)
    spec = InputSpec(
        width_px=int(size[0]),
        height_px=int(size[1]),
        fit=cast(Fit, source.choice("fit", get_args(Fit))),
        multiple_px=int(source.number("multiple", 32)),
        scale_to=cast(ScaleTo, source.choice("scale_to", get_args(ScaleTo), "area")),
        resample=cast(Resample, source.choice("resample", get_args(Resample), "area")),
        colour=cast(Literal["rgb", "bgr"], source.choice("colour", ("rgb", "bgr"), "rgb")),
        mean=cast(tuple[float, float, float], source.numbers("mean", 3, (0.0, 0.0, 0.0))),
        std=cast(tuple[float, float, float], source.numbers("std", 3, (1.0, 1.0, 1.0))),
        pad=int(source.number("pad", 114)),
    )
    if min(spec.width_px, spec.height_px, spec.multiple_px) < 1 or min(spec.std) <= 0:
        raise ModelError(f"{where} [input]: size, multiple and std must be positive.")
    _refuse_uneven(spec, source)
    source.done()
    output = _Fields(top.table("output"), f"{where} [output]")
    card = Card(
        name=top.text("name"),
        task=cast(Task, task),
        licence=top.text("licence"),
        origin=top.text("origin", ""),
        results=top.texts("results", ()),
        sha256=top.text("sha256", "") or None,
        input=spec,
        detector=_detector_spec(output) if task == "detection" else None,
        depth=_depth_spec(output) if task == "depth" else None,
        ranging=RangingSpec(output.number("margin")) if task == "ranging" else None,
    )
    output.done()
    top.done()
    return card


def _refuse_uneven(spec: InputSpec, source: "_Fields") -> None:
    """Raise ModelError for a size that is fed as it is and not in the multiples that the card itself asks for."""
    if spec.fit == "keep-aspect" or "multiple" not in source.table_:
        return
    if spec.width_px % spec.multiple_px or spec.height_px % spec.multiple_px:
        raise ModelError(
            f"{source.where}: the size {spec.width_px}×{spec.height_px} is not in multiples of {spec.multiple_px}: "
            "correct one of them."
        )


def _detector_spec(output: "_Fields") -> DetectorSpec:
    return DetectorSpec(
        layout=cast(Layout, output.choice("layout", get_args(Layout))),
        classes=_class_names(output),
        score=output.number("score", 0.35),
        nms=output.number("nms", 0.6),
    )


def _depth_spec(output: "_Fields") -> DepthSpec:
    kind = cast(DepthKind, output.choice("kind", [k for k in get_args(DepthKind) if k != "disparity_px"]))
    focal = output.number("focal_px", 0.0)
    if focal and kind != "metres":
        raise ModelError(f"{output.where}: focal_px belongs to a depth network in metres, not to {kind}.")
    margins = _margins(output)
    if margins and kind != "metres":
        raise ModelError(f"{output.where}: margins belong to a depth network in metres, not to {kind}.")
    return DepthSpec(kind, focal or None, output.text("scenes", ""), output.number("max_m", 0.0) or None, margins)


def _margins(output: "_Fields") -> Margins | None:
    try:
        margins = tuple(_margin(table) for table in output.tables("margins"))
        return Margins(margins) if margins else None
    except SettingError as error:
        raise ModelError(f"{output.where}: {error}") from None


def _margin(table: "_Fields") -> Margin:
    classes = tuple(name.lower() for name in table.texts("classes", ()))
    margin = Margin(table.text("group"), classes, table.number("factor"), int(table.number("objects", 0)))
    table.done()
    return margin


def _class_names(output: "_Fields") -> tuple[str, ...]:
    if output.table_.get("classes") == "coco80":
        output.text("classes")
        return coco80()
    return output.texts("classes")


def coco80() -> tuple[str, ...]:
    """COCO's 80 class names, in the usual order."""
    text = resources.files("howfar.models").joinpath("coco80.txt").read_text(encoding="utf-8")
    return tuple(text.splitlines())


_REQUIRED: Any = object()


@dataclass
class _Fields:
    """Reads the fields of one table, remembers which, and complains in one sentence."""

    table_: Mapping[str, Any]
    where: str
    seen: set[str] = field(default_factory=set)

    def _get(self, key: str, default: Any, kind: type | tuple[type, ...], expected: str) -> Any:
        self.seen.add(key)
        value = self.table_.get(key, default)
        if value is _REQUIRED:
            raise ModelError(f"{self.where}: the field {key!r} is missing; it should be {expected}.")
        if value is not default and (not isinstance(value, kind) or isinstance(value, bool)):
            raise ModelError(f"{self.where}: the field {key!r} should be {expected}, not {value!r}.")
        return value

    def table(self, key: str) -> Mapping[str, Any]:
        return cast(Mapping[str, Any], self._get(key, _REQUIRED, dict, "a table"))

    def tables(self, key: str) -> "list[_Fields]":
        """The tables of an array of them; none where it is missing."""
        value = self._get(key, [], list, "tables, each under [[…]]")
        if not all(isinstance(each, dict) for each in value):
            raise ModelError(f"{self.where}: the field {key!r} should be tables, each under [[…]].")
        return [_Fields(each, f"{self.where}, {key} {place}") for place, each in enumerate(value, 1)]

    def text(self, key: str, default: Any = _REQUIRED) -> str:
        return cast(str, self._get(key, default, str, "a text"))

    def number(self, key: str, default: Any = _REQUIRED) -> float:
        return float(self._get(key, default, (int, float), "a number"))

    def choice(self, key: str, choices: Any, default: Any = _REQUIRED) -> str:
        expected = "one of " + ", ".join(choices)
        value = self._get(key, default, str, expected)
        if value not in choices:
            raise ModelError(f"{self.where}: the field {key!r} should be {expected}, not {value!r}.")
        return cast(str, value)

    def numbers(self, key: str, count: int, default: Any = _REQUIRED) -> tuple[float, ...]:
        value = self._get(key, default, list, f"a list of {count} numbers")
        if len(value) != count or not all(isinstance(v, int | float) for v in value):
            raise ModelError(f"{self.where}: the field {key!r} should be a list of {count} numbers, not {value!r}.")
        return tuple(value)

    def texts(self, key: str, default: Any = _REQUIRED) -> tuple[str, ...]:
        value = self._get(key, default, list, "a list of texts")
        if not all(isinstance(v, str) for v in value):
            raise ModelError(f"{self.where}: the field {key!r} should be a list of texts.")
        return tuple(value)

    def done(self) -> None:
        unknown = sorted(set(self.table_) - self.seen)
        if unknown:
            raise ModelError(f"{self.where}: unknown field {unknown[0]!r}; known are {', '.join(sorted(self.seen))}.")
