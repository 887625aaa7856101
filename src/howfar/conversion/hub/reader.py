"""Reading foundation networks out of folders as the hub keeps them."""

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from howfar.conversion.checkpoints.safetensors import ENDING, single_precision_bytes
from howfar.conversion.exportable import Exportable
from howfar.conversion.hub.families import FOUNDATION_FAMILIES
from howfar.conversion.hub.folders import (
    CONFIGURATION,
    PIPELINE,
    is_hub_folder,
    read_table,
    stated_licence,
    weights_file,
)
from howfar.conversion.reader import Reader, refuse_large, with_zoo_facts
from howfar.errors import MissingExtraError, ModelError


def told_by_folder(root: Path) -> str:
    """Which of `FOUNDATION_FAMILIES` a folder of the hub holds.

    Raises:
        ModelError: If it holds none of them, or does not say.
    """
    pipeline = (root / PIPELINE).is_file()
    table = read_table(root / (PIPELINE if pipeline else CONFIGURATION))
    named = table.get("_class_name") if pipeline else next(iter(_texts(table.get("architectures"))), None)
    for name, family in FOUNDATION_FAMILIES.items():
        if named in family.architectures:
            return name
    known = ", ".join(each for family in FOUNDATION_FAMILIES.values() for each in family.architectures)
    raise ModelError(
        f"{root} holds {named or 'a network without a name'}, which is not read: those that are, are {known}."
    )


def _texts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _told(path: Path) -> str | None:
    if path.is_dir():
        return told_by_folder(path)
    root = _hub_folder(path)
    return told_by_folder(root) if root and path.suffix == ENDING else None


def _hub_folder(path: Path) -> Path | None:
    """The folder of the hub that a path is, or lies in."""
    root = path if path.is_dir() else path.parent
    return root if is_hub_folder(root) else None


def _read(path: Path, name: str) -> Exportable:
    """Build the network that a folder of the hub, or the file of weights in it, holds."""
    root = _hub_folder(path)
    if root is None:
        raise ModelError(
            f"{path} has no config.json beside it: {name} is read from a folder as the hub keeps it, whole."
        )
    told = told_by_folder(root)
    if told != name:
        raise ModelError(
            f"{root} says that it holds {told}, not {name}: name another folder, or no network.", setting="network"
        )
    if find_spec("transformers") is None:
        raise MissingExtraError(f"Exporting {name}", "foundation")
    family = FOUNDATION_FAMILIES[name]
    weights = weights_file(root / family.largest)
    refuse_large(weights, single_precision_bytes(weights) if weights.suffix == ENDING else None)
    exportable = family.build(root)
    known = with_zoo_facts(replace(exportable.card, licence=stated_licence(root)), weights)
    origin = "; ".join(text for text in (f"{root.name}, {family.title}", exportable.card.origin) if text)
    return replace(exportable, card=replace(known, name=name, origin=origin))


HUB = Reader(tuple(FOUNDATION_FAMILIES), FOUNDATION_FAMILIES.__contains__, _told, _read)
