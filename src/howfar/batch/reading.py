"""From a picture's path or address to its frame; what comes over a network is fetched ahead."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from howfar.batch.addresses import is_address, open_address
from howfar.errors import SourceError
from howfar.io.addresses import scheme_of, without_password
from howfar.io.pictures import MAX_STREAM_BYTES, decode_picture, read_picture
from howfar.scene import Frame
from howfar.sources.fetch import fetch

FETCHED_AHEAD = 8
"""How many pictures of a network are fetched at a time: an answer of a store takes about as long as some pictures."""

Load = Callable[[], Frame]


def loads(pictures: Iterable[tuple[int, str]]) -> Generator[tuple[int, str, Load], None, None]:
    """Each picture's number and source, and what reads it; that raises SourceError where it cannot be read.

    The bytes of addresses are fetched by threads, a few ahead; files are read when they are asked for.
    """
    remaining, waiting = iter(pictures), deque[tuple[int, str, Load]]()
    with ThreadPoolExecutor(FETCHED_AHEAD, "howfar-fetch") as threads:
        try:
            while True:
                wanted = islice(remaining, 1 + FETCHED_AHEAD - len(waiting))
                waiting.extend((number, source, _load(source, threads)) for number, source in wanted)
                if not waiting:
                    return
                yield waiting.popleft()
        finally:
            threads.shutdown(wait=False, cancel_futures=True)


def _load(source: str, threads: ThreadPoolExecutor) -> Load:
    if not is_address(source):
        return lambda: read_picture(Path(source), source)
    fetching = threads.submit(_fetched, source)
    return lambda: _decoded(fetching, source)


def _decoded(fetching: "Future[bytes]", source: str) -> Frame:
    return decode_picture(fetching.result(), without_password(source))


def _fetched(address: str) -> bytes:
    """What lies at an address."""
    if scheme_of(address) in ("http", "https"):
        return fetch(address)
    with open_address(address) as file:
        data: bytes = file.read(MAX_STREAM_BYTES + 1)
    if len(data) > MAX_STREAM_BYTES:
        raise SourceError(
            f"{without_password(address)} has more than {MAX_STREAM_BYTES // 2**20} MB: it is no picture."
        )
    return data
