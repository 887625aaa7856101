"""The server: one open rangefinder behind a few addresses, as an ASGI application."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from howfar.drawing import draw_depth
from howfar.errors import HowfarError
from howfar.io.depth_files import depth_png
from howfar.io.picture_writer import jpeg_bytes, png_bytes
from howfar.io.pictures import decode_picture
from howfar.pipeline.caveats import caveats_of
from howfar.pipeline.rangefinder import Rangefinder
from howfar.pipeline.view import View
from howfar.serve.guard import SUBPROTOCOL, Guard
from howfar.serve.live import answer_frames
from howfar.serve.metrics import Metrics
from howfar.serve.openapi import openapi_document
from howfar.serve.opened import described
from howfar.serve.page import page
from howfar.serve.parameters import CAMERA, DEPTH_VIEW, DRAWING, LOOKING, Asked, Parameter
from howfar.serve.problems import ProblemError, problem_of, problem_response
from howfar.serve.public_addresses import PublicTransport
from howfar.serve.reading import PictureRequest, check_picture, read_picture_request
from howfar.serve.settings import ServeSettings
from howfar.serve.worker import LookingThread, Work, late
from howfar.sources.fetch import fetch
from howfar.text import json_text

T = TypeVar("T")
Logged = Callable[[str], None]
Handler = Callable[[Request], Awaitable[Response]]

ON_SCENE = (*LOOKING, *CAMERA)
ON_ANNOTATED = (*ON_SCENE, *DRAWING)
ON_DEPTH = (*CAMERA, *DEPTH_VIEW)


def create_app(finder: Rangefinder, settings: ServeSettings, log: Logged | None = None) -> Starlette:
    """Make the application.

    Args:
        finder: The open rangefinder; it is used by one thread at a time.
        settings: Who may ask, and how much is taken on.
        log: Is given a line for each answer, without anything of its picture; None for no log.
    """
    return _Service(finder, settings, log).app


class _Service:
    def __init__(self, finder: Rangefinder, settings: ServeSettings, log: Logged | None) -> None:
        self._finder, self._settings, self._log = finder, settings, log
        self._metrics = Metrics()
        self._thread: LookingThread | None = None
        self._listening = asyncio.Semaphore(settings.waiting)
        guards = [Middleware(Guard, settings=settings, told=self._told)]
        if settings.allowed_origins:
            origins = list(settings.allowed_origins)
            methods, headers = ["GET", "POST"], ["Authorization", "Content-Type"]
            guards.append(
                Middleware(CORSMiddleware, allow_origins=origins, allow_methods=methods, allow_headers=headers)
            )
        routes: list[Route | WebSocketRoute] = [
            Route("/", self._page),
            Route("/healthz", self._healthz),
            Route("/metrics", self._metrics_text),
            Route("/openapi.json", self._openapi),
            Route("/v1/models", self._models),
            Route("/v1/look", self._on_picture(self._look, ON_SCENE), methods=["POST"]),
            Route("/v1/annotated", self._on_picture(self._annotated, ON_ANNOTATED), methods=["POST"]),
            Route("/v1/depth", self._on_picture(self._depth, ON_DEPTH), methods=["POST"]),
            WebSocketRoute("/v1/live", self._live),
        ]
        self._paths = frozenset(route.path for route in routes)
        self.app = Starlette(
            routes=routes,
            middleware=guards,
            exception_handlers={ProblemError: _problem_answer, HTTPException: _http_answer, Exception: _failure_answer},
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncGenerator[None]:
        self._thread = LookingThread(self._finder, self._settings.waiting)
        try:
            yield
        finally:
            await asyncio.to_thread(self._thread.end)

    def _told(self, method: str, path: str, status: int, seconds: float) -> None:
        self._metrics.answered(path if path in self._paths else "other", status, seconds)
        if self._log is not None:
            self._log(f"{method} {path} {status} {seconds * 1e3:.0f} ms")

    async def _page(self, _: Request) -> Response:
        content, headers = page(with_token=self._settings.token is not None)
        return HTMLResponse(content, headers=headers)

    async def _healthz(self, _: Request) -> Response:
        return _json({"status": "ok"})

    async def _metrics_text(self, _: Request) -> Response:
        waiting = 0 if self._thread is None else self._thread.length
        return Response(self._metrics.text(waiting), media_type="text/plain; version=0.0.4; charset=utf-8")

    async def _openapi(self, _: Request) -> Response:
        return _json(openapi_document(with_token=self._settings.token is not None))

    async def _models(self, _: Request) -> Response:
        return _json(described(self._finder))

    def _on_picture(
        self, work: Callable[[PictureRequest, Rangefinder], Response], known: tuple[Parameter, ...]
    ) -> Handler:
        """A handler that reads a picture and has it worked on in the thread."""

        async def handle(request: Request) -> Response:
            due_s = time.monotonic() + self._settings.deadline_s
            asked = await read_picture_request(request, self._settings, known, self._fetch)
            return await self._done(partial(work, asked), due_s)

        return handle

    async def _done(self, work: Work[T], due_s: float) -> T:
        """The result of work in the thread, if it is there in time.

        Raises:
            ProblemError: If it is not, too many requests wait, or the work failed.
        """
        assert self._thread is not None, "requests come between start and end"
        left_s = due_s - time.monotonic()
        answer = self._thread.ask(work, left_s)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(answer), left_s)
        except TimeoutError:
            raise late() from None
        except HowfarError as error:
            raise problem_of(error) from None

    def _look(self, asked: PictureRequest, finder: Rangefinder) -> Response:
        return Response(self._view(asked, finder).to_json(), media_type="application/json")

    def _annotated(self, asked: PictureRequest, finder: Rangefinder) -> Response:
        drawing = {each.name: asked.asked.of(each.name) for each in DRAWING if each.name in asked.asked.values}
        return Response(jpeg_bytes(self._view(asked, finder).draw(**drawing)), media_type="image/jpeg")

    def _depth(self, asked: PictureRequest, finder: Rangefinder) -> Response:
        own = asked.asked.finder_like(finder)
        seen = own.perceive(decode_picture(asked.data, asked.name))
        self._metrics.looked()
        size = (seen.frame.width_px, seen.frame.height_px)
        # A picture carries no text, and a header ASCII alone.
        headers = {"X-Caveats": json.dumps([caveat.text for caveat in caveats_of(seen)])}
        if asked.asked.of("view") == "colours":
            return Response(png_bytes(draw_depth(seen.depth, *size)), media_type="image/png", headers=headers)
        data, beyond = depth_png(seen.depth, *size)
        headers |= {"X-Metres-Per-Step": "0.001", "X-Pixels-Beyond": str(beyond)}
        return Response(data, media_type="image/png", headers=headers)

    def _view(self, asked: PictureRequest, finder: Rangefinder) -> View:
        view = asked.asked.finder_like(finder).look(decode_picture(asked.data, asked.name))
        self._metrics.looked()
        return view

    async def _live(self, socket: WebSocket) -> None:
        try:
            asked = Asked.read(socket.query_params.multi_items(), ON_SCENE)
        except ProblemError as problem:
            await socket.close(1008, problem.detail[:100])
            return
        if self._listening.locked():
            await socket.close(1013, "Too many are live already: come again in a moment.")
            return
        async with self._listening:
            await socket.accept(SUBPROTOCOL if SUBPROTOCOL in socket.scope["subprotocols"] else None)
            await answer_frames(socket, partial(self._live_scene, asked), self._metrics.dropped)

    async def _live_scene(self, asked: Asked, data: bytes, number: int) -> str:
        check_picture(data, self._settings)
        work = partial(self._frame, asked, data, number)
        return await self._done(work, time.monotonic() + self._settings.deadline_s)

    def _frame(self, asked: Asked, data: bytes, number: int, finder: Rangefinder) -> str:
        frame = replace(decode_picture(data, "live"), index=number)
        view = asked.finder_like(finder).look(frame)
        self._metrics.looked()
        return view.to_json()

    def _fetch(self, url: str) -> bytes:
        return fetch(
            url,
            timeout_s=self._settings.deadline_s,
            max_bytes=self._settings.max_bytes,
            transport=PublicTransport(),
        )


async def _problem_answer(_: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return problem_response(error)


async def _http_answer(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    details = {
        HTTPStatus.NOT_FOUND: "There is nothing here: /openapi.json lists what there is.",
        HTTPStatus.METHOD_NOT_ALLOWED: f"{request.method} is not answered here: /openapi.json says what is.",
    }
    return problem_response(ProblemError(status, details.get(status, error.detail)))


async def _failure_answer(_: Request, error: Exception) -> Response:
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return problem_response(ProblemError(status, "The server failed at this request: its log tells more."))


def _json(content: Any) -> Response:
    return Response(json_text(content), media_type="application/json")
