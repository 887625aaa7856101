"""The foundation networks, beside Depth Anything, that are read from folders of the hub, and how they are fed.

What a folder says of itself comes first: these are the facts of the published ones, for what a folder leaves out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from howfar.models.card import InputSpec

HALF = (127.5, 127.5, 127.5)
"""As mean and as standard deviation, this brings pixels from 0…255 to -1…1."""


@dataclass(frozen=True, slots=True)
class FoundationFamily:
    """Networks of one architecture.

    Attributes:
        title: What it is, in words.
        architectures: What the folder's config.json, or model_index.json, calls it.
        encoders: The kinds of encoder, as transformers names them, that its configuration may ask for.
        input: How a picture is fed, unless the folder says otherwise.
    """

    title: str
    architectures: tuple[str, ...]
    encoders: frozenset[str]
    input: InputSpec


FOUNDATION_FAMILIES: Mapping[str, FoundationFamily] = {
    "dpt": FoundationFamily(
        "MiDaS 3 (Ranftl et al., ICCV 2021)",
        ("DPTForDepthEstimation",),
        frozenset({"bit"}),
        InputSpec(384, 384, "stretch", resample="bilinear", mean=HALF, std=HALF),
    ),
    "zoedepth": FoundationFamily(
        "ZoeDepth (Bhat et al., 2023)",
        ("ZoeDepthForDepthEstimation",),
        frozenset({"beit"}),
        InputSpec(512, 384, "stretch", resample="bilinear", mean=HALF, std=HALF),
    ),
    "depth-pro": FoundationFamily(
        "Depth Pro (Bochkovskii et al., ICLR 2025)",
        ("DepthProForDepthEstimation",),
        frozenset({"dinov2"}),
        InputSpec(1536, 1536, "stretch", resample="bilinear", mean=HALF, std=HALF),
    ),
    "marigold": FoundationFamily(
        "Marigold (Ke et al., CVPR 2024)",
        ("MarigoldDepthPipeline", "MarigoldPipeline"),
        frozenset(),
        InputSpec(768, 576, "keep-aspect", multiple_px=64, resample="bilinear", mean=HALF, std=HALF),
    ),
}
"""By the name that `howfar export --network` takes."""
