"""A network that finds objects and estimates depth in one pass."""

import time
from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from howfar.errors import ModelError
from howfar.models.card import Card
from howfar.models.depth import CardDepth
from howfar.models.detector import CardDetector
from howfar.models.preprocess import Fed, feed
from howfar.models.session import Session
from howfar.scene import DepthFacts, Frame, Perception, Query
from howfar.scene.own_depth import unit_doubt


class CardJoint:
    """A joint network that is fed and read as its card says, whatever runs it; a `howfar.scene.Perceiver`.

    May be used from several threads at once.

    Attributes:
        card: How it is fed and read.
        session: What runs it.
        detector: Its head for detection, which is a detector of its own.
        depth: Its head for depth, which is a depth network of its own.
    """

    def __init__(self, card: Card, session: Session) -> None:
        """Take an open network.

        Raises:
            ModelError: If the card is not that of a network with both heads.
        """
        if card.detector is None or card.depth is None:
            raise ModelError(f"{session.name} is a model for {card.task}, not for detection and depth in one pass.")
        self.card, self.session = card, session
        self.detector, self.depth = CardDetector(card, session), CardDepth(card, session)

    @property
    def name(self) -> str:
        """The network's short name."""
        return self.card.name

    def perceive(self, frame: Frame, query: Query) -> Perception:
        """Look at a picture, in one run of the network.

        Args:
            frame: The picture, with its camera; a depth map of its own takes the place of the network's.
            query: Which objects to find; the card's own limits where it states none.

        Raises:
            SettingError: If the query names a class that is not known, or the network takes a stereo pair and the
                frame has none.
            ModelError: If the network does not do what its card says.
        """
        start = time.perf_counter()
        fed = feed(frame, self.card)
        outputs = self.session.run(*fed.tensors)
        detections = self.detector.read(outputs, fed, query)
        if frame.depth is not None:
            depth, facts = frame.depth, DepthFacts.of_given(frame.depth)
        else:
            depth, facts = self.depth.read(outputs, fed, frame.camera), self.depth.facts
        timing_ms = {"perceive": 1e3 * (time.perf_counter() - start)}
        models = {"detector": self.name, "depth": facts.name}
        doubts = self._doubts(outputs, fed, frame)
        return Perception(frame, detections, depth, facts, models, timing_ms=timing_ms, doubts=doubts)

    def _doubts(self, outputs: Mapping[str, NDArray[Any]], fed: Fed, frame: Frame) -> tuple[str, ...]:
        """What the head for depth has against the unit that the frame's own depth map was taken for."""
        if frame.depth is None or not frame.depth_taken_as:
            return ()
        doubt = unit_doubt(frame.depth, self.depth.read(outputs, fed, frame.camera), self.name)
        return (doubt,) if doubt else ()
