"""Fetching one file from a server that truncates, corrupts, stalls, refuses and lies."""

import gzip
import hashlib
import time
from dataclasses import replace
from pathlib import Path

import pytest

from howfar.errors import DownloadError
from howfar.models.zoo.fetch import Patience, UnreachableError, Wanted, fetch, note_path
from tests.models.zoo.server import FileServer, Reply

BODY = bytes(range(256)) * 4096
SHA = hashlib.sha256(BODY).hexdigest()
HALF = 500_001
QUICK = Patience(timeout_s=20.0, attempts=2, pause_s=0.0)
STALLED = Patience(timeout_s=1.0, attempts=2, pause_s=0.0)
"""For a server that says nothing for ever: to wait longer would only take longer."""


@pytest.fixture
def part(tmp_path: Path) -> Path:
    return tmp_path / "toy.onnx.part"


@pytest.mark.parametrize(
    ("replies", "known", "ranges"),
    [
        pytest.param([Reply(BODY)], SHA, [None], id="a server that does all right"),
        pytest.param([Reply(BODY, claims=None)], SHA, [None], id="one that does not say how long the file is"),
        pytest.param([Reply(BODY, cut_at=HALF), Reply(BODY)], SHA, [None, HALF], id="truncated: goes on by Range"),
        pytest.param(
            [Reply(BODY, cut_at=HALF, ranges=False), Reply(BODY, ranges=False)],
            SHA,
            [None, HALF],
            id="truncated by a server without Range: all of it again",
        ),
        pytest.param([Reply(BODY, stall_at=HALF), Reply(BODY)], SHA, [None, HALF], id="stalled: goes on by Range"),
        pytest.param([Reply(status=503), Reply(BODY)], SHA, [None, None], id="busy: asked again"),
        pytest.param(
            [Reply(BODY, cut_at=HALF, etag='"one"'), Reply(BODY, etag='"one"')],
            None,
            [None, HALF],
            id="no digest known, same entity tag: goes on",
        ),
        pytest.param(
            [Reply(bytes(len(BODY)), cut_at=HALF, etag='"old"'), Reply(BODY, etag='"new"')],
            None,
            [None, HALF],
            id="no digest known, the file changed meanwhile: all of it again",
        ),
        pytest.param(
            [Reply(BODY, cut_at=HALF), Reply(BODY)], None, [None, None], id="no digest and no entity tag: never joined"
        ),
        pytest.param(
            [Reply(BODY, cut_at=HALF, etag='W/"weak"'), Reply(BODY, etag='W/"weak"')],
            None,
            [None, None],
            id="a weak entity tag vouches for nothing",
        ),
    ],
)
def test_the_whole_file_comes(
    server: FileServer, part: Path, replies: list[Reply], known: str | None, ranges: list[int | None]
) -> None:
    wanted = Wanted(server.answer("/toy.onnx", *replies), sha256=known)
    stalled = any(reply.stall_at for reply in replies)
    assert fetch(wanted, part, patience=STALLED if stalled else QUICK) == SHA
    assert part.read_bytes() == BODY
    assert [asked.range for asked in server.gets()] == [None if r is None else f"bytes={r}-" for r in ranges]


@pytest.mark.parametrize(
    ("reply", "facts", "sentence"),
    [
        pytest.param(Reply(BODY[:-1] + b"!"), {"sha256": SHA}, "is not the file that was expected", id="corrupted"),
        pytest.param(Reply(BODY[:-1], claims=None), {"sha256": SHA}, "is not the file", id="shorter, without a length"),
        pytest.param(Reply(status=404), {}, "answered 404 Not Found; check the address", id="not there"),
        pytest.param(Reply(status=403), {}, "answered 403 Forbidden", id="refused"),
        pytest.param(Reply(BODY), {"size_bytes": 7}, "should have 7 bytes", id="another size than the hub says"),
        pytest.param(Reply(BODY), {"limit_bytes": 1000}, "is longer than the 1000 bytes", id="far too long"),
        pytest.param(Reply(BODY, claims=None), {"limit_bytes": 1000}, "is longer than", id="too long and not saying"),
        pytest.param(
            Reply(status=302, headers={"Location": "/toy.onnx"}), {}, "could not be fetched", id="redirects for ever"
        ),
    ],
)
def test_a_wrong_file_is_refused_and_not_kept(
    server: FileServer, part: Path, reply: Reply, facts: dict, sentence: str
) -> None:
    wanted = Wanted(server.answer("/toy.onnx", reply), **facts)
    with pytest.raises(DownloadError, match=sentence) as refused:
        fetch(wanted, part, patience=QUICK)
    assert not isinstance(refused.value, UnreachableError)
    assert list(part.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("reply", "kept", "reason"),
    [
        pytest.param(Reply(BODY, stall_at=HALF), HALF, "said nothing for 1 s", id="it stalls again and again"),
        pytest.param(Reply(BODY, cut_at=HALF, ranges=False), HALF, "broke off", id="it truncates again and again"),
        pytest.param(
            Reply(BODY[:HALF], claims=None, ranges=False),
            HALF,
            "500001 of 1048576 bytes",
            id="it lacks the second half",
        ),
        pytest.param(Reply(status=500), 0, "answered 500", id="it is broken"),
        pytest.param(
            Reply(BODY, claims="0" * 5000 + "²"),
            0,
            "connection broke off|cannot be fetched|0 of",
            id="its length is none",
        ),
    ],
)
def test_giving_up_keeps_what_came(server: FileServer, part: Path, reply: Reply, kept: int, reason: str) -> None:
    wanted = Wanted(server.answer("/toy.onnx", reply), sha256=SHA, size_bytes=None if kept == 0 else len(BODY))
    with pytest.raises(UnreachableError, match=reason):
        fetch(wanted, part, patience=STALLED if reply.stall_at else QUICK)
    assert (part.stat().st_size if part.exists() else 0) == kept


