"""Stereo networks as files: what pairs are matched by, or the disparity of a pair."""

from torch import nn

from howfar.conversion.exportable import Exportable
from howfar.models.card import Card, DepthSpec, InputSpec, Picture, StereoSpec
from howfar.networks.entry import NetworkEntry
from howfar.networks.mc_cnn import KITTI_LAYERS, MCCNNAccurate
from howfar.networks.psmnet import PSMNet

Size = tuple[int, int]

PICTURES: tuple[Picture, ...] = ("left", "right")


def stereo_exportable(entry: NetworkEntry, network: nn.Module, size_px: Size, licence: str) -> Exportable:
    """A stereo network, ready to be written; see `stereo_card`."""
    card = stereo_card(entry, network, size_px, licence)
    return Exportable(entry.decoded(network), card, any_size=getattr(network, "any_size", True))


def stereo_card(entry: NetworkEntry, network: nn.Module, size_px: Size, licence: str) -> Card:
    """The card of a stereo network.

    Args:
        entry: What is known of it.
        network: The network.
        size_px: Width and height: of a network of disparity its only ones, as which every pair is fed.
        licence: Of its weights.
    """
    if isinstance(network, PSMNet):
        left, right = (
            InputSpec(*size_px, "stretch", mean=entry.mean, std=entry.std, name=name, picture=name) for name in PICTURES
        )
        return Card(entry.name, "depth", licence, left, depth=DepthSpec("disparity_px"), further_inputs=(right,))
    data = "kitti" if getattr(network, "layers", None) == KITTI_LAYERS else "middlebury"
    if isinstance(network, MCCNNAccurate):
        left, right = (
            InputSpec(*size_px, "keep-aspect", multiple_px=entry.multiple_px, name=name, picture=name)
            for name in PICTURES
        )
        stereo = StereoSpec("kitti-accurate" if data == "kitti" else "middlebury-accurate")
        return Card(entry.name, "stereo", licence, left, stereo=stereo, further_inputs=(right,))
    spec = InputSpec(*size_px, "keep-aspect", multiple_px=entry.multiple_px)
    stereo = StereoSpec("kitti-fast" if data == "kitti" else "middlebury-fast")
    return Card(entry.name, "stereo", licence, spec, stereo=stereo)
