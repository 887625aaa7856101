"""Published checkpoints of the networks of the catalogue, each as its entry describes them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import nn

from howfar.conversion.checkpoints.class_names import read_class_names
from howfar.conversion.checkpoints.weights import load_weights, read_weights
from howfar.conversion.detectors import detector_spec, exportable_detector
from howfar.conversion.exportable import Exportable, InMetres
from howfar.conversion.hub.folders import weights_file
from howfar.conversion.reader import Reader, refuse_large, with_zoo_facts
from howfar.conversion.stereo import stereo_exportable
from howfar.datasets.nyu import NYU_CAMERA
from howfar.models.card import UNKNOWN_LICENCE, Card, DepthSpec, InputSpec, coco80
from howfar.networks.catalogue import NETWORKS, build
from howfar.networks.entry import CardTask, NetworkEntry, PublishedFormat

FORMATS: Mapping[str, PublishedFormat] = {name: entry.published for name, entry in NETWORKS.items() if entry.published}
"""By the names of the networks of which there are published checkpoints."""


def _read(path: Path, name: str) -> Exportable:
    path = weights_file(path) if path.is_dir() else path
    refuse_large(path)
    entry, published = NETWORKS[name], FORMATS[name]
    weights = read_weights(path)
    options = published.options(weights)
    network = build(entry, options)
    load_weights(network, weights, source=str(path))
    exportable = EXPORTABLES[entry.task](entry, network, path, options)
    origin = f"{path.name}, weights in the format of {published.source}"
    return replace(exportable, card=with_zoo_facts(replace(exportable.card, origin=origin), path))


def _depth(entry: NetworkEntry, network: nn.Module, path: Path, options: Mapping[str, Any]) -> Exportable:
    """A depth network that was trained on NYU Depth v2."""
    published = FORMATS[entry.name]
    spec = InputSpec(
        *published.size_px,
        "keep-aspect",
        multiple_px=entry.multiple_px,
        resample="bilinear",  # their pictures were never averaged: each pixel is one of the original's
        mean=entry.mean,
        std=entry.std,
    )
    focal_px = NYU_CAMERA.resized(*(published.resized_px or published.size_px)).focal_px
    depth = DepthSpec("metres", focal_px=focal_px, scenes="indoor rooms of NYU Depth v2", max_m=10.0)
    card = Card(entry.name, "depth", UNKNOWN_LICENCE, spec, depth=depth)
    return Exportable(InMetres(network, entry.unit_m), card)


def _detector(entry: NetworkEntry, network: nn.Module, path: Path, options: Mapping[str, Any]) -> Exportable:
    """A detector with as many classes as its file has."""
    published = FORMATS[entry.name]
    spec = InputSpec(*published.size_px, published.fit, multiple_px=entry.multiple_px, mean=entry.mean, std=entry.std)
    detector = detector_spec(entry, network, _class_names(path, options["classes"], published.classes))
    card = Card(entry.name, "detection", UNKNOWN_LICENCE, spec, detector=detector)
    return exportable_detector(entry, network, card)


def _stereo(entry: NetworkEntry, network: nn.Module, path: Path, options: Mapping[str, Any]) -> Exportable:
    """A network that pairs are matched by: of features, or of disparity."""
    return stereo_exportable(entry, network, FORMATS[entry.name].size_px, UNKNOWN_LICENCE)


EXPORTABLES: Mapping[CardTask, Callable[[NetworkEntry, nn.Module, Path, Mapping[str, Any]], Exportable]] = {
    "depth": _depth,
    "detection": _detector,
    "stereo": _stereo,
}
"""By the task of the network: from the network, the file of its weights and the options, to what is exported."""


def _class_names(path: Path, classes: int, usual: tuple[str, ...]) -> tuple[str, ...]:
    """The names in the file, or the usual or COCO's where there are as many, or numbers."""
    for names in (read_class_names(path), usual):
        if len(names) == classes:
            return names
    return coco80() if classes == len(coco80()) else tuple(f"class {number}" for number in range(classes))


CATALOGUE = Reader(tuple(FORMATS), FORMATS.__contains__, lambda _: None, _read)
"""No file says which network of the catalogue it holds: the user does."""
