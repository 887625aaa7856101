"""The encoder that a student's features are kept near: DINOv2 from a folder as Hugging Face keeps it."""

from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor

from howfar.conversion.hub.folders import CONFIGURATION, read_table
from howfar.errors import MissingExtraError, ModelError


class FrozenDinov2:
    """A DINOv2 that stays as it is.

    Attributes:
        width: How many channels its features have.
    """

    def __init__(self, folder: Path) -> None:
        """Read it from a folder with `config.json` and `model.safetensors`.

        Raises:
            ModelError: If it cannot be read, or is of another network.
            MissingExtraError: If transformers is not installed.
        """
        if find_spec("transformers") is None:
            raise MissingExtraError("Alignment with DINOv2", "foundation")
        from transformers import Dinov2Model

        from howfar.conversion.hub.loading import transformers_network
        from howfar.foundation.dinov2 import MODEL_TYPE, Dinov2Features

        kind = read_table(folder / CONFIGURATION).get("model_type")
        if kind != MODEL_TYPE:
            raise ModelError(f"{folder} holds a network of the type {kind}: name the folder of a {MODEL_TYPE}.")
        self._network = Dinov2Features(transformers_network(Dinov2Model, folder)).requires_grad_(False)
        self.width = self._network.width

    def __call__(self, image: Tensor) -> Tensor:
        """N×C×h×w features of a N×3×H×W picture normalised as ImageNet's."""
        self._network.to(image.device)
        with torch.no_grad():
            features: Tensor = self._network(image)
        return features
