"""From a checkpoint that others published to a network with its card, ready to be exported."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from torch import Tensor

from howfar.conversion.checkpoints.class_names import read_class_names
from howfar.conversion.checkpoints.safetensors import ENDING, read_safetensors, single_precision_bytes
from howfar.conversion.checkpoints.weights import load_weights, read_weights
from howfar.conversion.depth_anything.families import FAMILIES, split_name, told_by_file
from howfar.conversion.hub.families import FOUNDATION_FAMILIES
from howfar.conversion.hub.folders import holds_depth_anything, is_hub_folder, told_by_folder, weights_file
from howfar.conversion.onnx_export import Exportable, InMetres
from howfar.datasets.nyu import NYU_CAMERA
from howfar.errors import MissingExtraError, ModelError, SettingError
from howfar.models.card import UNKNOWN_LICENCE, Card, DepthSpec, DetectorSpec, InputSpec, coco80
from howfar.models.memory import refuse_beyond_memory
from howfar.models.session import file_digest
from howfar.models.zoo import entries, is_whole, pulled_path
from howfar.networks.catalogue import DETECTOR_NETWORKS, build, depth_entry, detector_entry
from howfar.networks.yolov5 import DecodedYOLOv5

COCO_SIDE_PX = 640
HEAD_BIAS = "model.24.m.0.bias"


@dataclass(frozen=True, slots=True)
class PublishedDepth:
    """How the authors of a depth network fed it, all on NYU Depth v2.

    Attributes:
        size_px: Width and height of the input.
        base_px: Width and height that a whole picture was resized to; the input was cut out of that, which leaves the
            focal length as it is.
        paper: Where the format was published.
    """

    size_px: tuple[int, int]
    base_px: tuple[int, int]
    paper: str


PUBLISHED_DEPTH = {
    "fcrn": PublishedDepth((304, 228), (320, 240), "Laina et al., 3DV 2016"),
    "hybrid-cnn": PublishedDepth((320, 256), (352, 264), "Harsányi et al., MISSI 2018"),
}

PUBLISHED = (*PUBLISHED_DEPTH, *FAMILIES, *FOUNDATION_FAMILIES, *DETECTOR_NETWORKS)
"""The networks that published checkpoints are read for; those of Depth Anything may be followed by a size."""

LEAST_BYTES, MEMORY_TIMES = 1.0e9, 4.0
"""The memory that an export takes: for a picture on its way, and as a multiple of the checkpoint, which is there as
bytes, as weights and as ONNX. Depth Anything takes 1.4 GB in its small size and 2.4 GB in its base size."""


def told_network(path: Path) -> str | None:
    """Which network a file, or a folder of the hub, says it holds; None where it does not.

    Raises:
        ModelError: If a folder says that it holds one that is not read.
    """
    if path.is_dir():
        return told_by_file(weights_file(path)) if holds_depth_anything(path) else told_by_folder(path)
    root, told = _hub_folder(path), told_by_file(path)
    return told_by_folder(root) if root and not told and path.suffix == ENDING else told


def published_network(path: Path, name: str) -> Exportable:
    """Read a published checkpoint, running no code from it.

    Args:
        path: The .pt or .pth file; of Depth Anything a .safetensors file too; or a folder of the hub.
        name: Which of `PUBLISHED` it holds.

    Raises:
        SettingError: If there is no such network.
        ModelError: If the file cannot be read, holds another network, or needs more memory than there is.
        MissingExtraError: If it is a foundation network, and transformers is not installed.
    """
    if name in FOUNDATION_FAMILIES:
        return _foundation(path, name)
    path = weights_file(path) if path.is_dir() else path
    family = split_name(name)
    if family is None and name not in PUBLISHED:
        raise SettingError(
            f"No published checkpoint is known of the network {name!r}: choose one of {', '.join(PUBLISHED)}, or name "
            "the folder of a training."
        )
    refuse_beyond_memory(path, least_bytes=LEAST_BYTES, times=MEMORY_TIMES)
    if family is not None:
        return _depth_anything(path, *family)
    weights = read_weights(path)
    exportable = _depth(path, name, weights) if name in PUBLISHED_DEPTH else _detector(path, name, weights)
    return Exportable(exportable.network, _with_facts(exportable.card, path))


def _depth_anything(path: Path, family: str, size: str | None) -> Exportable:
    if find_spec("transformers") is None:
        raise MissingExtraError("Exporting Depth Anything", "foundation")
    # Takes seconds to import, and only this needs it.
    from howfar.conversion.depth_anything.network import depth_anything

    weights = read_safetensors(path) if path.suffix == ENDING else read_weights(path)
    exportable = depth_anything(path, weights, family, size)
    # Its own origin says as much as the zoo's, and how positions are resized.
    card = replace(_with_facts(exportable.card, path), origin=exportable.card.origin)
    return Exportable(exportable.network, card)


def _foundation(path: Path, name: str) -> Exportable:
    """Build the network that a folder of the hub, or the file of weights in it, holds."""
    root = _hub_folder(path)
    if root is None:
        raise ModelError(
            f"{path} has no config.json beside it: {name} is read from a folder as the hub keeps it, whole."
        )
    told = told_by_folder(root)
    if told != name:
        raise ModelError(f"{root} says that it holds {told}, not {name}: leave out --network, or name another folder.")
    if find_spec("transformers") is None:
        raise MissingExtraError(f"Exporting {name}", "foundation")
    # Of Marigold's parts the one that removes the noise has nine weights in ten.
    weights = weights_file(root / "unet" if name == "marigold" else root)
    size_bytes = single_precision_bytes(weights) if weights.suffix == ENDING else None
    refuse_beyond_memory(weights, least_bytes=LEAST_BYTES, times=MEMORY_TIMES, size_bytes=size_bytes)
    # Takes seconds to import, and only this needs it.
    from howfar.conversion.hub.networks import foundation_network

    exportable = foundation_network(root, name)
    card = replace(_with_facts(exportable.card, weights), origin=exportable.card.origin)
    return replace(exportable, card=card)


def _hub_folder(path: Path) -> Path | None:
    """The folder of the hub that a path is, or lies in."""
    root = path if path.is_dir() else path.parent
    return root if is_hub_folder(root) else None


def _depth(path: Path, name: str, weights: Mapping[str, Tensor]) -> Exportable:
    entry, published = depth_entry(name), PUBLISHED_DEPTH[name]
    network = build(entry, name, {})
    load_weights(network, weights, source=str(path))
    spec = InputSpec(
        *published.size_px,
        "keep-aspect",
        multiple_px=entry.multiple_px,
        resample="bilinear",  # their pictures were never averaged: each pixel is one of the original's
        mean=entry.mean,
        std=entry.std,
    )
    focal_px = NYU_CAMERA.resized(*published.base_px).focal_px
    depth = DepthSpec("metres", focal_px=focal_px, scenes="indoor rooms of NYU Depth v2", max_m=10.0)
    origin = f"{path.name}, weights in the format of {published.paper}"
    return Exportable(InMetres(network, entry.unit_m), Card(name, "depth", UNKNOWN_LICENCE, spec, origin, depth=depth))


def _detector(path: Path, name: str, weights: Mapping[str, Tensor]) -> Exportable:
    """A YOLOv5 with as many classes as its file has."""
    entry = detector_entry(name)
    head = weights.get(HEAD_BIAS)
    classes = 80 if head is None else max(1, head.numel() // 3 - 5)
    network = build(entry, name, {"classes": classes})
    load_weights(network, weights, source=str(path))
    spec = InputSpec(
        COCO_SIDE_PX, COCO_SIDE_PX, "letterbox", multiple_px=entry.multiple_px, mean=entry.mean, std=entry.std
    )
    detector = DetectorSpec("yolov5", _class_names(path, classes))
    origin = f"{path.name}, weights in the format of YOLOv5 v6 and v7"
    card = Card(name, "detection", UNKNOWN_LICENCE, spec, origin, detector=detector)
    return Exportable(DecodedYOLOv5(network), card)


def _class_names(path: Path, classes: int) -> tuple[str, ...]:
    """The names in the file, or COCO's where it has 80 classes and no names, or numbers."""
    names = read_class_names(path)
    if len(names) == classes:
        return names
    return coco80() if classes == len(coco80()) else tuple(f"class {number}" for number in range(classes))


def _with_facts(card: Card, path: Path) -> Card:
    """The card with what the zoo knows of this very file, if it knows it."""
    digest = file_digest(path)
    for entry in entries().values():
        if entry.sha256 == digest or (pulled_path(entry) == path and is_whole(entry)):
            return replace(card, licence=entry.licence, origin=entry.origin, results=entry.results)
    return card
