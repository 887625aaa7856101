"""Files of networks with random weights: the time of a network does not depend on what it has learned."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from howfar.conversion.exportable import Exportable, InMetres
from howfar.conversion.onnx_export import export
from howfar.foundation.depth_anything import DepthAnything
from howfar.foundation.depth_anything_sizes import PATCH_PX, SIZES, feature_blocks
from howfar.models.card import Card, DepthSpec, DetectorSpec, InputSpec
from howfar.models.library import find_model
from howfar.networks.catalogue import NETWORKS
from howfar.networks.entry import NetworkEntry
from howfar.networks.imagenet import IMAGENET_MEAN, IMAGENET_STD
from howfar.networks.joint_nanodet import JointNanoDet, JointOutputs
from howfar.networks.nanodet import DISTANCES, SCORES
from howfar.training.initial_weights import load_initial_weights
from howfar.training.recipe_settings import NetworkSettings

FOCAL_PX = 500.0


def coco() -> tuple[str, ...]:
    """COCO's 80 classes."""
    detector = find_model("nanodet-g")[1].detector
    assert detector is not None
    return detector.classes


def joint() -> Exportable:
    """The joint network with the embedded detector's weights, so that it finds what that finds, and random depth."""
    settings = NetworkSettings(name="joint-nanodet-g", initial="nanodet-g")
    network = JointNanoDet()
    load_initial_weights(network, settings)
    torch.nn.init.normal_(network.decoder.head.scores.weight, std=0.1)
    embedded = find_model("nanodet-g")[1]
    assert embedded.detector is not None
    detector = replace(embedded.detector, tensors=(SCORES, DISTANCES))
    depth = DepthSpec("metres", FOCAL_PX, tensors=("depth",))
    card = Card("joint", "joint", "random", embedded.input, detector=detector, depth=depth)
    outputs = JointOutputs(network)
    return Exportable(outputs, card, more_outputs=outputs.more_outputs)


def yolov5(size: str) -> Exportable:
    """A YOLOv5 for pictures of 640×640 with bars, as it is usually exported."""
    entry = NETWORKS[f"yolov5{size}"]
    spec = InputSpec(640, 640, "letterbox", entry.multiple_px, mean=entry.mean, std=entry.std)
    card = Card(entry.name, "detection", "random", spec, detector=DetectorSpec("yolov5", coco()))
    return Exportable(entry.decoded(entry.build()), card)


def hybrid_cnn() -> Exportable:
    """The Hybrid CNN at its paper's size."""
    entry = NETWORKS["hybrid-cnn"]
    return Exportable(InMetres(entry.build(), entry.unit_m), _metric(entry, 320, 256))


def depth_anything_small() -> Exportable:
    """Depth Anything V2 Small, which makes the shorter side 518 pixels."""
    small = SIZES["small"]
    network = DepthAnything(small, feature_blocks(2, small.blocks))
    side = small.trained_px
    spec = InputSpec(side, side, "keep-aspect", PATCH_PX, "cover", "bicubic", mean=IMAGENET_MEAN, std=IMAGENET_STD)
    card = Card("depth-anything-v2-small", "depth", "random", spec, depth=DepthSpec("relative_inverse"))
    return Exportable(network, card)


MADE: dict[str, Callable[[], Exportable]] = {
    "joint": joint,
    "yolov5s": lambda: yolov5("s"),
    "yolov5n": lambda: yolov5("n"),
    "hybrid-cnn": hybrid_cnn,
    "depth-anything-v2-small": depth_anything_small,
}


def written(name: str, folder: Path) -> Path:
    """The file of one of `MADE`, exported into a folder unless it is there already."""
    path = folder / f"{name}.onnx"
    if not path.exists():
        torch.manual_seed(0)
        folder.mkdir(parents=True, exist_ok=True)
        export(MADE[name](), path)
    return path


def _metric(entry: NetworkEntry, width: int, height: int) -> Card:
    spec = InputSpec(width, height, "keep-aspect", entry.multiple_px, mean=entry.mean, std=entry.std)
    return Card(entry.name, "depth", "random", spec, depth=DepthSpec("metres", FOCAL_PX))
