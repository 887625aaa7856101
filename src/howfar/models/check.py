"""Does a model do what its card says?"""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from howfar.errors import ModelError
from howfar.models.card import Card
from howfar.models.depth import DepthNetwork
from howfar.models.detector import Detector
from howfar.models.session import RunOptions

GREY_PICTURE = np.full((480, 640, 3), 128, dtype=np.uint8)


def check_model(path: Path, card: Card, options: RunOptions | None = None) -> float:
    """Open a model (digest, ONNX Runtime, fit to its card) and run it once on a grey picture of 640×480.

    Returns:
        How long the run took, in milliseconds, pre- and post-processing included.

    Raises:
        ModelError: If anything is wrong, with what.
    """
    return least_ms(path, card, runs=1, options=options)


def least_ms(path: Path, card: Card, runs: int, options: RunOptions | None = None) -> float:
    """Least time of some runs on a grey picture of 640×480, in milliseconds.

    Raises:
        ModelError: As `check_model`.
    """
    run = _detection(path, card, options) if card.task == "detection" else _depth(path, card, options)
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


def _timed_ms(run: Callable[[], None]) -> float:
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1e3