def test_a_server_that_drips_is_given_up(server: FileServer, part: Path) -> None:
    patience = Patience(timeout_s=0.3, attempts=2, pause_s=0.0)
    wanted = Wanted(server.answer("/toy.onnx", Reply(BODY, drip_at=20)), sha256=SHA)
    start = time.monotonic()
    with pytest.raises(UnreachableError, match=r"the server is too slow, \d+ bytes in 0\.3 s"):
        fetch(wanted, part, patience=patience)
    assert time.monotonic() - start < 5
    assert 20 < part.stat().st_size < 1000
    kept = part.read_bytes()
    time.sleep(0.2)
    assert part.read_bytes() == kept, "a thread that was given up still writes"


def test_a_server_that_begins_anew_and_breaks_off_now_here_now_there_is_given_up(
    server: FileServer, part: Path
) -> None:
    cuts = [500_000, 400_000, 490_000, 300_000, 500_001, 450_000, 499_000, 400_000]
    replies = [Reply(BODY, cut_at=cut, ranges=False) for cut in cuts]
    wanted = Wanted(server.answer("/toy.onnx", *replies), sha256=SHA)
    with pytest.raises(UnreachableError, match="broke off"):
        fetch(wanted, part, patience=replace(QUICK, attempts=3))
    assert len(server.gets()) == 4


def test_a_server_that_gives_crumbs_is_given_up(server: FileServer, part: Path) -> None:
    crumbs = [Reply(BODY, cut_at=cut) for cut in range(100, 10_000, 100)]
    wanted = Wanted(server.answer("/toy.onnx", *crumbs), sha256=SHA)
    with pytest.raises(UnreachableError, match="broke off"):
        fetch(wanted, part, patience=replace(QUICK, attempts=3))
    assert len(server.gets()) == 3


@pytest.mark.parametrize(
    ("reply", "facts", "sentence"),
    [
        pytest.param(Reply(b""), {}, "has 0 bytes", id="nothing"),
        pytest.param(Reply(BODY[:999]), {"least_bytes": 1000}, "999 bytes, and at least 1000", id="far too short"),
        pytest.param(Reply(BODY, claims=999), {"least_bytes": 1000}, "999 bytes", id="a length that is too short"),
        pytest.param(Reply(b" <!DOCTYPE html><p>Log in"), {}, "a page for people", id="a page to log in"),
    ],
)
def test_what_comes_in_the_place_of_a_file_of_no_known_digest_is_not_kept(
    server: FileServer, part: Path, reply: Reply, facts: dict, sentence: str
) -> None:
    with pytest.raises(DownloadError, match=sentence):
        fetch(Wanted(server.answer("/toy.onnx", reply), **facts), part, patience=QUICK)
    assert list(part.parent.iterdir()) == []


@pytest.mark.parametrize(
    "note",
    [
        pytest.param('{"url": "URL", "sha256": null, "etag": 5}', id="a tag that is a number"),
        pytest.param('{"url": "URL", "sha256": null, "etag": "\\"\\u00e9\\""}', id="a tag that no header can hold"),
        pytest.param('{"url": "URL", "sha256": null, "etag": "\\"a\\r\\nX: y\\""}', id="a tag of two lines"),
        pytest.param('{"url": "URL", "sha256": null, "etag": "a"}', id="a tag without quotes"),
        pytest.param('{"url": ["URL"], "etag": {}}', id="lists and objects"),
        pytest.param("[1]", id="a list"),
        pytest.param("", id="nothing"),
    ],
)
def test_an_odd_note_beside_a_part_means_a_fresh_start(server: FileServer, part: Path, note: str) -> None:
    url = server.answer("/toy.onnx", Reply(BODY))
    part.write_bytes(BODY[:HALF])
    note_path(part).write_text(note.replace("URL", url))
    assert fetch(Wanted(url), part, patience=QUICK) == SHA
    assert [asked.range for asked in server.gets()] == [None]


