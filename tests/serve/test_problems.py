"""Each way in which a request can be wrong: one status, one sentence, and the server goes on."""

import struct
import tempfile
import threading
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from tests.pipeline.stand_ins import Sees
from tests.serve.conftest import PICTURE, Held, asking


def png_of(width: int, height: int) -> bytes:
    """A PNG that says that it has this size, and has next to no data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


class Breaks(Sees):
    """Fails in a way that nobody expected."""

    def perceive(self, frame, query):
        raise RuntimeError("secret of the inside")


@pytest.mark.parametrize(
    ("where", "sent", "status", "told"),
    [
        pytest.param("look", {}, 400, "There is no picture", id="nothing"),
        pytest.param("look", {"data": {"score": "0.5"}}, 415, "no picture that is read", id="fields alone"),
        pytest.param("look", {"files": {"other": b"x"}}, 400, "no parameter 'other'", id="a form without a picture"),
        pytest.param("look", {"files": {"camera": b"\xff\xfe"}}, 400, "holds no text", id="a camera that is no text"),
        pytest.param("look?bogus=1", {"content": PICTURE}, 400, "no parameter 'bogus'", id="an unknown parameter"),
        pytest.param("look?score=x", {"content": PICTURE}, 400, "score is a number", id="no number"),
        pytest.param("look?score=nan", {"content": PICTURE}, 400, "score is a number", id="not a number"),
        pytest.param("look?score=.1&score=.2", {"content": PICTURE}, 400, "given twice", id="twice"),
        pytest.param("annotated?show_far=maybe", {"content": PICTURE}, 400, "true or false", id="no boolean"),
        pytest.param("annotated?units=miles", {"content": PICTURE}, 400, "one of m, ft", id="no choice"),
        pytest.param("depth?max_depth=3", {"content": PICTURE}, 400, "no parameter", id="of another address"),
        pytest.param("look", {"content": b"%PDF-1.7"}, 415, "no picture that is read", id="a document"),
        pytest.param("look", {"content": b"<svg/>"}, 415, "no picture that is read", id="a drawing"),
        pytest.param("look", {"content": PICTURE[:70]}, 422, "cannot be decoded", id="a picture that is cut short"),
        pytest.param("look?score=2", {"content": PICTURE}, 422, "between 0 and 1", id="a value that cannot be"),
        pytest.param("look?max_depth=0", {"content": PICTURE}, 422, "above 0", id="a maximum of nothing"),
        pytest.param("look?fov_deg=60&focal_px=9", {"content": PICTURE}, 422, "camera once", id="two cameras"),
        pytest.param("look?camera=x", {"content": PICTURE}, 422, "camera", id="a camera that is none"),
        pytest.param(
            "look?camera=/etc/passwd", {"content": PICTURE}, 422, "cannot be read as TOML", id="a path is no camera"
        ),
        pytest.param("look?url=http://127.0.0.1/a.jpg", {}, 422, "fetches nothing", id="an address"),
        pytest.param("look", {"content": png_of(60_000, 60_000)}, 413, "50 megapixels", id="a bomb that nobody reads"),
        pytest.param("look", {"content": png_of(9_000, 9_000)}, 413, "9000×9000 pixels", id="a bomb"),
        pytest.param(
            "look", {"content": b"\x89PNG" + bytes(3 * 2**20)}, 413, "larger than the 2 MB", id="too many bytes"
        ),
        pytest.param("nothing", {"content": PICTURE}, 404, "There is nothing here", id="nowhere"),
    ],
)
def test_a_request_that_is_refused(client_of, where, sent, status, told):
    client = client_of(max_bytes=2 * 2**20)
    answer = client.post(f"/v1/{where}", **sent)
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert told in answer.json()["detail"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.post("/v1/look", content=PICTURE).status_code == 200, "the server goes on"


def test_a_body_that_does_not_say_how_long_it_is_is_counted_while_it_comes(client_of):
    client = client_of(max_bytes=100_000)
    sent = []

    def pieces():
        for _ in range(1000):
            sent.append(1)
            yield bytes(10_000)

    assert client.post("/v1/look", content=pieces()).status_code == 413


def test_a_picture_in_a_form_is_kept_in_memory(client_of, monkeypatch):
    rolled = []
    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", rolled.append)
    noise = np.random.default_rng(0).integers(0, 256, (800, 800, 3), dtype=np.uint8)
    written = BytesIO()
    Image.fromarray(noise).save(written, "png")
    assert len(written.getvalue()) > 2**20
    answer = client_of().post("/v1/look", files={"picture": written.getvalue()})
    assert (answer.status_code, rolled) == (200, [])


def test_a_form_is_counted_too(client_of):
    answer = client_of(max_bytes=100_000).post("/v1/look", files={"picture": bytes(200_000)})
    assert answer.status_code == 413


def test_a_get_where_a_picture_is_posted(client_of):
    answer = client_of().get("/v1/look")
    assert (answer.status_code, "GET is not answered here" in answer.json()["detail"]) == (405, True)


def test_a_failure_that_nobody_expected_tells_nothing_of_the_inside(client_of):
    client = client_of(Breaks())
    answer = client.post("/v1/look", content=PICTURE)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert client.get("/healthz").status_code == 200


def test_who_comes_when_the_line_is_full_is_told_when_to_come_again(client_of):
    held = Held()
    client = client_of(held, waiting=2)

    def ask():
        return client.post("/v1/look", content=PICTURE)

    with asking(ask, 1) as first:
        assert held.began.wait(20)
        with asking(ask, 8) as others:
            threading.Timer(0.5, held.go.set).start()
    statuses = sorted(answer.status_code for answer in (*first, *others))
    assert statuses.count(200) == 3, "one is worked on and two wait"
    refused = [answer for answer in others if answer.status_code != 200]
    assert {answer.status_code for answer in refused} == {503}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
    assert "2 requests are waiting already" in refused[0].json()["detail"]


def test_what_takes_too_long_is_given_up_and_its_turn_passes(client_of):
    held = Held()
    client = client_of(held, deadline_s=0.3)

    def ask():
        return client.post("/v1/look", content=PICTURE)

    with asking(ask, 3) as answers:
        pass
    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert "could not be answered in time" in answers[0].json()["detail"]
    held.go.set()
    assert len(held.asked) <= 1, "nobody waits for the others any more"
