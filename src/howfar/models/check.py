"""Does a model do what its card says?"""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from howfar.errors import ModelError
from howfar.models.card import Card, Task
from howfar.models.depth import CardDepth
from howfar.models.detector import CardDetector
from howfar.models.foreground import ForegroundNetwork
from howfar.models.joint import CardJoint
from howfar.models.session import RunOptions, Session, open_session
from howfar.scene import DepthMap, Frame, Query

GREY_PICTURE = Frame(np.full((480, 640, 3), 128, dtype=np.uint8), "a grey picture")


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
    run = TRIALS[card.task](card, open_session(path, card, options))
    return min(_timed_ms(run) for _ in range(runs))


def _detection(card: Card, session: Session) -> Callable[[], None]:
    detector = CardDetector(card, session)

    def run() -> None:
        detector.detect(GREY_PICTURE, Query())

    return run


def _depth(card: Card, session: Session) -> Callable[[], None]:
    network = CardDepth(_without_sky(card), session)

    def run() -> None:
        _require_depth(network.estimate(GREY_PICTURE), session)

    return run


def _joint(card: Card, session: Session) -> Callable[[], None]:
    network = CardJoint(_without_sky(card), session)

    def run() -> None:
        _require_depth(network.perceive(GREY_PICTURE, Query()).depth, session)

    return run


def _ranging(card: Card, session: Session) -> Callable[[], None]:
    network = ForegroundNetwork(card, session)
    one_crop = np.zeros((1, 3, network.side, network.side), dtype=np.float32)

    def run() -> None:
        network(one_crop)

    return run


TRIALS: dict[Task, Callable[[Card, Session], Callable[[], None]]] = {
    "detection": _detection,
    "depth": _depth,
    "ranging": _ranging,
    "joint": _joint,
}
"""What runs an open network once, by the task of its card."""


def _without_sky(card: Card) -> Card:
    """The card of a network that is asked for numbers everywhere: a grey picture may well be sky to it."""
    return card if card.depth is None else replace(card, depth=replace(card.depth, sky_m=None))


def _require_depth(depth: DepthMap, session: Session) -> None:
    if not np.isfinite(depth.values).any():
        raise ModelError(f"{session.name} gives no finite depth for a grey picture: check the card's mean and std.")


def _timed_ms(run: Callable[[], None]) -> float:
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1e3
