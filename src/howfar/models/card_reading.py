"""Reading a model card: from its TOML text to a `Card`, or one sentence that says what is wrong with it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast, get_args

from howfar.errors import ModelError, SettingError
from howfar.io.toml import NOT_NEGATIVE, POSITIVE, SHARE, Fields, Range, read_toml
from howfar.models.card import (
    BOX_EDGE_PX,
    DEFAULT_BOX_LAYOUTS,
    DISPARITY_LOG_SD,
    HEADS,
    BoxUnit,
    Card,
    Colour,
    DepthSpec,
    DetectorSpec,
    Fit,
    Head,
    InputSpec,
    Int8Facts,
    LayoutName,
    Picture,
    RangingSpec,
    Resample,
    ScaleTo,
    ScoreUnit,
    StereoPipeline,
    StereoSpec,
    Task,
    coco80,
)
from howfar.networks.default_boxes import DefaultBoxes
from howfar.scene import DepthKind
from howfar.scene.detections import BOX_LOG_SD
from howfar.scene.domain import Domain
from howfar.scene.margins import MIDDLE, DomainMargin, Margin, Margins, Pull, Spread, SpreadOf

SIDES = Range(" from 1 to 8192", 1, 8192)
"""Pixels along a side of a network's input: beyond it a picture alone would take a gigabyte."""
GREYS = Range(" from 0 to 255", 0, 255)
MARGINS = Range(" from 0 to 10", 0, 10)


def read_card(path: Path) -> Card:
    """Read and check a card.

    Raises:
        ModelError: If the file is missing, is not TOML, or says something that cannot be.
    """
    advice = "write one beside the model, which says how to feed it (docs/model-cards.md shows how)"
    return parse_card(read_toml(path, "model card", ModelError, advice), str(path))


def parse_card(table: Mapping[str, Any], where: str) -> Card:
    """Build a card from a parsed TOML table; `where` names it in errors.

    Raises:
        ModelError: If a field is missing, unknown or of the wrong kind.
    """
    top = Fields(table, where, ModelError)
    task = cast(Task, top.choice("task", get_args(Task)))
    first, *further = _input_specs(top)
    heads = _heads(task, top.subtable("output"))
    card = Card(
        name=top.text("name"),
        task=task,
        licence=top.text("licence"),
        origin=top.text("origin", ""),
        results=top.texts("results", ()),
        sha256=top.text("sha256", "") or None,
        bf16=top.flag("bf16", False),
        int8=_int8_facts(top.subtable("int8")) if "int8" in top else None,
        input=first,
        further_inputs=tuple(further),
        detector=_detector_spec(heads["detection"]) if "detection" in heads else None,
        depth=_depth_spec(heads["depth"], pair=any(each.picture == "right" for each in (first, *further)))
        if "depth" in heads
        else None,
        ranging=RangingSpec(heads["ranging"].number("margin", within=MARGINS)) if "ranging" in heads else None,
        stereo=_stereo_spec(heads["stereo"]) if "stereo" in heads else None,
    )
    for head in heads.values():
        head.refuse_others()
    top.refuse_others()
    _refuse_other_side(card, where)
    return card


def _refuse_other_side(card: Card, where: str) -> None:
    """Raise ModelError where default boxes lie in an input of another size than the card's."""
    boxes = card.detector and card.detector.default_boxes
    size = card.input.width_px, card.input.height_px
    if boxes and (size != (boxes.side_px, boxes.side_px) or card.input.follows_shape):
        raise ModelError(
            f"{where}: the default boxes lie in an input of {boxes.side_px}×{boxes.side_px}, and the card feeds "
            f'{size[0]}×{size[1]} by "{card.input.fit}": give that size, and fit = "stretch" or "letterbox".'
        )


def _input_specs(top: Fields) -> list[InputSpec]:
    """The only input, or several of them that have names."""
    if not isinstance(top.table.get("input"), list):
        return [_input_spec(top.subtable("input"))]
    specs = [
        _input_spec(
            table, name=table.text("name"), picture=cast(Picture, table.choice("picture", get_args(Picture), "left"))
        )
        for table in top.subtables("input")
    ]
    if len({spec.name for spec in specs}) < max(1, len(specs)):
        raise ModelError(f"{top.where}: each [[input]] has a name of its own, and there is at least one.")
    return specs


