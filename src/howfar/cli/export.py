"""`howfar export`: from a training or a published checkpoint to an ONNX file that `howfar look` runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from howfar.cli.console import results
from howfar.cli.extras import EXPORT_LIBRARIES, need_training
from howfar.cli.options import Overwrite

if TYPE_CHECKING:
    from howfar.conversion.exportable import Exportable
    from howfar.conversion.onnx_export import Comparison, Exported


USED_BY = {
    "detection": "--detector {0}",
    "depth": "--depth-model {0}",
    "ranging": "--method auto:{0}",
    "joint": "--detector {0} --depth-model {0}",
}
"""How `howfar look` is told to use a file, by the task of its card."""


def export(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="A training's folder, a .pt, .pth or .safetensors file, a folder as the Hugging Face hub keeps it, or "
            "a pulled checkpoint.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE.onnx", help="The ONNX file to write.")],
    network: Annotated[
        str | None,
        typer.Option(
            "--network",
            help="Which network a file holds: hybrid-cnn, fcrn, yolov5n to yolov5x, ssd300, dpt, zoedepth, depth-pro, "
            "marigold, depth-anything-v1, depth-anything-v2, and its metric versions -indoor and -outdoor, with or "
            "without -small, -base or -large (default: what the name of an official file of Depth Anything, or the "
            "config.json beside it, says).",
        ),
    ] = None,
    last: Annotated[bool, typer.Option("--last", help="Take a training's last checkpoint, not its best.")] = False,
    recipe: Annotated[
        Path | None,
        typer.Option("--recipe", help="Recipe that describes a training's weights under export (default: its own)."),
    ] = None,
    licence: Annotated[str | None, typer.Option("--licence", help="Licence of the weights, for the card.")] = None,
    half: Annotated[bool, typer.Option("--half", help="Store the weights in half precision: half the size.")] = False,
    overwrite: Overwrite = False,
) -> None:
    """Write a network as an ONNX file with its card, and check it against PyTorch."""
    need_training("Exporting", EXPORT_LIBRARIES)
    from dataclasses import replace

    from howfar.conversion.hub.folders import is_hub_folder
    from howfar.conversion.onnx_export import export as write
    from howfar.conversion.onnx_export import refuse_target

    refuse_target(out, overwrite=overwrite)
    if Path(source).is_dir() and not is_hub_folder(Path(source)):
        ready = _of_training(Path(source), network, last, recipe)
    else:
        ready = _of_file(source, network, trained_only=last or recipe is not None)
    if licence is not None:
        ready = replace(ready, card=replace(ready.card, licence=licence))
    _tell(write(ready, out, half=half, overwrite=overwrite))


def _of_training(root: Path, network: str | None, last: bool, recipe: Path | None) -> "Exportable":
    from howfar.errors import SettingError
    from howfar.training.trained import trained_network

    if network is not None:
        raise SettingError(f"{root} is the folder of a training, which knows its network: leave out --network.")
    return trained_network(root, last=last, described=recipe)


def _of_file(source: str, network: str | None, *, trained_only: bool) -> "Exportable":
    from howfar.conversion.published import PUBLISHED, published_network, told_network
    from howfar.errors import ModelError, SettingError
    from howfar.models.zoo import entries

    if trained_only:
        raise SettingError(
            f"--last and --recipe are for the folder of a training, and {source} is none: leave them out."
        )
    path = Path(source)
    if source in entries() and not path.exists():
        path = _pulled(source)
        network = network or (None if path.is_dir() else source)
    if not path.exists():
        raise ModelError(
            f"There is no {source}: name the folder of a training or of the hub, a .pt, .pth or .safetensors file, or "
            "a model to pull."
        )
    network = network or told_network(path)
    if network is None:
        raise SettingError(f"Say with --network which network {path} holds: one of {', '.join(PUBLISHED)}.")
    return published_network(path, network)


def _pulled(name: str) -> Path:
    from howfar.errors import ModelError
    from howfar.models.zoo import find_entry, pulled_folder, pulled_path

    entry = find_entry(name)
    path = pulled_folder(entry) if entry.beside else pulled_path(entry)
    if entry.unsupported:
        raise ModelError(f"{name} is not supported: {entry.unsupported}.")
    if entry.runs_at_once:
        raise ModelError(
            f"The model {name} is an ONNX file already: howfar look PHOTO {USED_BY[entry.task].format(name)}"
        )
    if path is None:
        raise ModelError(f"The checkpoint {name} is not on this machine yet: run  howfar models pull {name}")
    return path


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
    lines.append(f"howfar look PHOTO {USED_BY[card.task].format(path)}")
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
