"""Depth networks of known answers."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from howfar.datasets import NYU_CAMERA, DepthSample
from howfar.scene import Camera, DepthFacts, DepthKind, DepthMap, Frame
from howfar.scene.margins import Margins


@dataclass
class Predictor:
    """Gives what a function makes of the picture it is shown, and remembers what it was shown."""

    of_picture: Callable[[np.ndarray], np.ndarray]
    kind: DepthKind = "metres"
    seen: list[tuple[np.ndarray, Camera | None]] = field(default_factory=list)
    margins: Margins | None = None

    @property
    def facts(self) -> DepthFacts:
        return DepthFacts("made", self.kind, margins=self.margins)

    def estimate(self, frame: Frame) -> DepthMap:
        self.seen.append((frame.image, frame.camera))
        return DepthMap(self.of_picture(frame.image).astype(np.float32), self.kind)


def red_tenths(image: np.ndarray) -> np.ndarray:
    """The red channel over 10, as metres."""
    return image[..., 0] / np.float32(10)


def nyu_sample(depth_m: np.ndarray | float, image: np.ndarray | None = None, name: str = "made") -> DepthSample:
    """A sample of NYU's size and camera, black where no picture is given."""
    truth = np.broadcast_to(np.asarray(depth_m, dtype=np.float32), (480, 640)).copy()
    return DepthSample(name, np.zeros((480, 640, 3), dtype=np.uint8) if image is None else image, truth, NYU_CAMERA)


def noise_image(seed: int = 0) -> np.ndarray:
    """640×480 noise, 10 to 79."""
    return np.random.default_rng(seed).integers(10, 80, (480, 640, 3), dtype=np.uint8)
