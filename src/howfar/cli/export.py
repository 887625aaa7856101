"""`howfar export`: from a training or a published checkpoint to an ONNX file that `howfar look` runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from howfar.cli.console import results
from howfar.cli.export_source import exportable
from howfar.cli.extras import EXPORT_LIBRARIES, need_training
from howfar.cli.look_with import LOOK_WITH
from howfar.cli.options import Overwrite

if TYPE_CHECKING:
    from howfar.conversion.onnx_export import Comparison, Exported


INT8 = "In int8"
CHECK = "Compare"


def export(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="A training's folder, a .pt, .pth or .safetensors file, a folder as the Hugging Face hub keeps it, or "
            "a pulled checkpoint. With --int8, a name of howfar models or an .onnx file; with --check, pictures.",
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE.onnx", help="The ONNX file to write.")
    ] = None,
    network: Annotated[
        str | None,
        typer.Option(
            "--network",
            help="Which network a file holds: hybrid-cnn, fcrn, yolov5n to yolov5x, ssd300, mc-cnn-fast, "
            "mc-cnn-accurate, psmnet, dpt, zoedepth, depth-pro, marigold, depth-anything-v1, depth-anything-v2, and "
            "its metric versions -indoor and -outdoor, with or without -small, -base or -large (default: what the name "
            "of an official file of Depth Anything, or the config.json beside it, says).",
        ),
    ] = None,
    last: Annotated[bool, typer.Option("--last", help="Take a training's last checkpoint, not its best.")] = False,
    recipe: Annotated[
        Path | None,
        typer.Option("--recipe", help="Recipe that describes a training's weights under export (default: its own)."),
    ] = None,
    licence: Annotated[str | None, typer.Option("--licence", help="Licence of the weights, for the card.")] = None,
    half: Annotated[bool, typer.Option("--half", help="Store the weights in half precision: half the size.")] = False,
    int8: Annotated[
        bool,
        typer.Option(
            "--int8",
            help="Make of an ONNX file one that computes in whole numbers of 8 bits.",
            rich_help_panel=INT8,
        ),
    ] = False,
    calibrate: Annotated[
        str | None,
        typer.Option(
            "--calibrate",
            metavar="FOLDER",
            help="Pictures of what the network is for, a hundred or so: three in four tell the ranges of its numbers, "
            "the others what became of it.",
            rich_help_panel=INT8,
        ),
    ] = None,
    measure: Annotated[
        list[str] | None,
        typer.Option(
            "--measure",
            metavar="DATA",
            help="Labelled pictures to measure AP or REL on before and after; a part as DATA:PART.",
            rich_help_panel=INT8,
        ),
    ] = None,
    every: Annotated[
        int, typer.Option("--every", min=1, help="Of these take every Nth picture only.", rich_help_panel=INT8)
    ] = 1,
    most_loss: Annotated[
        float | None,
        typer.Option(
            "--most-loss",
            min=0,
            metavar="SHARE",
            help="The share of AP that may be lost, and that REL may grow by (default: 0.03).",
            rich_help_panel=INT8,
        ),
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option(
            "--check",
            metavar="FILE.onnx",
            help="Write nothing: compare this file with what it was made of, on the pictures that are named.",
            rich_help_panel=CHECK,
        ),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="SOURCE",
            help="What it was made of: a training's folder, a checkpoint, an .onnx file or a name (default: what the "
            "card of an int8 file says).",
            rich_help_panel=CHECK,
        ),
    ] = None,
    tolerance: Annotated[
        float | None,
        typer.Option(
            "--tolerance",
            min=0,
            metavar="SHARE",
            help="How far a file may be from its source: the share of boxes that are not found again, the mean "
            "difference of depth (default: 0.02, in int8 0.05).",
            rich_help_panel=CHECK,
        ),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Write a network as an ONNX file with its card, and check it against PyTorch; or make it faster in int8."""
    from howfar.cli.export_check import CheckRequest, check_file
    from howfar.cli.export_int8 import Int8Request, export_int8

    if check is not None:
        _refuse_beside("--check", out=out, int8=int8, calibrate=calibrate, measure=measure, last=last, recipe=recipe)
        check_file(CheckRequest(check, sources, against, network, tolerance))
        return
    source, target = _one_source(sources), _named(out)
    if not int8:
        _refuse_alone("--int8", calibrate=calibrate, measure=measure, most_loss=most_loss, tolerance=tolerance)
        _refuse_alone("--check", against=against)
        _export(source, target, _Described(network, last, recipe, licence), half=half, overwrite=overwrite)
        return
    _refuse_beside("--int8", network=network, last=last, recipe=recipe, half=half, against=against)
    export_int8(
        Int8Request(source, calibrate, target, measure or (), every, tolerance, most_loss, licence, overwrite),
    )


