"""Depth Pro, as transformers keeps it.

Bochkovskii et al., "Depth Pro: Sharp Monocular Metric Depth in Less Than a Second", ICLR 2025.
"""

import torch
from torch import Tensor, nn
from transformers import DepthProForDepthEstimation

LEAST_INVERSE, MOST_INVERSE = 1e-4, 1e4
"""Of the inverse depth in 1/m: the published code keeps it between these."""


class DepthPro(nn.Module):
    """Depth in metres, scaled by the field of view that the network itself sees in the picture.

    Args:
        network: With its weights, and with the part that tells the field of view.
    """

    def __init__(self, network: DepthProForDepthEstimation) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> Tensor:
        """Estimate depth.

        The network gives C, the inverse depth as a camera whose focal length is the picture's width would see it, and
        the horizontal field of view φ. The depth is f / (W · C) (section 3.2), with W / f = 2 tan(φ / 2).

        Args:
            image: N×3×S×S, S four times the side of a patch of the configuration (1536 as published): a picture
                stretched to a square.

        Returns:
            N×1×S×S metres.
        """
        given = self.network(image)
        spread = 2 * torch.tan(torch.deg2rad(given.field_of_view) / 2)
        inverse = given.predicted_depth.unsqueeze(1) * spread.reshape(-1, 1, 1, 1)
        depth: Tensor = 1 / inverse.clamp(LEAST_INVERSE, MOST_INVERSE)
        return depth
