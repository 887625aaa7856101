"""Does a model do what its card says?"""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from howfar.errors import ModelError
from howfar.models.box_units import decoded, refuse_box_unit, refuse_inside_out, refuse_scores
from howfar.models.card import Card, DepthSpec, DetectorSpec, Task
from howfar.models.depth import CardDepth
from howfar.models.detector import CardDetector
from howfar.models.features import FeatureNetwork, SimilarityNetwork
from howfar.models.foreground import ForegroundNetwork
from howfar.models.joint import CardJoint
from howfar.models.layouts import LAYOUTS
from howfar.models.preprocess import feed
from howfar.models.run_options import RunOptions
from howfar.models.session import Session, open_session
from howfar.scene import Frame, Query

MOST_UNKNOWN = 0.5
"""Share of a map that may hold no number."""
MOST_IMPOSSIBLE = 0.01
"""Share of a map in metres that may be zero or negative."""
MOST_BEYOND = 0.1
"""Share of a map that may lie beyond `BEYOND` times the farthest depth of the card."""
BEYOND = 1.5
MOST_LIKELY_M = 200.0
"""A median beyond this, where the card states no farthest depth, is none of metres."""
MANY_BOXES = 20
"""So many boxes are never all as wide and as high as their centres are far from the corner; corners always are."""
CONSTANT = 1e-4
"""A map that varies by less than this share of its largest value is the same everywhere."""


def picture_with_things(width: int = 640, height: int = 480) -> NDArray[np.uint8]:
    """A drawn room, H×W×3 uint8 RGB, the same every time: a wall, a floor, and things that stand on it."""
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    columns = np.linspace(0, 1, width, dtype=np.float32)[None, :, None]
    wall = np.array([150, 140, 125], dtype=np.float32) * (0.8 + 0.2 * columns) + 0 * rows
    floor = np.array([110, 80, 50], dtype=np.float32) * (0.6 + 0.8 * rows) + 0 * columns
    picture = np.where(rows < 0.55, wall, floor)
    for left, top, right, bottom, colour in (
        (0.10, 0.25, 0.22, 0.80, (60, 70, 140)),
        (0.40, 0.45, 0.60, 0.70, (150, 50, 40)),
        (0.70, 0.35, 0.95, 0.95, (40, 110, 60)),
    ):
        inside = (rows >= top) & (rows < bottom) & (columns >= left) & (columns < right)
        picture = np.where(inside, np.array(colour, dtype=np.float32) * (1.2 - 0.4 * columns), picture)
    return picture.round().astype(np.uint8)


DRAWN = picture_with_things()
PICTURE = Frame(DRAWN, "a drawn room", right=np.roll(DRAWN, -8, axis=1))
"""The room, and for networks of pairs what a right-hand camera would see of one painted on a wall."""


def check_model(path: Path, card: Card, options: RunOptions | None = None) -> float:
    """Open a model (digest, ONNX Runtime, fit to its card), run it once on a drawn room, and judge what it gives.

    Returns:
        How long the run took, in milliseconds, pre- and post-processing included.

    Raises:
        ModelError: If anything is wrong, with what.
    """
    session = open_session(path, card, options)
    taken_ms = _timed_ms(TRIALS[card.task](card, session))
    if card.ranging is None and card.stereo is None:
        fed = feed(PICTURE, card)
        outputs = session.run(*fed.tensors)
        if card.detector is not None:
            _check_detector(CardDetector(card, session), outputs, fed.size_px)
        if card.depth is not None:
            network = CardDepth(_without_sky(card), session)
            if card.depth.kind == "disparity_px":
                _check_known(network.numbers(outputs, fed), "disparity", session.name)
            else:
                _check_depth(network.read(outputs, fed, None).values, card.depth, session.name)
    return taken_ms


def least_ms(path: Path, card: Card, runs: int, options: RunOptions | None = None) -> float:
    """Least time of some runs on a drawn room of 640×480, or an empty box, in milliseconds.

    Raises:
        ModelError: If the model does not open, or not run.
    """
    run = TRIALS[card.task](card, open_session(path, card, options))
    return min(_timed_ms(run) for _ in range(runs))


def _detection(card: Card, session: Session) -> Callable[[], None]:
    detector = CardDetector(card, session)

    def run() -> None:
        detector.detect(PICTURE, Query())

    return run


def _depth(card: Card, session: Session) -> Callable[[], None]:
    network = CardDepth(card, session)

    def run() -> None:
        fed = feed(PICTURE, card)
        network.numbers(session.run(*fed.tensors), fed)

    return run


def _joint(card: Card, session: Session) -> Callable[[], None]:
    network = CardJoint(card, session)

    def run() -> None:
        network.perceive(PICTURE, Query())

    return run


def _ranging(card: Card, session: Session) -> Callable[[], None]:
    network = ForegroundNetwork(card, session)
    one_crop = np.zeros((1, 3, network.side, network.side), dtype=np.float32)

    def run() -> None:
        network(one_crop)

    return run


