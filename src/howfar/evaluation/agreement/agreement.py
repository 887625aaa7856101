"""Two networks on the same pictures: does one see what the other sees?

Boxes are those above the card's own threshold. A box is found again where the other network has one of its class that
overlaps it by half or more (IoU) and whose score reaches half of the threshold: what passes the threshold by a hair in
one network and misses it in the other is the same box. Both ways count, so that boxes out of nothing count too.

Depth is compared cell by cell: |other − source| / source in metres; of relative depth, |other − source| over the
source's mean deviation from its median. No scale is fitted: a file has to give what its source gives.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from howfar.errors import ModelError
from howfar.evaluation.detection.matching import NONE, overlaps, taken_objects
from howfar.io.resample import resample
from howfar.models import Card, CardDepth, CardDetector, Session
from howfar.models.preprocess import Fed, feed
from howfar.scene import DepthMap, Detections, Frame, Query

SAME_BOX_IOU = 0.5
NEAR_SCORE = 0.5
"""The share of the threshold from which on a box of the other network counts."""


class Network:
    """A network that is fed and read as its card says, and run once a picture whatever heads it has.

    Attributes:
        card: How it is fed and read.
        session: What runs it.
        detector: Its head for detection, if it has one.
        depth: Its head for depth, if it has one.
    """

    def __init__(self, card: Card, session: Session) -> None:
        """Take an open network."""
        self.card, self.session = card, session
        self.detector = None if card.detector is None else CardDetector(card, session)
        self.depth = None if card.depth is None else CardDepth(card, session)

    def run(self, frame: Frame) -> tuple[Fed, Mapping[str, NDArray[Any]]]:
        """What the network is fed with for a picture, and what it gives."""
        fed = feed(frame, self.card)
        return fed, self.session.run(*fed.tensors)


@dataclass(frozen=True, slots=True)
class PictureAgreement:
    """What two networks have in common on one picture.

    Attributes:
        name: The picture.
        boxes: Boxes of the one and of the other.
        found: How many of these the other one has, too.
        ious: The overlap of each of the source's boxes that was found again.
        score_differences: How far their scores are from each other.
        depth_difference: Mean difference of depth, as a share; NaN where there is none to compare.
        known_in_one: Share of the map that has a depth in one of the two alone; 0 where there is no map.
    """

    name: str
    boxes: int = 0
    found: int = 0
    ious: tuple[float, ...] = ()
    score_differences: tuple[float, ...] = ()
    depth_difference: float = float("nan")
    known_in_one: float = 0.0

    @property
    def difference(self) -> float:
        """The worse of the share of boxes that are not found again and of the difference of depth."""
        lost = 1 - self.found / self.boxes if self.boxes else 0.0
        return max(lost, 0.0 if np.isnan(self.depth_difference) else self.depth_difference, self.known_in_one)


@dataclass(frozen=True, eq=False)
class Agreement:
    """What two networks have in common on several pictures.

    Attributes:
        pictures: Each picture; at least one.
    """

    pictures: Sequence[PictureAgreement]

    @cached_property
    def boxes(self) -> int:
        """Boxes of both networks on all pictures."""
        return sum(each.boxes for each in self.pictures)

    @property
    def found_share(self) -> float:
        """Share of the boxes that the other network has, too; NaN where there is none."""
        return sum(each.found for each in self.pictures) / self.boxes if self.boxes else float("nan")

    @property
    def iou(self) -> float:
        """Mean overlap of the boxes that were found again; NaN where there is none."""
        return _mean(value for each in self.pictures for value in each.ious)

    @property
    def score_difference(self) -> float:
        """Mean difference of their scores; NaN where there is none."""
        return _mean(value for each in self.pictures for value in each.score_differences)

    @property
    def depth_difference(self) -> float:
        """Mean difference of depth, the mean over the pictures; NaN where there is none."""
        return _mean(each.depth_difference for each in self.pictures if not np.isnan(each.depth_difference))

    @property
    def known_in_one(self) -> float:
        """Mean share of a map that has a depth in one of the two alone."""
        return _mean(each.known_in_one for each in self.pictures)

    @property
    def worst(self) -> PictureAgreement:
        """The picture on which they differ most."""
        return max(self.pictures, key=lambda each: each.difference)


def compare_on(frames: Iterable[Frame], source: Network, other: Network) -> Agreement:
    """Show pictures to two networks.

    Args:
        frames: The pictures.
        source: The network that is taken for right.
        other: The one that was made of it.

    Raises:
        ModelError: If the two are for different tasks, or know different classes.
        SettingError: If there is no picture.
    """
    refuse_unlike(source.card, other.card)
    return Agreement([compare_picture(frame, source, other) for frame in frames])


def refuse_unlike(source: Card, other: Card) -> None:
    """Raise ModelError where two networks give different things."""
    if source.task != other.task:
        raise ModelError(
            f"{other.name} is a model for {other.task} and {source.name} one for {source.task}: name the source that "
            "the file was made of."
        )
    if source.detector and other.detector and source.detector.classes != other.detector.classes:
        raise ModelError(f"{other.name} knows other classes than {source.name}: name the source that it was made of.")
    if source.depth and other.depth and source.depth.kind != other.depth.kind:
        raise ModelError(
            f"{other.name} gives {other.depth.kind} and {source.name} {source.depth.kind}: name the source that it "
            "was made of."
        )


def compare_picture(frame: Frame, source: Network, other: Network) -> PictureAgreement:
    """Show one picture to two networks that give the same things."""
    one, two = source.run(frame), other.run(frame)
    boxes, depth = _Boxes(), (float("nan"), 0.0)
    if source.detector and other.detector:
        boxes = _boxes(_reader(source.detector, *one), _reader(other.detector, *two), source.detector.spec.score)
    if source.depth and other.depth:
        maps = (
            network.read(outputs, fed, frame.camera)
            for network, (fed, outputs) in ((source.depth, one), (other.depth, two))
        )
        depth = _depth(*maps)
    return PictureAgreement(frame.source, boxes.both, boxes.found, boxes.ious, boxes.score_differences, *depth)


@dataclass(frozen=True, slots=True)
class _Boxes:
    both: int = 0
    found: int = 0
    ious: tuple[float, ...] = ()
    score_differences: tuple[float, ...] = ()


def _reader(detector: CardDetector, fed: Fed, outputs: Mapping[str, NDArray[Any]]) -> Callable[[float], Detections]:
    """The boxes of a picture above a threshold."""
    return lambda score: detector.read(outputs, fed, Query(score))


def _boxes(source: Callable[[float], Detections], other: Callable[[float], Detections], score: float) -> _Boxes:
    of_source, of_other = source(score), other(score)
    ious, differences = _found_again(of_source, other(NEAR_SCORE * score))
    back, _ = _found_again(of_other, source(NEAR_SCORE * score))
    return _Boxes(len(of_source) + len(of_other), len(ious) + len(back), ious, differences)


def _found_again(boxes: Detections, among: Detections) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Of each box that is among others, too: their overlap, and how far the scores are from each other."""
    ious: list[float] = []
    differences: list[float] = []
    for number in sorted(set(boxes.class_ids.tolist())):
        ours, theirs = np.flatnonzero(boxes.class_ids == number), np.flatnonzero(among.class_ids == number)
        shared = overlaps(
            _corner_size(boxes.boxes_xyxy_px[ours]),
            _corner_size(among.boxes_xyxy_px[theirs]),
            np.zeros(len(theirs), dtype=np.bool_),
        )
        taken = taken_objects(shared, SAME_BOX_IOU)
        for row, column in enumerate(taken):
            if column != NONE:
                ious.append(float(shared[row, column]))
                differences.append(abs(float(boxes.scores[ours[row]] - among.scores[theirs[column]])))
    return tuple(ious), tuple(differences)


def _corner_size(boxes_xyxy_px: NDArray[np.float32]) -> NDArray[np.float64]:
    boxes = boxes_xyxy_px.astype(np.float64)
    return np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])


def _depth(source: DepthMap, other: DepthMap) -> tuple[float, float]:
    """Mean difference of two maps, as a share, and the share that is known in one alone."""
    height, width = source.shape
    ours = np.where(source.valid, source.values, np.float32(np.nan))
    theirs = resample(np.where(other.valid, other.values, np.float32(np.nan)), width, height)
    known, known_there = np.isfinite(ours), np.isfinite(theirs)
    in_one = float((known != known_there).mean())
    both = known & known_there
    if not both.any():
        return float("nan"), in_one
    of = ours[both] if source.is_metric else np.abs(ours[both] - np.median(ours[both])).mean()
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.mean(np.abs(theirs[both] - ours[both]) / of)), in_one


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return float(np.mean(listed)) if listed else float("nan")