@dataclass(frozen=True, slots=True)
class _Described:
    """What is said of the weights that are exported from PyTorch; see the options."""

    network: str | None
    last: bool
    recipe: Path | None
    licence: str | None


def _export(source: str, out: Path, described: _Described, *, half: bool, overwrite: bool) -> None:
    need_training("Exporting", EXPORT_LIBRARIES)
    from dataclasses import replace

    from howfar.conversion.onnx_export import export as write
    from howfar.conversion.target import refuse_target

    refuse_target(out, overwrite=overwrite)
    ready = exportable(source, described.network, last=described.last, recipe=described.recipe)
    if described.licence is not None:
        ready = replace(ready, card=replace(ready.card, licence=described.licence))
    _tell(write(ready, out, half=half, overwrite=overwrite))


def _one_source(sources: list[str]) -> str:
    from howfar.errors import SettingError

    if len(sources) > 1:
        raise SettingError(f"One network is exported at a time: name {sources[0]} alone, or compare it by --check.")
    return sources[0]


def _named(out: Path | None) -> Path:
    if out is None:
        raise typer.BadParameter("say which file to write.", param_hint="--out")
    return out


def _refuse_beside(option: str, **given: object) -> None:
    """Raise SettingError where something is given that does not go with an option."""
    from howfar.errors import SettingError

    if flags := _flags(given):
        raise SettingError(f"{option} does not go with {flags[0]}: leave out one of them.")


def _refuse_alone(option: str, **given: object) -> None:
    """Raise SettingError where something is given that goes with an option alone, which is not."""
    from howfar.errors import SettingError

    if flags := _flags(given):
        raise SettingError(f"{flags[0]} goes with {option} alone: give that too, or leave it out.")


def _flags(given: Mapping[str, object]) -> list[str]:
    return [f"--{name.replace('_', '-')}" for name, value in given.items() if value not in (None, False)]


def _tell(exported: "Exported") -> None:
    from howfar.models.card import card_path

    card, path = exported.card, exported.path
    size = f"{path.stat().st_size / 1e6:.1f} MB"
    lines = [f"{path} ({size}) and its card {card_path(path)}"]
    if exported.comparisons:
        lines.append(f"against PyTorch: {_errors(exported.comparisons)}")
    if exported.halved:
        lines.append(f"with weights in half precision: {_errors(exported.halved)}")
    lines.append(f"time: {_times(exported.halved or exported.comparisons)}")
    lines.append(f"licence of the weights: {card.licence}")
    lines.append(f"howfar look PHOTO {LOOK_WITH['stereo' if card.takes_pair else card.task].format(path)}")
    for line in lines:
        results().print(line, soft_wrap=True)


def _times(comparisons: "tuple[Comparison, ...]") -> str:
    return " and ".join(
        f"PyTorch {each.torch_ms:.0f} ms, ONNX Runtime {each.onnx_ms:.0f} ms at {each.size_px[0]}×{each.size_px[1]}"
        for each in comparisons
    )


def _errors(comparisons: "tuple[Comparison, ...]") -> str:
    shares = (f"{each.error:.1e} at {each.size_px[0]}×{each.size_px[1]}" for each in comparisons)
    return f"largest difference, as a share of the largest value, {' and '.join(shares)}"
