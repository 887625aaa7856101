"""MiDaS 3 out of a folder of the hub, which calls it by its architecture, DPT: the network and its card."""

from dataclasses import replace
from pathlib import Path

from howfar.conversion.exportable import Exportable
from howfar.conversion.hub.family import HALF, FoundationFamily
from howfar.conversion.hub.preprocessor import input_of
from howfar.models.card import Card, DepthSpec, InputSpec

ENCODERS = frozenset({"bit"})
INPUT = InputSpec(384, 384, "stretch", resample="bilinear", mean=HALF, std=HALF)


def _build(root: Path) -> Exportable:
    from transformers import DPTForDepthEstimation

    from howfar.conversion.hub.loading import transformers_network
    from howfar.foundation.dpt import DPT, takes_any_size

    network = transformers_network(DPTForDepthEstimation, root, ENCODERS)
    free = takes_any_size(network)
    spec = input_of(root, INPUT, any_size=free)
    if not free:
        side = int(network.config.image_size)  # type: ignore[arg-type]  # a square's, where positions are learnt
        spec = replace(spec, width_px=side, height_px=side)
    # Fine-tuned ones in metres have the same form; those that are published under this architecture are relative.
    depth = DepthSpec("relative_inverse", scenes="any")
    return Exportable(DPT(network), Card("", "depth", "", spec, depth=depth), any_size=free)


FAMILY = FoundationFamily("dpt", "MiDaS 3 (Ranftl et al., ICCV 2021)", ("DPTForDepthEstimation",), _build)
