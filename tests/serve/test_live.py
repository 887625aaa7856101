"""Live pictures over a WebSocket."""

import asyncio
import threading

import pytest
from starlette.websockets import WebSocketDisconnect

from howfar.serve.live import NewestFrame
from tests.serve.conftest import PICTURE, Held

LOCAL = {"Host": "localhost"}


def test_each_frame_gets_its_scene_with_its_number(client_of):
    with client_of().websocket_connect("/v1/live?max_depth=3", headers=LOCAL) as socket:
        for number in range(3):
            socket.send_bytes(PICTURE)
            scene = socket.receive_json()
            assert (scene["frame"], [one["label"] for one in scene["objects"]]) == (number, ["cup"])


def test_a_bad_frame_is_told_and_the_next_one_is_looked_at(client_of):
    with client_of().websocket_connect("/v1/live", headers=LOCAL) as socket:
        socket.send_bytes(b"no picture")
        assert socket.receive_json()["status"] == 415
        socket.send_bytes(PICTURE)
        assert socket.receive_json()["frame"] == 1


def test_a_newer_frame_takes_the_place_of_one_that_waits(client_of):
    held = Held()
    client = client_of(held)
    with client.websocket_connect("/v1/live", headers=LOCAL) as socket:
        socket.send_bytes(PICTURE)
        assert held.began.wait(20)
        for _ in range(4):
            socket.send_bytes(PICTURE)
        threading.Timer(0.3, held.go.set).start()
        assert [socket.receive_json()["frame"] for _ in range(2)] == [0, 4]
    assert "howfar_frames_dropped_total 3.0" in client.get("/metrics").text


@pytest.mark.parametrize(
    ("where", "talk", "code"),
    [
        pytest.param("?bogus=1", lambda socket: socket.receive_json(), 1008, id="an unknown parameter"),
        pytest.param("", lambda socket: (socket.send_text("hello"), socket.receive_json()), 1003, id="text"),
    ],
)
def test_what_ends_the_connection(client_of, where, talk, code):
    with (
        pytest.raises(WebSocketDisconnect) as ended,
        client_of().websocket_connect(f"/v1/live{where}", headers=LOCAL) as socket,
    ):
        talk(socket)
    assert ended.value.code == code


def test_the_newest_frame_is_the_one_that_is_taken():
    passed = []

    async def run():
        newest = NewestFrame(lambda: passed.append(1))
        newest.put(b"a", 0)
        newest.put(b"b", 1)
        return await newest.take()

    assert asyncio.run(run()) == (b"b", 1)
    assert passed == [1]