def _stereo(card: Card, session: Session) -> Callable[[], None]:
    of_pair = SimilarityNetwork(card, session) if card.takes_pair else None
    of_picture = None if card.takes_pair else FeatureNetwork(card, session)

    def run() -> None:
        if of_pair is not None:
            of_pair(PICTURE.image, PICTURE.image)
        elif of_picture is not None:
            of_picture(PICTURE.image)

    return run


TRIALS: dict[Task, Callable[[Card, Session], Callable[[], None]]] = {
    "detection": _detection,
    "depth": _depth,
    "ranging": _ranging,
    "joint": _joint,
    "stereo": _stereo,
}
"""What runs an open network once, by the task of its card."""


def _check_detector(detector: CardDetector, outputs: Mapping[str, NDArray[Any]], size_px: tuple[int, int]) -> None:
    """Judge all boxes and scores that a detector gives, also those below the threshold."""
    spec, where = detector.spec, detector.session.name
    layout, classes = LAYOUTS[spec.layout], len(spec.classes)
    arrays = detector.arrays(outputs)
    raw_scores = layout.parts(arrays, classes)[1]
    if np.isnan(raw_scores).any():
        share = np.isnan(raw_scores).any(axis=-1).mean()
        raise ModelError(f"{where} gives scores that are no numbers (NaN) in {share:.0%} of its rows: check the file.")
    if raw_scores.size:
        _check_scores(float(raw_scores.min()), float(raw_scores.max()), spec, where)
    boxes = layout.parts(decoded(arrays, size_px, spec), classes)[0]
    if boxes is not None and boxes.size:
        _check_boxes(boxes.reshape(-1, 4), size_px, spec, where)


def _check_boxes(boxes: NDArray[np.float32], size_px: tuple[int, int], spec: DetectorSpec, where: str) -> None:
    refuse_box_unit(boxes, size_px, spec, where)
    first, last = boxes[:, :2], boxes[:, 2:]
    are_corners = spec.layout == "end2end"
    refuse_inside_out(last < (first if are_corners else 0), spec, where)
    if not are_corners and len(boxes) >= MANY_BOXES and (last >= first).all():
        raise ModelError(
            f"The boxes of {where} look like corners (x1, y1, x2, y2), and those of the layout {spec.layout} are "
            "centre x, centre y, width, height: check the card's layout, or the export."
        )


def _check_scores(least: float, most: float, spec: DetectorSpec, where: str) -> None:
    if spec.scores == "probabilities":
        refuse_scores(least, most, spec, where)
    elif least >= 0 and most <= 1:
        raise ModelError(
            f"{where} gives scores from {least:.3g} to {most:.3g}, of which a sigmoid was taken already: say scores = "
            '"probabilities" in the card\'s [output].'
        )


def _without_sky(card: Card) -> Card:
    """The card of a network that is asked for numbers everywhere: a drawn room may well be sky to it."""
    return card if card.depth is None else replace(card, depth=replace(card.depth, sky_m=None))


def _check_depth(values: NDArray[np.float32], spec: DepthSpec, where: str) -> None:
    """Judge the map of a drawn room, as the network gives it."""
    known = _check_known(values, "depth", where)
    if np.ptp(known) <= CONSTANT * np.abs(known).max():
        raise ModelError(
            f"{where} gives {known[0]:.4g} everywhere in a drawn room: check the card's mean and std, and that the "
            "output is depth."
        )
    if spec.kind == "metres":
        _check_metres(known, spec, where)


def _check_known(values: NDArray[np.float32], what: str, where: str) -> NDArray[np.float32]:
    """The finite numbers of a map, if most are."""
    known = values[np.isfinite(values)]
    if known.size <= MOST_UNKNOWN * values.size:
        raise ModelError(
            f"{where} gives no finite {what} for {1 - known.size / values.size:.0%} of a drawn room: check the card's "
            "mean and std."
        )
    return known


def _check_metres(known: NDArray[np.float32], spec: DepthSpec, where: str) -> None:
    impossible = float((known <= 0).mean())
    if impossible > MOST_IMPOSSIBLE:
        raise ModelError(
            f"{where} gives {impossible:.0%} of a drawn room a depth of 0 or below: check the card's kind and std."
        )
    seen = known if spec.sky_m is None else known[known < spec.sky_m]
    if not seen.size:
        return
    median = float(np.median(seen))
    is_beyond = (
        median > MOST_LIKELY_M if spec.max_m is None else float((seen > BEYOND * spec.max_m).mean()) > MOST_BEYOND
    )
    if is_beyond:
        most = "no farthest depth" if spec.max_m is None else f"at most {spec.max_m:g} m"
        raise ModelError(
            f"{where} gives a drawn room a median of {median:.4g} m, and its card says {most}: are these millimetres, "
            "or another unit? Export a network that gives metres, or correct the card."
        )


def _timed_ms(run: Callable[[], None]) -> float:
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1e3
