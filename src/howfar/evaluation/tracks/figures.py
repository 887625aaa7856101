"""Figures of filtered distances and speeds: update and compute.

With the reported depth d and the true one t of each object in each frame:

    flicker   = standard deviation of ln d(k + 1) − ln d(k) over successive frames of one object
    jitter    = the same of ln d/t: without the true motion
    REL       = mean |d − t| / t, and median its median
    coverage  = share of the frames in which low ≤ t ≤ high

each of the filtered distances and of those of each frame alone. Time to collision is judged once for each object: in
the frame in which its true value is nearest to 2 s.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from howfar.evaluation.tracks.comparing import ComparedVideo, Pair

Values = NDArray[np.float64]

AT_S = 2.0
"""The time before contact at which the time to collision is judged."""
SLACK_S = 0.1
"""A frame must lie so near to it."""
SEEN_BEFORE_S = 0.5
"""An object counts if it could be seen for so long before."""
LEAST_SPEED_M_S = 0.5
"""What comes nearer more slowly does not count as approaching."""
TOLERANCE = 0.15
NEXT_FRAME_S = 0.25
"""Frames farther apart are not successive."""


@dataclass(frozen=True, slots=True)
class DepthFigures:
    """Figures of the distances, filtered or of each frame alone.

    Attributes:
        flicker: Standard deviation of the change of log depth.
        jitter: The same without the true motion.
        rel: Mean relative error.
        median: Median of it.
        coverage: Share of true depths in their intervals.
        width: Mean of ln(high / low).
        objects: Distances, counted in each frame.
    """

    flicker: float
    jitter: float
    rel: float
    median: float
    coverage: float
    width: float
    objects: int


@dataclass(frozen=True, slots=True)
class TtcFigures:
    """Figures of the time to collision, two seconds before contact.

    Attributes:
        right: Share of the approaching objects whose time is right within 15 %.
        known: Share of them whose time is known.
        coverage: Share of the known ones whose interval holds the true time.
        error: Median relative error of the known ones.
        objects: The approaching objects.
    """

    right: float
    known: float
    coverage: float
    error: float
    objects: int


@dataclass
class Measured:
    """What is collected over videos."""

    filtered: list[tuple[float, float, float, float]] = field(default_factory=list)
    alone: list[tuple[float, float, float, float]] = field(default_factory=list)
    changes: list[tuple[float, float, float]] = field(default_factory=list)
    times: list[tuple[float, float, float, float]] = field(default_factory=list)
    speeds: list[tuple[float, float, float, float]] = field(default_factory=list)
    ground_speeds: list[tuple[float, float, float, float]] = field(default_factory=list)

    def update(self, video: ComparedVideo) -> None:
        """Add a video."""
        self.times += _times(video, self.update_pairs(video.pairs))

    def update_pairs(self, pairs: Sequence[Pair]) -> Mapping[int, list[Pair]]:
        """Add the distances and speeds of a video; gives its pairs by true object."""
        by_object: dict[int, list[Pair]] = defaultdict(list)
        for pair in pairs:
            by_object[pair.true.track_id].append(pair)
            self._add_pair(pair)
        for following in by_object.values():
            self.changes += [_change(*two) for two in pairwise(following) if _follows(*two)]
        return by_object

    def _add_pair(self, pair: Pair) -> None:
        track, distance, true = pair.seen.track, pair.seen.distance, pair.true
        if track is None or not distance.is_known:
            return
        self.filtered.append((distance.depth_m, distance.low_m, distance.high_m, true.nearest_m))
        ends = track.measured_low_m, track.measured_high_m
        self.alone.append((track.measured_depth_m, *ends, true.nearest_m))
        if math.isfinite(track.speed_m_s):
            self.speeds.append((track.speed_m_s, track.speed_low_m_s, track.speed_high_m_s, true.speed_m_s))
        if math.isfinite(track.ground_speed_m_s):
            ends = track.ground_speed_low_m_s, track.ground_speed_high_m_s
            self.ground_speeds.append((track.ground_speed_m_s, *ends, true.ground_speed_m_s))

    def depths(self) -> tuple[DepthFigures, DepthFigures]:
        """The figures of the filtered distances, and of those of each frame alone."""
        changes = np.array(self.changes).reshape(-1, 3)
        return _depths(self.filtered, changes[:, 0], changes[:, 2]), _depths(self.alone, changes[:, 1], changes[:, 2])

    def covered_speeds(self) -> tuple[float, float]:
        """The shares of the intervals of speeds towards the camera, and over the ground, that hold the true one."""
        shares = []
        for rows in (self.speeds, self.ground_speeds):
            _, low, high, true = np.array(rows).reshape(-1, 4).T
            shares.append(_mean((low <= true) & (true <= high)))
        return shares[0], shares[1]

    def collisions(self) -> TtcFigures:
        """The figures of the time to collision."""
        times = np.array(self.times).reshape(-1, 4)
        known = times[np.isfinite(times[:, 0])]
        errors = abs(known[:, 0] / known[:, 3] - 1)
        inside = (known[:, 1] <= known[:, 3]) & (known[:, 3] <= known[:, 2])
        right = float((errors <= TOLERANCE).sum()) / len(times) if len(times) else math.nan
        share = len(known) / len(times) if len(times) else math.nan
        return TtcFigures(right, share, _mean(inside), _median(errors), len(times))


def _depths(rows: Sequence[tuple[float, ...]], changes: Values, true_changes: Values) -> DepthFigures:
    depth, low, high, true = np.array(rows).reshape(-1, 4).T
    inside = (low <= true) & (true <= high)
    errors, widths = abs(depth - true) / true, np.log(high / low)
    return DepthFigures(
        flicker=_sd(changes),
        jitter=_sd(changes - true_changes),
        rel=_mean(errors),
        median=_median(errors),
        coverage=_mean(inside),
        width=_mean(widths),
        objects=len(true),
    )


def _follows(one: Pair, other: Pair) -> bool:
    return other.time_s - one.time_s <= NEXT_FRAME_S and all(pair.seen.distance.is_known for pair in (one, other))


def _change(one: Pair, other: Pair) -> tuple[float, float, float]:
    """The changes of log depth from a frame to the next: filtered, of each frame alone, true."""
    filtered = math.log(other.seen.depth_m / one.seen.depth_m)
    tracks = one.seen.track, other.seen.track
    alone = [math.nan if track is None else track.measured_depth_m for track in tracks]
    return filtered, math.log(alone[1] / alone[0]), math.log(other.true.nearest_m / one.true.nearest_m)


def _times(video: ComparedVideo, by_object: Mapping[int, list[Pair]]) -> list[tuple[float, float, float, float]]:
    """Time to collision, its interval and the true one of each approaching object, two seconds before contact."""
    first_s: dict[int, float] = {}
    nearest: dict[int, tuple[float, float]] = {}
    for time_s, true in video.truths:
        first_s.setdefault(true.track_id, time_s)
        off = abs(true.ttc_s - AT_S)
        seen_s = time_s - first_s[true.track_id]
        if true.speed_m_s < LEAST_SPEED_M_S or off > SLACK_S or seen_s < SEEN_BEFORE_S:
            continue
        if off < nearest.get(true.track_id, (math.inf, 0.0))[0]:
            nearest[true.track_id] = (off, time_s)
    rows = []
    for number, (_, time_s) in nearest.items():
        true_s = next(true.ttc_s for at_s, true in video.truths if at_s == time_s and true.track_id == number)
        pair = next((each for each in by_object.get(number, ()) if each.time_s == time_s), None)
        track = None if pair is None else pair.seen.track
        told = (math.nan,) * 3 if track is None else (track.ttc_s, track.ttc_low_s, track.ttc_high_s)
        rows.append((*told, true_s))
    return rows


def _mean(values: Values | NDArray[np.bool_]) -> float:
    return float(np.mean(values)) if len(values) else math.nan


def _median(values: Values) -> float:
    return float(np.median(values)) if len(values) else math.nan


def _sd(values: Values) -> float:
    return float(np.std(values)) if len(values) else math.nan
