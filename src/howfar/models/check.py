"""Does a model do what its card says?"""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from howfar.errors import ModelError
from howfar.models.card import Card
from howfar.models.depth import DepthNetwork
from howfar.models.detector import Detector
from howfar.models.foreground import ForegroundNetwork
from howfar.models.session import RunOptions

GREY_PICTURE = np.full((480, 640, 3), 128, dtype=np.uint8)


def check_model(path: Path, card: Card, options: RunOptions | None = None) -> float:
    """Open a model (digest, ONNX Runtime, fit to its card) and run it once: a grey picture of 640×480, or an empty box.

    Returns:
        How long the run took, in milliseconds, pre- and post-processing included.

    Raises:
        ModelError: If anything is wrong, with what.
    """
    return least_ms(path, card, runs=1, options=options)


def least_ms(path: Path, card: Card, runs: int, options: RunOptions | None = None) -> float:
    """Least time of some runs on a grey picture of 640×480, or an empty box, in milliseconds.

    Raises:
        ModelError: As `check_model`.
    """
    run = OPENERS[card.task](path, card, options)
    return min(_timed_ms(run) for _ in range(runs))


def _detection(path: Path, card: Card, options: RunOptions | None) -> Callable[[], None]:
    detector = Detector(path, card, options)

    def run() -> None:
        detector.detect(GREY_PICTURE)

    return run


def _depth(path: Path, card: Card, options: RunOptions | None) -> Callable[[], None]:
    network = DepthNetwork(path, card, options)

    def run() -> None:
        if not np.isfinite(network.predict(GREY_PICTURE, None).values).any():
            raise ModelError(f"{path} gives no finite depth for a grey picture: check the card's mean and std.")

    return run


def _ranging(path: Path, card: Card, options: RunOptions | None) -> Callable[[], None]:
    network = ForegroundNetwork(path, card, options)
    one_crop = np.zeros((1, 3, network.side, network.side), dtype=np.float32)

    def run() -> None:
        network(one_crop)

    return run


OPENERS = {"detection": _detection, "depth": _depth, "ranging": _ranging}
"""By the task of the card."""


def _timed_ms(run: Callable[[], None]) -> float:
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1e3
