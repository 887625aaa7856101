"""What is exported: the network of a training, of a checkpoint, or of a folder of the hub."""

from pathlib import Path
from typing import TYPE_CHECKING

from howfar.cli.look_with import LOOK_WITH

if TYPE_CHECKING:
    from howfar.conversion.exportable import Exportable


def exportable(source: str, network: str | None, *, last: bool = False, recipe: Path | None = None) -> "Exportable":
    """The network that a training's folder, a checkpoint or a folder of the hub holds."""
    from howfar.conversion.hub.folders import is_hub_folder

    if Path(source).is_dir() and not is_hub_folder(Path(source)):
        return _of_training(Path(source), network, last, recipe)
    return _of_file(source, network, trained_only=last or recipe is not None)


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
            f"The model {name} is an ONNX file already: howfar look PHOTO {LOOK_WITH[entry.task].format(name)}"
        )
    if path is None:
        raise ModelError(f"The checkpoint {name} is not on this machine yet: run  howfar models pull {name}")
    return path
