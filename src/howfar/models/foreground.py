"""The network of the learned ranging method: from crops of a depth map to what in them is the object."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from howfar.errors import ModelError
from howfar.models.card import Card
from howfar.models.session import RunOptions, Session


class ForegroundNetwork:
    """An ONNX ranging network with its card. May be used from several threads at once.

    Attributes:
        card: How it is fed.
        side: Places along each side of a crop.
        margin: How much is seen round a box, as a share of its sides.
    """

    def __init__(self, onnx_path: Path, card: Card, options: RunOptions | None = None) -> None:
        """Open the file.

        Raises:
            ModelError: If the card is not a ranging network's, or the file does not fit it.
        """
        if card.ranging is None:
            raise ModelError(f"{onnx_path} is a model for {card.task}, not a ranging network.")
        self.card, self.side, self.margin = card, card.input.width_px, card.ranging.margin
        self._session = Session(onnx_path, card, options)

    def __call__(self, crops: NDArray[np.float32]) -> NDArray[np.float32]:
        """From N×3×S×S crops, as `ranging.methods.crops.network_input` gives them, to N×S×S weights from 0 to 1."""
        (weights,) = self._session.run(crops)
        return np.asarray(weights, dtype=np.float32)
