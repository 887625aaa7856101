"""A PyTorch depth network that is fed like its exported twin: the same card, the same pre-processing."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from howfar.models.card import Card
from howfar.models.preprocess import to_tensor
from howfar.scene import Camera, DepthMap


class DepthPredictor:
    """Has the `predict` of `howfar.models.DepthNetwork`, so that the same protocols measure it."""

    def __init__(self, network: nn.Module, card: Card, unit_m: float = 1.0) -> None:
        """Take a network in evaluation mode, the card it will be exported with, and what an output of 1 means."""
        if card.depth is None:
            raise ValueError("a depth network has a card with a depth part")
        self.network, self.card, self.spec, self.unit_m = network, card, card.depth, unit_m

    def predict(self, image: NDArray[np.uint8], camera: Camera | None) -> DepthMap:
        """Estimate the depth of an H×W×3 uint8 RGB picture."""
        tensor, _ = to_tensor(image, self.card.input)
        device = next(self.network.parameters()).device
        with torch.inference_mode():
            output = self.network(torch.from_numpy(tensor).to(device)).float().cpu().numpy()[0, 0]
        values = output * np.float32(self.unit_m)
        scale = 1.0
        if camera is not None and self.spec.focal_px is not None:
            scale = camera.resized(tensor.shape[3], tensor.shape[2]).focal_px / self.spec.focal_px
        return DepthMap(values * np.float32(scale), self.spec.kind)