def _heads(task: Task, output: Fields) -> dict[Head, Fields]:
    """The table of each head of a network: [output] itself where there is one head, else a table within it."""
    names = HEADS[task]
    if len(names) == 1:
        return {names[0]: output}
    heads = {name: output.subtable(name) for name in names}
    output.refuse_others()
    for table in heads.values():
        table.texts("tensors")  # required here, as each of several heads reads other outputs
    return heads


def _input_spec(table: Fields, name: str = "", picture: Picture = "left") -> InputSpec:
    size = table.numbers("size", 2, within=SIDES)
    spec = InputSpec(
        width_px=int(size[0]),
        height_px=int(size[1]),
        fit=cast(Fit, table.choice("fit", get_args(Fit))),
        multiple_px=table.whole("multiple", 32, SIDES),
        scale_to=cast(ScaleTo, table.choice("scale_to", get_args(ScaleTo), "area")),
        resample=cast(Resample, table.choice("resample", get_args(Resample), "area")),
        colour=cast(Colour, table.choice("colour", get_args(Colour), "rgb")),
        mean=cast(tuple[float, float, float], table.numbers("mean", 3, (0.0, 0.0, 0.0))),
        std=cast(tuple[float, float, float], table.numbers("std", 3, (1.0, 1.0, 1.0), POSITIVE)),
        pad=table.whole("pad", 114, GREYS),
        name=name,
        picture=picture,
    )
    table.refuse_others()
    if not spec.follows_shape and "multiple" in table:
        _refuse_uneven(spec, table.where)
    return spec


def _refuse_uneven(spec: InputSpec, where: str) -> None:
    """Raise ModelError for a size that is not in the multiples that the card itself asks for."""
    if spec.width_px % spec.multiple_px or spec.height_px % spec.multiple_px:
        raise ModelError(
            f"{where}: the size {spec.width_px}×{spec.height_px} is not in multiples of {spec.multiple_px}: "
            "correct one of them."
        )


def _int8_facts(table: Fields) -> Int8Facts:
    facts = Int8Facts(
        source=table.text("source"),
        pictures=table.whole("pictures", within=POSITIVE),
        reduced_range=table.flag("reduced_range"),
        source_sha256=table.text("source_sha256", ""),
        calibrated_on=table.text("calibrated_on", ""),
        layers=table.whole("layers", 0, NOT_NEGATIVE),
        float_layers=table.whole("float_layers", 0, NOT_NEGATIVE),
        depth_scale=table.number("depth_scale", 1.0, POSITIVE),
    )
    table.refuse_others()
    return facts


def _detector_spec(table: Fields) -> DetectorSpec:
    layout = cast(LayoutName, table.choice("layout", get_args(LayoutName)))
    spec = DetectorSpec(
        layout=layout,
        classes=_class_names(table),
        score=table.number("score", 0.35, SHARE),
        nms=table.number("nms", 0.6, SHARE),
        tensors=table.texts("tensors", ()),
        box_log_sd=table.number("box_log_sd", BOX_LOG_SD, NOT_NEGATIVE),
        box_edge_px=table.number("box_edge_px", BOX_EDGE_PX, NOT_NEGATIVE),
        boxes=cast(BoxUnit, table.choice("boxes", get_args(BoxUnit), "normalised" if layout == "rtdetr" else "pixels")),
        scores=cast(ScoreUnit, table.choice("scores", get_args(ScoreUnit), "probabilities")),
        default_boxes=_default_boxes(table, layout) if layout in DEFAULT_BOX_LAYOUTS else None,
        disparity_log_sd=(
            table.number("disparity_log_sd", DISPARITY_LOG_SD, POSITIVE) if layout == "ssd-pair" else DISPARITY_LOG_SD
        ),
    )
    if spec.default_boxes is not None and spec.boxes == "normalised":
        raise ModelError(f"{table.where}: the boxes of the layout {layout} are offsets: leave out 'boxes'.")
    if layout == "nanodet" and spec.boxes == "normalised":
        raise ModelError(f"{table.where}: the boxes of a nanodet layout are distances in strides: leave out 'boxes'.")
    return spec


def _default_boxes(output: Fields, layout: LayoutName) -> DefaultBoxes:
    table = output.subtable("default_boxes")
    try:
        boxes = DefaultBoxes(
            side_px=table.whole("side_px", within=SIDES),
            maps=tuple(map(int, table.numbers("maps", within=SIDES))),
            steps_px=table.numbers("steps_px", within=POSITIVE),
            scales=table.numbers("scales", within=POSITIVE),
            ratios=table.number_lists("ratios", POSITIVE),
            variances=cast(tuple[float, float], table.numbers("variances", 2, (0.1, 0.2), POSITIVE)),
            shift=table.number("shift", within=NOT_NEGATIVE) if layout == "ssd-pair" else None,
        )
    except ValueError as error:
        raise ModelError(f"{table.where}: {error}.") from None
    table.refuse_others()
    return boxes


