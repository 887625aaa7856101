"""What ends the process that it works in, as a decoder that crashes does."""

import os
import signal
import time
from collections.abc import Collection, Generator, Iterable
from pathlib import Path
from typing import Any

from howfar.batch.looking import BatchRangefinder
from howfar.pipeline.rangefinder import Rangefinder
from howfar.pipeline.spec import RangefinderSpec


class Deadly(BatchRangefinder):
    """Ends its process before the picture of a name, as often as a folder has room for marks of it."""

    def __init__(self, spec: RangefinderSpec, name: str, marks: Path, times: int) -> None:
        super().__init__(spec)
        self.name, self.marks, self.times = name, marks, times

    def __getstate__(self) -> dict[str, Any]:
        """All of it."""
        return {**self.__dict__, "_finder": None}

    def rows(
        self, pictures: Iterable[tuple[int, str]], deadly: Collection[int] = ()
    ) -> Generator[dict[str, Any], None, None]:
        """The rows, until the end."""
        for number, source in pictures:
            ended = len(list(self.marks.iterdir()))
            if Path(source).name == self.name and number not in deadly and ended < self.times:
                (self.marks / str(ended)).touch()
                os.kill(os.getpid(), signal.SIGKILL)
            yield from super().rows([(number, source)], deadly)


class NeverOpens(BatchRangefinder):
    """Ends its process when its networks are opened."""

    @property
    def finder(self) -> Rangefinder:
        """Never there."""
        os._exit(9)


class Slow(BatchRangefinder):
    """Takes its time, so that one can see how it ends."""

    def rows(
        self, pictures: Iterable[tuple[int, str]], deadly: Collection[int] = ()
    ) -> Generator[dict[str, Any], None, None]:
        """The rows, a second each."""
        for row in super().rows(pictures, deadly):
            time.sleep(1)
            yield row
