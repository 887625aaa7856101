"""Networks by which stereo pairs are matched: of the features of one picture, or of how alike two pictures are."""

import numpy as np
from numpy.typing import NDArray

from howfar.errors import ModelError
from howfar.models.card import Card
from howfar.models.outputs import ONE, read_outputs
from howfar.models.preprocess import input_planes
from howfar.models.session import Session


class FeatureNetwork:
    """Gives each pixel of a picture a vector. May be used from several threads at once.

    Attributes:
        card: How it is fed.
        session: What runs it.
    """

    def __init__(self, card: Card, session: Session) -> None:
        """Take an open network.

        Raises:
            ModelError: If the card is not that of a network of features.
        """
        if card.stereo is None or card.takes_pair:
            raise ModelError(f"{session.name} is a model for {card.task}, not for features that pairs are matched by.")
        self.card, self.session = card, session

    def __call__(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        """From an H×W×3 uint8 RGB picture, at its own size, to C×H×W features of unit length.

        Raises:
            ModelError: If the network gives something else.
        """
        return _maps(self.session, self.card, picture)


class SimilarityNetwork:
    """Tells how alike the pixels of two pictures are, place by place. May be used from several threads at once.

    Attributes:
        card: How it is fed.
        session: What runs it.
    """

    def __init__(self, card: Card, session: Session) -> None:
        """Take an open network.

        Raises:
            ModelError: If the card is not that of a network which compares two pictures.
        """
        if card.stereo is None or not card.takes_pair:
            raise ModelError(f"{session.name} is a model for {card.task}, not one that compares the pixels of a pair.")
        self.card, self.session = card, session

    def __call__(self, left: NDArray[np.uint8], right: NDArray[np.uint8]) -> NDArray[np.float32]:
        """From two H×W×3 uint8 RGB pictures, at their own size, to H×W numbers from 0 to 1.

        Raises:
            ModelError: If the network gives something else.
        """
        alike: NDArray[np.float32] = _maps(self.session, self.card, left, right)[0]
        return alike


def _maps(session: Session, card: Card, *pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What a network gives each pixel of its first picture: C×H×W."""
    tensors = [input_planes(picture, spec) for picture, spec in zip(pictures, card.inputs, strict=True)]
    maps: NDArray[np.float32] = read_outputs(session.run(*tensors), (), ONE, session.name)[0]
    height, width = pictures[0].shape[:2]
    if maps.ndim != 4 or maps.shape[0] != 1 or maps.shape[2:] != (height, width):
        raise ModelError(
            f"{session.name} gave an output of shape {'×'.join(map(str, maps.shape))} for a picture of "
            f"{width}×{height}; a network that pairs are matched by gives 1×C×{height}×{width}."
        )
    of_picture: NDArray[np.float32] = maps[0]
    return of_picture