@pytest.mark.parametrize(
    "range_",
    ["bytes 0-1/²", "bytes ²-1/3", "bytes 99999999999999999999999-1/2", f"bytes {'9' * 5000}-1/2", "bytes */", "-", ""],
)
def test_a_range_that_is_none_is_not_believed(server: FileServer, part: Path, range_: str) -> None:
    odd = Reply(BODY, headers={"Content-Range": range_}, status=206, ranges=False)
    wanted = Wanted(server.answer("/toy.onnx", Reply(BODY, cut_at=HALF), odd, Reply(BODY)), sha256=SHA)
    assert fetch(wanted, part, patience=QUICK) == SHA


def test_a_file_that_is_packed_is_not_taken(server: FileServer, part: Path) -> None:
    packed = gzip.compress(BODY)
    reply = Reply(packed, headers={"Content-Encoding": "gzip"})
    with pytest.raises(DownloadError, match=r"the server packs it \(gzip\)"):
        fetch(Wanted(server.answer("/toy.onnx", reply)), part, patience=QUICK)
    assert list(part.parent.iterdir()) == []


def test_a_later_call_goes_on_where_the_first_gave_up(server: FileServer, part: Path) -> None:
    wanted = Wanted(server.answer("/toy.onnx", Reply(BODY, stall_at=HALF)), sha256=SHA)
    with pytest.raises(UnreachableError):
        fetch(wanted, part, patience=replace(STALLED, attempts=1))
    server.answer("/toy.onnx", Reply(BODY))
    seen: list[tuple[int, int | None]] = []
    assert fetch(wanted, part, lambda done, total: seen.append((done, total)), QUICK) == SHA
    assert server.gets()[-1].range == f"bytes={HALF}-"
    assert seen[0][0] > HALF
    assert seen[-1] == (len(BODY), len(BODY))


@pytest.mark.parametrize(
    ("size_bytes", "asked"),
    [
        pytest.param(None, 2, id="of unknown size: the server says that there is no more"),
        pytest.param(len(BODY), 1, id="of known size: nobody is asked"),
    ],
)
def test_a_file_that_is_whole_but_unchecked_is_only_checked(
    server: FileServer, part: Path, size_bytes: int | None, asked: int
) -> None:
    wanted = Wanted(server.answer("/toy.onnx", Reply(BODY)), sha256=SHA, size_bytes=size_bytes)
    fetch(wanted, part, patience=QUICK)
    assert fetch(wanted, part, patience=QUICK) == SHA
    assert part.read_bytes() == BODY
    assert len(server.gets()) == asked


def test_more_than_the_server_has_is_thrown_away(server: FileServer, part: Path) -> None:
    wanted = Wanted(server.answer("/toy.onnx", Reply(BODY)), sha256=SHA)
    fetch(wanted, part, patience=QUICK)
    with part.open("ab") as file:
        file.write(b"too much")
    assert fetch(wanted, part, patience=QUICK) == SHA
    assert part.read_bytes() == BODY


def test_the_rest_of_another_version_is_not_joined(server: FileServer, part: Path) -> None:
    old = Wanted(server.answer("/toy.onnx", Reply(bytes(len(BODY)), stall_at=HALF)), sha256="0" * 64)
    with pytest.raises(UnreachableError):
        fetch(old, part, patience=replace(STALLED, attempts=1))
    server.answer("/toy.onnx", Reply(BODY))
    assert fetch(Wanted(old.url, sha256=SHA), part, patience=QUICK) == SHA
    assert server.gets()[-1].range is None


def test_a_server_that_sends_another_range_is_not_believed(server: FileServer, part: Path) -> None:
    odd = Reply(BODY, headers={"Content-Range": "bytes 5-10/11"}, status=206, ranges=False)
    wanted = Wanted(server.answer("/toy.onnx", Reply(BODY, cut_at=HALF), odd, Reply(BODY)), sha256=SHA)
    assert fetch(wanted, part, patience=QUICK) == SHA


def test_nobody_is_listening(part: Path, server: FileServer) -> None:
    server.http.server_close()
    with pytest.raises(UnreachableError, match="the server cannot be reached"):
        fetch(Wanted(f"{server.url}/toy.onnx"), part, patience=QUICK)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://[bad"], ids=["a file", "no address at all"])
def test_an_address_that_is_none(part: Path, url: str) -> None:
    with pytest.raises(DownloadError):
        fetch(Wanted(url), part, patience=QUICK)


def test_a_full_disk_is_said(server: FileServer, tmp_path: Path) -> None:
    wanted = Wanted(server.answer("/toy.onnx", Reply(BODY)))
    with pytest.raises(DownloadError, match="could not be written"):
        fetch(wanted, tmp_path / "no such folder" / "toy.part", patience=QUICK)


def test_a_proxy_is_used(server: FileServer, part: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.answer("/toy.onnx", Reply(BODY))
    monkeypatch.setenv("HTTP_PROXY", server.url)
    assert fetch(Wanted("http://models.example/toy.onnx", sha256=SHA), part, patience=QUICK) == SHA
    assert server.gets()[0].path == "http://models.example/toy.onnx"
