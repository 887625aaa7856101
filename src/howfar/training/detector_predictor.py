"""A PyTorch detector that is fed and read like its exported twin: the same card, the same suppression."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from howfar.models.card import Card
from howfar.models.detector import CardDetector
from howfar.networks.yolov5 import DecodedYOLOv5, YOLOv5


class DetectorPredictor(CardDetector):
    """Finds objects with a network that is being trained, so that the same protocols measure it."""

    def __init__(self, network: YOLOv5, card: Card) -> None:
        """Take a network, which is put into evaluation mode, and the card it will be exported with.

        Raises:
            ModelError: If the card is not a detector's.
        """
        super().__init__(card)
        self.network = DecodedYOLOv5(network).eval()

    def run(self, tensor: NDArray[np.float32]) -> list[NDArray[Any]]:
        """Run the network where its weights lie; see `CardDetector.run`."""
        device = next(self.network.parameters()).device
        with torch.inference_mode():
            return [self.network(torch.from_numpy(tensor).to(device)).float().cpu().numpy()]
