"""Processing many pictures: a picture that fails gives a row of its own, and the others go on."""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from functools import partial

from howfar.errors import HowfarError
from howfar.pipeline.rangefinder import Rangefinder
from howfar.pipeline.view import View
from howfar.scene import Frame
from howfar.sources.ahead import computed_ahead
from howfar.sources.kinds import Source


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """The result of a picture.

    Attributes:
        source: Name of the picture.
        views: One view for each ranging method.
    """

    source: str
    views: tuple[View, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Failed:
    """A picture that failed.

    Attributes:
        source: Name of the picture.
        error: The error that it failed with.
    """

    source: str
    error: HowfarError


Outcome = Looked | Failed


def look_at_pictures(
    finder: Rangefinder, sources: Iterable[Source], prepare: Callable[[Frame], Frame] | None = None
) -> Generator[Outcome, None, None]:
    """Look at the pictures of many sources, in order.

    Reading, the networks and the consumer each have a thread of their own and overlap.

    Args:
        finder: The rangefinder to use.
        sources: The sources; of a stream, only the first frame is used.
        prepare: Called with each frame before it is processed. If it raises a HowfarError, the picture has failed.

    Yields:
        One row for each source, in their order.
    """
    yield from computed_ahead(partial(_looked_at, finder), _read(finder, sources, prepare))


def _looked_at(finder: Rangefinder, read: tuple[str, Frame | HowfarError]) -> Outcome:
    name, frame = read
    if isinstance(frame, HowfarError):
        return Failed(name, frame)
    try:
        return Looked(name, finder.look_each(frame))
    except HowfarError as error:
        return Failed(name, error)


def _read(
    finder: Rangefinder, sources: Iterable[Source], prepare: Callable[[Frame], Frame] | None
) -> Generator[tuple[str, Frame | HowfarError], None, None]:
    """Each source's frame, or the error; a frame that does not fit the given camera is an error too."""
    for source in sources:
        try:
            frame = next(iter(source.frames()))
            finder.camera_for(frame)
            yield source.name, frame if prepare is None else prepare(frame)
        except HowfarError as error:
            yield source.name, error
