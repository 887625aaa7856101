"""A server in this process whose networks are a stand-in: a cup at 2 m on the left, a dog at 4 m on the right."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

import pytest

from howfar.io.picture_writer import png_bytes
from howfar.pipeline.rangefinder import Rangefinder
from howfar.ranging import parse_method
from howfar.ranging.cues.joining import parse_cues
from howfar.ranging.settings import Ranging
from howfar.scene import Frame, Perception, Query
from tests.pipeline.stand_ins import Finds, GivesDepth, Sees, halves

pytest.importorskip("starlette", reason="needs the extra `serve`")

from starlette.testclient import TestClient

from howfar.serve.app import create_app
from howfar.serve.settings import ServeSettings

PICTURE = png_bytes(halves(2.0, 4.0))
HERE = "http://localhost"


@dataclass
class Told(Sees):
    """Sees, and says which networks it is made of."""

    def perceive(self, frame: Frame, query: Query) -> Perception:
        """See the picture."""
        return replace(super().perceive(frame, query), models={"detector": "finder", "depth": "mapper"})


@dataclass
class Held(Told):
    """Sees nothing until it is let go.

    Attributes:
        go: Lets it go.
        began: Is set once it was asked.
    """

    go: threading.Event = field(default_factory=threading.Event)
    began: threading.Event = field(default_factory=threading.Event)

    def perceive(self, frame: Frame, query: Query) -> Perception:
        """See the picture, when let go."""
        self.began.set()
        assert self.go.wait(20)
        return super().perceive(frame, query)


def finder_of(perceiver: Sees) -> Rangefinder:
    """A rangefinder by box statistics alone, which opens no network."""
    perceiver.detector, perceiver.depth = Finds(), GivesDepth()
    return Rangefinder.of(perceiver, ranging=Ranging((parse_method("median"),), parse_cues("depth")))


Clients = Callable[..., TestClient]


@pytest.fixture
def client_of() -> Iterator[Clients]:
    """Makes a client of a server with these settings; `perceiver` and `log` are those of the server."""
    with ExitStack() as stack:

        def make(perceiver: Sees | None = None, log: Callable[[str], None] | None = None, **settings) -> TestClient:
            app = create_app(finder_of(perceiver or Told()), ServeSettings(**settings), log)
            return stack.enter_context(TestClient(app, base_url=HERE, raise_server_exceptions=False))

        yield make


@contextmanager
def asking(ask: Callable[[], object], count: int) -> Iterator[list[object]]:
    """Ask several times at once, each in a thread; the answers are complete at the end of the block."""
    answers: list[object] = []
    threads = [threading.Thread(target=lambda: answers.append(ask())) for _ in range(count)]
    for thread in threads:
        thread.start()
    yield answers
    for thread in threads:
        thread.join(20)
