"""MiDaS 3, as transformers keeps it under the name of its architecture, DPT.

Ranftl et al., "Vision Transformers for Dense Prediction", ICCV 2021, trained as in "Towards Robust Monocular Depth
Estimation", TPAMI 2020.
"""

from typing import Any, cast

from torch import Tensor, nn
from transformers import DPTForDepthEstimation


class DPT(nn.Module):
    """Inverse depth up to scale and shift.

    Args:
        network: With its weights. One with a plain vision transformer takes any size; the hybrid, whose positions
            belong to one, only the size of its configuration.
    """

    def __init__(self, network: DPTForDepthEstimation) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> Tensor:
        """Estimate depth.

        Args:
            image: N×3×H×W, H and W multiples of 32.

        Returns:
            N×1×H×W.
        """
        depth: Tensor = self._any_size(image) if takes_any_size(self.network) else self.network(image).predicted_depth
        return depth.unsqueeze(1)

    def _any_size(self, image: Tensor) -> Tensor:
        # The network's own `forward` takes every picture for a square.
        network, facts = self.network, cast(Any, self.network.config)
        states = network.dpt(image, output_hidden_states=True).hidden_states[1:]
        read = [states[block] for block in facts.backbone_out_indices]
        sides = [length // facts.patch_size for length in image.shape[-2:]]
        depth: Tensor = network.head(network.neck(read, *sides))
        return depth


def takes_any_size(network: DPTForDepthEstimation) -> bool:
    """Whether a network is not tied to the size of its configuration."""
    return not network.config.is_hybrid
