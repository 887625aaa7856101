"""ZoeDepth, as transformers keeps it.

Bhat et al., "ZoeDepth: Zero-shot Transfer by Combining Relative and Metric Depth", 2023: MiDaS 3.1 with a BEiT encoder,
and heads that turn its features into metres.
"""

from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate
from transformers import ZoeDepthForDepthEstimation
from transformers.models.zoedepth.modeling_zoedepth import ZoeDepthMultipleMetricDepthEstimationHeads


class ZoeDepth(nn.Module):
    """Depth in metres.

    Args:
        network: With its weights; with one metric head, or with two (rooms, streets) between which it chooses by what
            the picture shows.
    """

    def __init__(self, network: ZoeDepthForDepthEstimation) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> Tensor:
        """Estimate depth.

        Args:
            image: N×3×H×W, H and W multiples of 32.

        Returns:
            N×1×H×W metres.
        """
        network = self.network
        head = network.metric_head
        if not isinstance(head, ZoeDepthMultipleMetricDepthEstimationHeads):
            single: Tensor = network(image).predicted_depth
            return single.unsqueeze(1)
        sides = [length // network.patch_size for length in image.shape[-2:]]
        maps, bottleneck = network.neck(network.backbone(image).feature_maps, *sides)
        _, last = network.relative_head(maps)
        return _chosen(head, last, bottleneck, maps)


def _chosen(
    head: ZoeDepthMultipleMetricDepthEstimationHeads, last: Tensor, bottleneck: Tensor, maps: list[Tensor]
) -> Tensor:
    """The depth of the domain that is likelier for the pictures taken together, as the head's own `forward` has it.

    That branches on a value, which an exported file cannot: every domain is worked out here, and one is taken.
    """
    seen = head.conv2(bottleneck)
    votes = head.mlp_classifier(head.patch_transformer(seen)[:, 0]).sum(dim=0)
    depths = [_of_domain(head, domain, last, seen, maps) for domain in head.bin_configurations]
    return torch.stack(depths).index_select(0, votes.argmax(dim=0, keepdim=True)).squeeze(0)


def _of_domain(
    head: ZoeDepthMultipleMetricDepthEstimationHeads,
    domain: dict[str, Any],
    last: Tensor,
    seen: Tensor,
    maps: list[Tensor],
) -> Tensor:
    """The depth that one domain's bins give."""
    name, near_m, far_m = domain["name"], domain["min_depth"], domain["max_depth"]
    _, bins = head.seed_bin_regressors[name](seen)
    if head.bin_centers_type == "normed":
        bins = (bins - near_m) / (far_m - near_m)
    embedding = head.seed_projector(seen)
    attractors = cast(nn.ModuleList, head.attractors[name])
    for projector, attractor, features in zip(head.projectors, attractors, maps, strict=True):
        projected = projector(features)
        bins, centres = attractor(projected, bins, embedding, interpolate=True)
        embedding = projected
    centres, embedding = (
        interpolate(each, last.shape[-2:], mode="bilinear", align_corners=True) for each in (centres, embedding)
    )
    shares: Tensor = head.conditional_log_binomial[name](last, embedding)
    return (shares * centres).sum(dim=1, keepdim=True)
