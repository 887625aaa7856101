"""Writing a model card: the TOML text that `howfar.models.card_reading` reads back as the same card."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from howfar.io.toml import Lines, toml_text, write_toml
from howfar.models.card import (
    HEADS,
    Card,
    DepthSpec,
    DetectorSpec,
    Head,
    InputSpec,
    Int8Facts,
    RangingSpec,
    StereoSpec,
    coco80,
)
from howfar.networks.default_boxes import DefaultBoxes
from howfar.scene.margins import DomainMargin, Margin, Margins, Spread

Table = tuple[str, Lines]
"""A table's heading, and its fields."""


def write_card(card: Card, path: Path, *, overwrite: bool = False) -> None:
    """Write a card as a TOML file.

    Raises:
        OutputError: If the file is there and may not be replaced, or cannot be written.
    """
    write_toml(_tables(card), path, overwrite=overwrite)


def card_text(card: Card) -> str:
    """A card as TOML; what has its default is left out, but for what every card should say."""
    return toml_text(_tables(card))


def _tables(card: Card) -> Iterator[Table]:
    several = len(card.inputs) > 1 or card.input.name != ""
    yield "", _top_lines(card)
    if card.int8 is not None:
        yield "[int8]", _int8_lines(card.int8)
    yield from (("[[input]]" if several else "[input]", _input_lines(spec)) for spec in card.inputs)
    heads = HEADS[card.task]
    for head in heads:
        yield from _head_tables(card, head, "output" if len(heads) == 1 else f"output.{head}")


def _head_tables(card: Card, head: Head, heading: str) -> Iterator[Table]:
    match head:
        case "detection":
            yield f"[{heading}]", _detector_lines(card.detector)
            if card.detector is not None and card.detector.default_boxes is not None:
                yield f"[{heading}.default_boxes]", _default_box_lines(card.detector.default_boxes)
        case "depth":
            yield f"[{heading}]", _depth_lines(card.depth)
            if card.depth is not None and card.depth.margins is not None:
                yield from _margin_tables(card.depth.margins, heading)
        case "ranging":
            yield f"[{heading}]", _ranging_lines(card.ranging)
        case "stereo":
            yield f"[{heading}]", _stereo_lines(card.stereo)


def _margin_tables(margins: Margins, heading: str) -> Iterator[Table]:
    """The margins of a depth network as the last tables of its card."""
    yield from ((f"[[{heading}.margins]]", _margin_lines(margin)) for margin in margins.all)
    yield from ((f"[[{heading}.margins]]", _domain_margin_lines(margin)) for margin in margins.domains)
    yield from ((f"[[{heading}.spreads]]", _spread_lines(spread)) for spread in margins.spreads)


def _top_lines(card: Card) -> Lines:
    yield from (("name", card.name), ("task", card.task), ("licence", card.licence))
    yield from _given(card, "origin", "sha256", "bf16", "results")


def _int8_lines(facts: Int8Facts) -> Lines:
    yield from (("source", facts.source), ("pictures", facts.pictures), ("reduced_range", facts.reduced_range))
    yield from _given(facts, "source_sha256", "calibrated_on", "layers", "float_layers", "depth_scale")


def _input_lines(spec: InputSpec) -> Lines:
    if spec.name:
        yield from (("name", spec.name), ("picture", spec.picture))
    yield from (("size", (spec.width_px, spec.height_px)), ("fit", spec.fit))
    if spec.follows_shape or spec.multiple_px != _defaults(InputSpec)["multiple_px"]:
        yield "multiple", spec.multiple_px
    yield from _given(spec, "scale_to", "resample")
    yield "colour", spec.colour
    yield from _given(spec, "mean", "std")
    if spec.has_bars or spec.pad != _defaults(InputSpec)["pad"]:
        yield "pad", spec.pad


def _detector_lines(spec: DetectorSpec | None) -> Lines:
    if spec is not None:
        yield "layout", spec.layout
        yield "classes", "coco80" if spec.classes == coco80() else spec.classes
        yield from (("score", spec.score), ("nms", spec.nms))
        yield from _given(spec, "tensors", "box_log_sd", "box_edge_px", "scores", "disparity_log_sd")
        if spec.layout == "rtdetr" or spec.boxes != _defaults(DetectorSpec)["boxes"]:  # of rtdetr, another default
            yield "boxes", spec.boxes


def _default_box_lines(boxes: DefaultBoxes) -> Lines:
    yield from (("side_px", boxes.side_px), ("maps", boxes.maps), ("steps_px", boxes.steps_px))
    yield from (("scales", boxes.scales), ("ratios", boxes.ratios), ("variances", boxes.variances))
    yield "shift", boxes.shift


def _depth_lines(spec: DepthSpec | None) -> Lines:
    if spec is not None:
        yield "kind", spec.kind
        yield from _given(spec, "focal_px", "scenes", "max_m", "sky_m", "tensors")


def _margin_lines(margin: Margin) -> Lines:
    yield "group", margin.group
    if margin.classes:
        yield "classes", margin.classes
    yield from (("factor", margin.factor), ("objects", margin.objects))


def _domain_margin_lines(margin: DomainMargin) -> Lines:
    yield from (("domain", margin.domain), ("depth_m", margin.depth_m), ("factors", margin.factors))
    if margin.pull is not None:
        yield from (("usual_m", margin.pull.usual_m), ("slope", margin.pull.slope))
    yield from _given(margin, "surface_quantile")
    if margin.objects:
        yield "objects", margin.objects
    yield "places", margin.places
    if margin.data:
        yield "data", margin.data


def _spread_lines(spread: Spread) -> Lines:
    yield from (("of", spread.of), ("domain", spread.domain), ("factor", spread.factor))
    yield from (("objects", spread.objects), ("places", spread.places))


def _ranging_lines(spec: RangingSpec | None) -> Lines:
    if spec is not None:
        yield "margin", spec.margin


def _stereo_lines(spec: StereoSpec | None) -> Lines:
    if spec is not None:
        yield "pipeline", spec.pipeline
        if spec.margins:
            yield "margins", spec.margins
        yield from (("sds_px", spec.sds_px), ("failed_sd_px", spec.failed_sd_px))


def _given(part: Card | InputSpec | DetectorSpec | DepthSpec | DomainMargin | Int8Facts, *names: str) -> Lines:
    """The fields, of those named, that have another value than their default; the card calls them the same."""
    defaults = _defaults(type(part))
    yield from ((name, getattr(part, name)) for name in names if getattr(part, name) != defaults[name])


def _defaults(kind: type[Any]) -> dict[str, Any]:
    return {field.name: field.default for field in fields(kind)}
