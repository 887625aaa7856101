"""Looking at many pictures: one that fails is a row of its own, not the end."""

from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass

from howfar.errors import HowfarError
from howfar.pipeline.rangefinder import Rangefinder
from howfar.pipeline.view import View
from howfar.scene import Frame
from howfar.sources.ahead import ahead
from howfar.sources.opening import Source


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """A picture that was looked at.

    Attributes:
        source: Its name.
        views: One view for each ranging method.
    """

    source: str
    views: tuple[View, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Failed:
    """A picture that could not be looked at.

    Attributes:
        source: Its name.
        error: Why.
    """

    source: str
    error: HowfarError


Outcome = Looked | Failed


def look_at_pictures(
    finder: Rangefinder, sources: Iterable[Source], prepare: Callable[[Frame], Frame] | None = None
) -> Generator[Outcome, None, None]:
    """Look at the pictures of many sources, in order; reading, looking and the consumer overlap.

    Args:
        finder: What to look with.
        sources: Pictures; of a stream, the first frame is looked at.
        prepare: What is done with each frame before it is looked at; whatever it raises is that picture's failure.

    Yields:
        A row for each source, in their order.
    """
    yield from ahead(_looked(finder, sources, prepare))


def _looked(
    finder: Rangefinder, sources: Iterable[Source], prepare: Callable[[Frame], Frame] | None
) -> Generator[Outcome, None, None]:
    with closing(ahead(_read(finder, sources, prepare))) as frames:
        for name, frame in frames:
            if isinstance(frame, HowfarError):
                yield Failed(name, frame)
                continue
            try:
                yield Looked(name, finder.look_each(frame))
            except HowfarError as error:
                yield Failed(name, error)


def _read(
    finder: Rangefinder, sources: Iterable[Source], prepare: Callable[[Frame], Frame] | None
) -> Generator[tuple[str, Frame | HowfarError], None, None]:
    """Each source's frame, or why there is none; one that the given camera cannot have taken is found out here."""
    for source in sources:
        try:
            frame = next(iter(source.frames()))
            finder.camera_for(frame)
            yield source.name, frame if prepare is None else prepare(frame)
        except HowfarError as error:
            yield source.name, error
