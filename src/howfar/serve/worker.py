"""One thread that looks at pictures, one after the other, and the line of limited length that waits for it."""

import contextlib
import queue
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

from howfar.pipeline.rangefinder import Rangefinder
from howfar.serve.problems import ProblemError
from howfar.sources.workers import Worker

T = TypeVar("T")
Work = Callable[[Rangefinder], T]

PATIENCE_S = 10.0
"""The longest wait, at the end, for a picture that is being looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    work: Work[Any]
    answer: "Future[Any]"
    due_s: float


class LookingThread:
    """Works on one request at a time: the networks use all cores for one picture.

    Attributes:
        finder: The open rangefinder.
        waiting: The most requests that may wait.
    """

    def __init__(self, finder: Rangefinder, waiting: int) -> None:
        self.finder = finder
        self.waiting = waiting
        self._line: queue.Queue[_Asked | None] = queue.Queue(waiting)
        self._took_s = 0.1
        self._ended = False
        self._thread = Worker("howfar-serve", self._run, self._wake, PATIENCE_S)
        self._thread.start()

    def ask(self, work: Work[T], deadline_s: float) -> "Future[T]":
        """Put work into the line.

        Args:
            work: Called with the finder, in the thread.
            deadline_s: Seconds from now after which the work is not begun any more.

        Raises:
            ProblemError: If the line is full.
        """
        asked = _Asked(work, Future(), time.monotonic() + deadline_s)
        try:
            self._line.put_nowait(asked)
        except queue.Full:
            raise ProblemError(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"{self.waiting} requests are waiting already: come again in a moment.",
                retry_after_s=self.retry_after_s,
            ) from None
        return asked.answer

    @property
    def length(self) -> int:
        """How many requests wait now."""
        return self._line.qsize()

    @property
    def retry_after_s(self) -> int:
        """Seconds after which half of a full line is worked off, at the pace of the last pictures; at least 1."""
        return max(1, round(self._took_s * self.waiting / 2))

    def end(self) -> None:
        """Finish what is being worked on, and end the thread."""
        self._thread.end()

    def _wake(self) -> None:
        self._ended = True
        with contextlib.suppress(queue.Full):  # then the thread is not asleep
            self._line.put_nowait(None)

    def _run(self) -> None:
        while not self._ended:
            asked = self._line.get()
            if asked is None or not asked.answer.set_running_or_notify_cancel():
                continue
            self._answer(asked)

    def _answer(self, asked: _Asked) -> None:
        start = time.monotonic()
        if start > asked.due_s:
            asked.answer.set_exception(late())
            return
        try:
            asked.answer.set_result(asked.work(self.finder))
        except BaseException as error:  # noqa: BLE001  whoever asked is told; the thread goes on
            asked.answer.set_exception(error)
        self._took_s += 0.1 * (time.monotonic() - start - self._took_s)


def late() -> ProblemError:
    """The problem of a request whose turn did not come in time."""
    return ProblemError(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The request could not be answered in time, as others came first: come again in a moment.",
        retry_after_s=1,
    )
