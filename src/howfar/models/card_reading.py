"""Reading a model card: from its TOML text to a `Card`, or one sentence that says what is wrong with it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast, get_args

from howfar.errors import ModelError, SettingError
from howfar.io.toml import Fields, read_toml
from howfar.models.card import (
    Card,
    Colour,
    DepthSpec,
    DetectorSpec,
    Fit,
    InputSpec,
    LayoutName,
    RangingSpec,
    Resample,
    ScaleTo,
    Task,
    coco80,
)
from howfar.scene import DepthKind
from howfar.scene.margins import Margin, Margins


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
    spec, output = _input_spec(top.subtable("input")), top.subtable("output")
    card = Card(
        name=top.text("name"),
        task=task,
        licence=top.text("licence"),
        origin=top.text("origin", ""),
        results=top.texts("results", ()),
        sha256=top.text("sha256", "") or None,
        input=spec,
        detector=_detector_spec(output) if task == "detection" else None,
        depth=_depth_spec(output) if task == "depth" else None,
        ranging=RangingSpec(output.number("margin")) if task == "ranging" else None,
    )
    output.refuse_others()
    top.refuse_others()
    return card


def _input_spec(table: Fields) -> InputSpec:
    size = table.numbers("size", 2)
    spec = InputSpec(
        width_px=int(size[0]),
        height_px=int(size[1]),
        fit=cast(Fit, table.choice("fit", get_args(Fit))),
        multiple_px=int(table.number("multiple", 32)),
        scale_to=cast(ScaleTo, table.choice("scale_to", get_args(ScaleTo), "area")),
        resample=cast(Resample, table.choice("resample", get_args(Resample), "area")),
        colour=cast(Colour, table.choice("colour", get_args(Colour), "rgb")),
        mean=cast(tuple[float, float, float], table.numbers("mean", 3, (0.0, 0.0, 0.0))),
        std=cast(tuple[float, float, float], table.numbers("std", 3, (1.0, 1.0, 1.0))),
        pad=int(table.number("pad", 114)),
    )
    table.refuse_others()
    if min(spec.width_px, spec.height_px, spec.multiple_px) < 1 or min(spec.std) <= 0:
        raise ModelError(f"{table.where}: size, multiple and std must be positive.")
    if spec.fit != "keep-aspect" and "multiple" in table:
        _refuse_uneven(spec, table.where)
    return spec


def _refuse_uneven(spec: InputSpec, where: str) -> None:
    """Raise ModelError for a size that is not in the multiples that the card itself asks for."""
    if spec.width_px % spec.multiple_px or spec.height_px % spec.multiple_px:
        raise ModelError(
            f"{where}: the size {spec.width_px}×{spec.height_px} is not in multiples of {spec.multiple_px}: "
            "correct one of them."
        )


def _detector_spec(table: Fields) -> DetectorSpec:
    return DetectorSpec(
        layout=cast(LayoutName, table.choice("layout", get_args(LayoutName))),
        classes=_class_names(table),
        score=table.number("score", 0.35),
        nms=table.number("nms", 0.6),
    )


def _class_names(table: Fields) -> tuple[str, ...]:
    if table.table.get("classes") == "coco80":
        table.text("classes")
        return coco80()
    return table.texts("classes")


def _depth_spec(table: Fields) -> DepthSpec:
    kind = cast(DepthKind, table.choice("kind", [kind for kind in get_args(DepthKind) if kind != "disparity_px"]))
    focal_px = table.number("focal_px", 0.0) or None
    margins = _margins(table)
    if kind != "metres" and focal_px is not None:
        raise ModelError(f"{table.where}: focal_px belongs to a depth network in metres, not to {kind}.")
    if kind != "metres" and margins is not None:
        raise ModelError(f"{table.where}: margins belong to a depth network in metres, not to {kind}.")
    return DepthSpec(kind, focal_px, table.text("scenes", ""), table.number("max_m", 0.0) or None, margins)


def _margins(table: Fields) -> Margins | None:
    try:
        margins = tuple(_margin(each) for each in table.subtables("margins"))
        return Margins(margins) if margins else None
    except SettingError as error:
        raise ModelError(f"{table.where}: {error}") from None


def _margin(table: Fields) -> Margin:
    classes = tuple(name.lower() for name in table.texts("classes", ()))
    margin = Margin(table.text("group"), classes, table.number("factor"), int(table.number("objects", 0)))
    table.refuse_others()
    return margin
