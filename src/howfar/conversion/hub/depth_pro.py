"""Depth Pro out of a folder of the hub: the network and its card."""

from pathlib import Path

from howfar.conversion.exportable import Exportable
from howfar.conversion.hub.family import HALF, FoundationFamily
from howfar.conversion.hub.folders import CONFIGURATION
from howfar.conversion.hub.preprocessor import input_of
from howfar.errors import ModelError
from howfar.models.card import Card, DepthSpec, InputSpec

ENCODERS = frozenset({"dinov2"})
INPUT = InputSpec(1536, 1536, "stretch", resample="bilinear", mean=HALF, std=HALF)
ORIGIN = "metres by the field of view that it sees itself, whatever the picture's camera"


def _build(root: Path) -> Exportable:
    from transformers import DepthProForDepthEstimation

    from howfar.conversion.hub.loading import transformers_network
    from howfar.foundation.depth_pro import DepthPro

    network = transformers_network(DepthProForDepthEstimation, root, ENCODERS)
    if network.fov_model is None:
        raise ModelError(
            f"{root / CONFIGURATION} describes a Depth Pro without the part that tells the field of view, and so "
            "without metres: take the folder of a whole one."
        )
    spec = input_of(root, INPUT, any_size=False)
    card = Card("", "depth", "", spec, ORIGIN, depth=DepthSpec("metres", scenes="any"))
    return Exportable(DepthPro(network), card, any_size=False)


FAMILY = FoundationFamily(
    "depth-pro", "Depth Pro (Bochkovskii et al., ICLR 2025)", ("DepthProForDepthEstimation",), _build
)
