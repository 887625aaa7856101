"""Two cameras that each take pictures when they like: of the newest ones, the two that were taken nearest in time."""

import os
import time
from collections.abc import Generator, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import product

from howfar.io.video import check_every
from howfar.scene.frame import Frame
from howfar.sources.as_frame import paired
from howfar.sources.kinds import LiveSource
from howfar.sources.workers import refuse_in_fork

MOST_APART_S = 0.01
"""Pictures that were taken farther apart are said to be. At 10 m/s it is a tenth of a metre."""
ALIKE_S = 0.001
"""Pairs whose moments are as near to each other but for this: the newer one counts."""

APART = (
    f"The two cameras took pictures more than {1000 * MOST_APART_S:.0f} ms apart, as far as their coming tells: the "
    "distance of what moves is wrong."
)


@dataclass(frozen=True)
class LivePairSource:
    """Two live sources that are the eyes of one pair."""

    left: LiveSource
    right: LiveSource
    path = None
    is_stream = True
    frame_count = None
    fps = None

    @property
    def name(self) -> str:
        """The name of the left-hand one."""
        return self.left.name

    def frames(self, every: int = 1) -> Generator[Frame, None, None]:
        """Give the newest pair whenever one is asked for, waiting for a new picture of both where needed.

        A picture's moment is the one in which it came here. Number and time are those of the left-hand picture, from
        the start on; what was taken more than `MOST_APART_S` apart has a note.

        Args:
            every: Leave out so many pictures of the left-hand source less one between two pairs.

        Raises:
            SettingError: If `every` is below 1.
            SourceError: If one of them cannot be opened, or broke and did not come back.
        """
        check_every(every)
        process, start_s, least = os.getpid(), time.monotonic(), (0, 0)
        with ExitStack() as stack:
            eyes = [stack.enter_context(each.stream.reading(start_s=start_s)) for each in (self.left, self.right)]
            while True:
                taken = [eye.take() for eye in eyes]
                if None in taken:
                    return
                lefts, rights = (
                    [each for each in eye.last() if _number(each) >= number]
                    for eye, number in zip(eyes, least, strict=True)
                )
                nearest = nearest_in_time(lefts, rights)
                if nearest is None:
                    continue
                left, right = nearest
                pair = paired(left, right)
                yield pair if _apart_s(left, right) <= MOST_APART_S else replace(pair, notes=(*pair.notes, APART))
                least = _number(left) + every, _number(right) + 1
                refuse_in_fork(process)


def nearest_in_time(lefts: Iterable[Frame], rights: Iterable[Frame]) -> tuple[Frame, Frame] | None:
    """Of some pictures of two cameras the two that were taken nearest in time; the newest of such pairs.

    Args:
        lefts: Pictures of the left-hand camera, with times of one clock.
        rights: Likewise of the right-hand one.

    Returns:
        One of each; None where a side has no picture.
    """
    pairs = product(lefts, rights)
    return min(pairs, key=lambda pair: (_apart_s(*pair) // ALIKE_S, -_time_s(pair[0])), default=None)


def _apart_s(left: Frame, right: Frame) -> float:
    return abs(_time_s(left) - _time_s(right))


def _time_s(frame: Frame) -> float:
    return frame.time_s or 0.0


def _number(frame: Frame) -> int:
    return frame.index or 0
