"""A network that gives each pixel of a picture a vector of features, by which stereo pairs are matched."""

import numpy as np
from numpy.typing import NDArray

from howfar.errors import ModelError
from howfar.models.card import Card
from howfar.models.outputs import ONE, read_outputs
from howfar.models.preprocess import input_planes
from howfar.models.session import Session


class FeatureNetwork:
    """A network of features. May be used from several threads at once.

    Attributes:
        card: How it is fed.
        session: What runs it.
        spec: How its features are matched.
    """

    def __init__(self, card: Card, session: Session) -> None:
        """Take an open network.

        Raises:
            ModelError: If the card is not that of a network of features.
        """
        if card.stereo is None:
            raise ModelError(f"{session.name} is a model for {card.task}, not for features that pairs are matched by.")
        self.card, self.session, self.spec = card, session, card.stereo

    def __call__(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        """From an H×W×3 uint8 RGB picture, at its own size, to C×H×W features of unit length.

        Raises:
            ModelError: If the network gives something else.
        """
        outputs = read_outputs(self.session.run(input_planes(picture, self.card.input)), (), ONE, self.session.name)
        height, width = picture.shape[:2]
        features: NDArray[np.float32] = outputs[0]
        if features.ndim != 4 or features.shape[0] != 1 or features.shape[2:] != (height, width):
            raise ModelError(
                f"{self.session.name} gave an output of shape {'×'.join(map(str, features.shape))} for a picture of "
                f"{width}×{height}; a network of features gives 1×C×{height}×{width}."
            )
        of_picture: NDArray[np.float32] = features[0]
        return of_picture
