"""A PyTorch network as what a card is run on, so that it is fed and read like its exported twin."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from howfar.models.model_file import file_digest


class TorchSession:
    """Runs a network where its weights lie; a `howfar.models.session.Session`."""

    def __init__(self, network: nn.Module, weights: Path | None = None, outputs: tuple[str, ...] = ("output",)) -> None:
        """Take a network and put it into evaluation mode.

        Args:
            network: From N×3×H×W to one tensor, or to several, as its exported file gives them.
            weights: The file that its weights come from; None while it is trained.
            outputs: The names of what it gives.
        """
        self.network, self.weights, self.outputs = network.eval(), weights, outputs

    @property
    def name(self) -> str:
        """The path of its weights, or the kind of the network."""
        return str(self.weights or type(self.network).__name__)

    def run(self, *tensors: NDArray[np.float32]) -> Mapping[str, NDArray[Any]]:
        """Run the network; see `Session.run`."""
        device = next(self.network.parameters()).device
        with torch.inference_mode():
            given = self.network(*(torch.from_numpy(tensor).to(device) for tensor in tensors))
        each = given if isinstance(given, tuple) else (given,)
        return {name: output.float().cpu().numpy() for name, output in zip(self.outputs, each, strict=True)}

    def digest(self) -> str:
        """SHA-256 of the file that the weights come from, in hexadecimal; empty where there is none."""
        return "" if self.weights is None else file_digest(self.weights)
