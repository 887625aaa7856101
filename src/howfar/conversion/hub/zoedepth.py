"""ZoeDepth out of a folder of the hub: the network and its card."""

from pathlib import Path

from howfar.conversion.exportable import Exportable
from howfar.conversion.hub.family import HALF, FoundationFamily
from howfar.conversion.hub.preprocessor import input_of
from howfar.models.card import Card, DepthSpec, InputSpec

ENCODERS = frozenset({"beit"})
INPUT = InputSpec(512, 384, "stretch", resample="bilinear", mean=HALF, std=HALF)

ROOMS, STREETS = "rooms of NYU Depth v2", "streets of KITTI"
SCENES_BY_FARTHEST = {10.0: ROOMS, 80.0: STREETS}
"""What the published heads have seen, by the depth in metres that their bins end at."""


def _build(root: Path) -> Exportable:
    from transformers import ZoeDepthForDepthEstimation

    from howfar.conversion.hub.loading import transformers_network
    from howfar.foundation.zoedepth import ZoeDepth

    network = transformers_network(ZoeDepthForDepthEstimation, root, ENCODERS)
    farthest_m = [float(each["max_depth"]) for each in network.config.bin_configurations or ()]
    scenes = " and ".join(SCENES_BY_FARTHEST.get(each, "others") for each in farthest_m)
    # No focal length: the authors take metres from pictures of any camera as they come, and so does this.
    depth = DepthSpec("metres", scenes=scenes, max_m=max(farthest_m))
    spec = input_of(root, INPUT, any_size=False)
    return Exportable(ZoeDepth(network), Card("", "depth", "", spec, depth=depth), any_size=False)


FAMILY = FoundationFamily("zoedepth", "ZoeDepth (Bhat et al., 2023)", ("ZoeDepthForDepthEstimation",), _build)
