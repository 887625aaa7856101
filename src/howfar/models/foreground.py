"""The network of the learned ranging method: from crops of a depth map to what in them is the object."""

import numpy as np
from numpy.typing import NDArray

from howfar.errors import ModelError
from howfar.models.card import Card
from howfar.models.outputs import ONE, read_outputs
from howfar.models.session import Session


class ForegroundNetwork:
    """A ranging network that is fed as its card says. May be used from several threads at once.

    Attributes:
        card: How it is fed.
        session: What runs it.
        side: S, cells along each side of a crop.
        margin: How much is seen round a box, as a share of its sides.
    """

    def __init__(self, card: Card, session: Session) -> None:
        """Take an open network.

        Raises:
            ModelError: If the card is not a ranging network's.
        """
        if card.ranging is None:
            raise ModelError(f"{session.name} is a model for {card.task}, not a ranging network.")
        self.card, self.session = card, session
        self.side, self.margin = card.input.width_px, card.ranging.margin

    def __call__(self, crops: NDArray[np.float32]) -> NDArray[np.float32]:
        """From N×3×S×S crops, as `ranging.methods.crops.network_input` gives them, to N×S×S weights from 0 to 1."""
        outputs = read_outputs(self.session.run(crops), (), ONE, self.session.name)
        count, _, height, width = crops.shape
        if len(outputs) != 1 or outputs[0].shape != (count, height, width):
            shapes = ", ".join("×".join(map(str, output.shape)) for output in outputs)
            raise ModelError(
                f"{self.session.name} gave outputs of shape {shapes} for {count} crops; a ranging network gives "
                f"{count}×{height}×{width}."
            )
        return outputs[0]
