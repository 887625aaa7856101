"""Live pictures over a WebSocket: a frame in, its scene out; a newer frame takes the place of one that still waits."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.websockets import WebSocket, WebSocketDisconnect

from howfar.serve.problems import ProblemError
from howfar.text import json_text

LookAt = Callable[[bytes, int], Awaitable[str]]
"""Gives the JSON of a frame's scene, from its bytes and its number."""


@dataclass(slots=True)
class NewestFrame:
    """Holds one frame, the newest.

    Attributes:
        passed_over: Is called for each frame that was replaced before it was taken.
    """

    passed_over: Callable[[], None]
    _frame: tuple[bytes, int] | None = None
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, data: bytes, number: int) -> None:
        """Put a frame in place of the one that is there."""
        if self._frame is not None:
            self.passed_over()
        self._frame = (data, number)
        self._came.set()

    async def take(self) -> tuple[bytes, int]:
        """Wait for a frame and take it."""
        await self._came.wait()
        self._came.clear()
        frame, self._frame = self._frame, None
        assert frame is not None, "it comes before the event"
        return frame


async def answer_frames(socket: WebSocket, look_at: LookAt, passed_over: Callable[[], None]) -> None:
    """Answer each frame that a client sends with its scene, or with the problem, until the client leaves.

    Args:
        socket: The accepted connection: binary messages are picture files.
        look_at: Looks at a frame.
        passed_over: Is called for each frame that was not looked at, as a newer one had come.
    """
    newest = NewestFrame(passed_over)
    answering = asyncio.create_task(_answer(socket, look_at, newest))
    try:
        number = 0
        while not answering.done():
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                break
            data = message.get("bytes")
            if data is None:
                await socket.close(1003, "Send each frame as a binary message.")
                break
            newest.put(data, number)
            number += 1
    finally:
        answering.cancel()
        with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
            await answering


async def _answer(socket: WebSocket, look_at: LookAt, newest: NewestFrame) -> None:
    while True:
        data, number = await newest.take()
        try:
            text = await look_at(data, number)
        except ProblemError as problem:
            text = json_text({"status": problem.status.value, "detail": problem.detail, "frame": number})
        await socket.send_text(text)
