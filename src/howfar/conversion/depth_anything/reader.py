"""Reading the published checkpoints of Depth Anything, by whichever names their weights have."""

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from howfar.conversion.checkpoints.safetensors import ENDING, read_safetensors
from howfar.conversion.checkpoints.weights import read_weights
from howfar.conversion.depth_anything.families import FAMILIES, split_name, told_by_file
from howfar.conversion.exportable import Exportable
from howfar.conversion.hub.folders import holds_depth_anything, weights_file
from howfar.conversion.reader import Reader, refuse_large, with_zoo_facts
from howfar.errors import MissingExtraError, SettingError


def _told(path: Path) -> str | None:
    if path.is_dir():
        return told_by_file(weights_file(path)) if holds_depth_anything(path) else None
    return told_by_file(path)


def _read(path: Path, name: str) -> Exportable:
    path = weights_file(path) if path.is_dir() else path
    named = split_name(name)
    if named is None:
        raise SettingError(f"{name!r} is no network of Depth Anything: choose one of {', '.join(FAMILIES)}.")
    refuse_large(path)
    if find_spec("transformers") is None:
        raise MissingExtraError("Exporting Depth Anything", "foundation")
    # Takes seconds to import, and only this needs it.
    from howfar.conversion.depth_anything.network import depth_anything

    weights = read_safetensors(path) if path.suffix == ENDING else read_weights(path)
    exportable = depth_anything(path, weights, *named)
    # Its own origin says as much as the zoo's, and how positions are resized.
    card = replace(with_zoo_facts(exportable.card, path), origin=exportable.card.origin)
    return Exportable(exportable.network, card)


DEPTH_ANYTHING = Reader(tuple(FAMILIES), lambda name: split_name(name) is not None, _told, _read)
"""A name may be followed by a size."""
