"""Stand-ins for whatever sees, of known answers."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from howfar.scene import Camera, DepthFacts, DepthMap, Detections, Frame, Perception, Query

CAMERA = Camera.from_focal(64, 48, 50.0)
CUP, DOG = (6.0, 14.0, 26.0, 34.0), (38.0, 14.0, 58.0, 34.0)
"""Boxes in the left and in the right half of a picture of 64×48 pixels."""


def halves(left_m: float, right_m: float) -> NDArray[np.uint8]:
    """A picture of 64×48 pixels, as grey in each half as ten times its distance in metres."""
    image = np.empty((48, 64, 3), dtype=np.uint8)
    image[:, :32], image[:, 32:] = 10 * left_m, 10 * right_m
    return image


def tenths(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The depth of such a picture in metres."""
    return image[..., 0] / np.float32(10)


@dataclass
class Sees:
    """A perceiver that sees a cup and a dog, and the depth of `halves`; it remembers what it was asked."""

    facts: DepthFacts = field(default_factory=lambda: DepthFacts("seer"))
    masks: NDArray[np.float32] | None = None
    asked: list[tuple[Frame, Query]] = field(default_factory=list)

    def perceive(self, frame: Frame, query: Query) -> Perception:
        """See the picture."""
        self.asked.append((frame, query))
        wanted = [index for index, name in enumerate(("cup", "dog")) if query.classes is None or name in query.classes]
        boxes = np.array([CUP, DOG], dtype=np.float32)[wanted]
        found = Detections(boxes, np.full(len(wanted), 0.9, np.float32), np.array(wanted), ("cup", "dog"), self.masks)
        return Perception(frame, found, DepthMap(tenths(frame.image), self.facts.kind), self.facts)


@dataclass
class GivesDepth:
    """A depth estimator that gives the depth of `halves`; it remembers the frames that it was shown."""

    facts: DepthFacts = field(default_factory=lambda: DepthFacts("mapper"))
    shown: list[Frame] = field(default_factory=list)

    def estimate(self, frame: Frame) -> DepthMap:
        """Give the depth of a picture."""
        self.shown.append(frame)
        return DepthMap(tenths(frame.image), self.facts.kind)


@dataclass
class Finds:
    """A detector that finds a cup and a dog."""

    name: str = "finder"
    class_names: tuple[str, ...] = ("cup", "dog")

    def detect(self, frame: Frame, query: Query) -> Detections:
        """Find both, whatever is asked."""
        return Detections.from_boxes([CUP, DOG], ["cup", "dog"])