def _class_names(table: Fields) -> tuple[str, ...]:
    if table.table.get("classes") == "coco80":
        table.text("classes")
        return coco80()
    names = table.texts("classes")
    if not names:
        raise ModelError(f"{table.where}: a detector has at least one class; name it in 'classes'.")
    return names


def _depth_spec(table: Fields, *, pair: bool) -> DepthSpec:
    kinds = [kind for kind in get_args(DepthKind) if pair or kind != "disparity_px"]
    kind = cast(DepthKind, table.choice("kind", kinds))
    focal_px = table.number("focal_px", 0.0, NOT_NEGATIVE) or None
    margins = _margins(table)
    if kind != "metres" and focal_px is not None:
        raise ModelError(f"{table.where}: focal_px belongs to a depth network in metres, not to {kind}.")
    if kind != "metres" and margins is not None:
        raise ModelError(f"{table.where}: margins belong to a depth network in metres, not to {kind}.")
    tensors = table.texts("tensors", ())
    if len(tensors) > 1:
        raise ModelError(f"{table.where}: depth is read from one output; name only that in 'tensors'.")
    sky_m = table.number("sky_m", 0.0, NOT_NEGATIVE) or None
    if kind != "metres" and sky_m is not None:
        raise ModelError(f"{table.where}: sky_m belongs to a depth network in metres, not to {kind}.")
    max_m = table.number("max_m", 0.0, NOT_NEGATIVE) or None
    return DepthSpec(kind, focal_px, table.text("scenes", ""), max_m, margins, tensors, sky_m)


def _stereo_spec(table: Fields) -> StereoSpec:
    spec = StereoSpec(
        pipeline=cast(StereoPipeline, table.choice("pipeline", get_args(StereoPipeline))),
        margins=table.numbers("margins", default=()),
        sds_px=table.numbers("sds_px", default=(1.0,), within=POSITIVE),
        failed_sd_px=table.number("failed_sd_px", 10.0, POSITIVE),
    )
    if len(spec.sds_px) != len(spec.margins) + 1 or list(spec.margins) != sorted({*spec.margins}):
        raise ModelError(f"{table.where}: margins that rise go with one more of sds_px: correct one of them.")
    return spec


def _margins(table: Fields) -> Margins | None:
    try:
        tables = table.subtables("margins")
        by_domain = tuple(_domain_margin(each) for each in tables if "domain" in each)
        by_class = tuple(_margin(each) for each in tables if "domain" not in each)
        spreads = tuple(_spread(each) for each in table.subtables("spreads"))
        return Margins(by_class, by_domain, spreads) if by_class or by_domain or spreads else None
    except SettingError as error:
        raise ModelError(f"{table.where}: {error}") from None


def _margin(table: Fields) -> Margin:
    classes = tuple(name.lower() for name in table.texts("classes", ()))
    margin = Margin(table.text("group"), classes, table.number("factor"), table.whole("objects", 0, NOT_NEGATIVE))
    table.refuse_others()
    return margin


def _domain_margin(table: Fields) -> DomainMargin:
    margin = DomainMargin(
        domain=cast(Domain, table.choice("domain", get_args(Domain))),
        depth_m=table.numbers("depth_m"),
        factors=table.numbers("factors"),
        objects=tuple(int(count) for count in table.numbers("objects", default=(), within=NOT_NEGATIVE)),
        places=table.whole("places", 0, NOT_NEGATIVE),
        data=table.texts("data", ()),
        pull=Pull(table.number("usual_m"), table.number("slope")) if {"usual_m", "slope"} & set(table.table) else None,
        surface_quantile=table.number("surface_quantile", MIDDLE),
    )
    table.refuse_others()
    return margin


def _spread(table: Fields) -> Spread:
    spread = Spread(
        of=cast(SpreadOf, table.choice("of", get_args(SpreadOf))),
        domain=cast(Domain, table.choice("domain", get_args(Domain))),
        factor=table.number("factor"),
        objects=table.whole("objects", 0, NOT_NEGATIVE),
        places=table.whole("places", 0, NOT_NEGATIVE),
    )
    table.refuse_others()
    return spread
