"""A stereo network that is fed and read as its card says, as a matcher."""

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.errors import ModelError
from howfar.models.card import Card
from howfar.models.depth import CardDepth
from howfar.models.preprocess import feed
from howfar.models.session import Session
from howfar.scene import Frame
from howfar.stereo import Disparities
from howfar.stereo.occlusion import hidden_pixels
from howfar.stereo.sgbm import refuse_unlike

NETWORK_SD_PX = 1.0
"""Standard deviation of a network's disparities in pixels of its input: what it states itself is not known."""
HIDDEN_SD_PX = 4.0
"""The same where the right-hand camera sees nothing of it."""


class NetworkMatcher:
    """A network with both pictures as inputs, which gives disparities; a `howfar.stereo.Matcher`.

    May be used from several threads at once.
    """

    def __init__(self, card: Card, session: Session) -> None:
        """Take an open network.

        Raises:
            ModelError: If the card is not that of a network which gives disparities.
        """
        if card.depth is None or card.depth.kind != "disparity_px":
            raise ModelError(
                f"{session.name} is no stereo network: its card says nothing of disparities. Name it as depth network, "
                "or correct its card."
            )
        self._network = CardDepth(card, session)

    @property
    def name(self) -> str:
        """The network's short name."""
        return self._network.name

    def match(
        self, left: NDArray[np.uint8], right: NDArray[np.uint8], max_disparity_px: int | None = None
    ) -> Disparities:
        """Find the disparity of each pixel of the left-hand picture; what is above the largest one is unknown.

        Raises:
            SettingError: If the pictures differ in size, or the largest disparity is not within the width.
            ModelError: If the network does not do what its card says.
        """
        refuse_unlike(left, right, max_disparity_px)
        fed = feed(Frame(left, "pair", right=right), self._network.card)
        given = self._network.numbers(self._network.session.run(*fed.tensors), fed)
        height, width = left.shape[:2]
        values = np.asarray(cv2.resize(given, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.float32)
        values /= np.float32(fed.placement.scale_x)
        if max_disparity_px is not None:
            values[values > max_disparity_px] = np.nan
        hidden = hidden_pixels(values)
        sds = np.where(hidden, HIDDEN_SD_PX, NETWORK_SD_PX / fed.placement.scale_x)
        sds[np.isnan(values)] = np.nan
        return Disparities(values, sds.astype(np.float32), ~hidden)
