"""A real HTTP server on loopback that can be told to misbehave."""

import hashlib
import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass
class Reply:
    """How one GET is answered; the last reply of a path answers all that follow.

    `cut_at` closes the connection at that byte of the file; `stall_at` says nothing more from that byte on until the
    server is closed, and `drip_at` a byte every 50 ms; `claims` is what Content-Length says when it lies, and None
    leaves it out.
    """

    body: bytes = b""
    status: int = 200
    etag: str | None = None
    ranges: bool = True
    cut_at: int | None = None
    stall_at: int | None = None
    drip_at: int | None = None
    claims: int | str | None = "the truth"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    """One request that came."""

    method: str
    path: str
    headers: dict[str, str]

    @property
    def range(self) -> str | None:
        return self.headers.get("range")


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that was killed is no news."""


class FileServer:
    """Serves `replies`, and remembers what was asked."""

    def __init__(self) -> None:
        self.replies: dict[str, deque[Reply]] = defaultdict(deque)
        self.asked: list[Asked] = []
        self.closing = threading.Event()
        self.http = _Quiet(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}"

    def gets(self) -> list[Asked]:
        return [asked for asked in self.asked if asked.method == "GET"]

    def answer_as_hub(self, repo: str, file: str, body: bytes, revision: str = "main", commit: str = "c" * 40) -> str:
        """Answer for a file as the hub does: the digest and the size in headers, the same file at its commit."""
        facts = {
            "X-Repo-Commit": commit,
            "X-Linked-Etag": f'"{hashlib.sha256(body).hexdigest()}"',
            "X-Linked-Size": str(len(body)),
        }
        for named in (revision, commit):
            self.answer(f"/{repo}/resolve/{named}/{file}", Reply(body, headers=facts))
        return f"/{repo}/resolve/{commit}/{file}"

    def answer(self, path: str, *replies: Reply) -> str:
        self.replies[path] = deque(replies)
        return self.url + path

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._answer("GET")

            def do_HEAD(self) -> None:
                self._answer("HEAD")

            def _answer(self, method: str) -> None:
                path = urlsplit(self.path).path
                headers = {name.lower(): value for name, value in self.headers.items()}
                server.asked.append(Asked(method, self.path, headers))
                queue = server.replies.get(path)
                if not queue:
                    self._send(Reply(status=404), method, 404, 0, {})
                    return
                reply = queue.popleft() if len(queue) > 1 and method == "GET" else queue[0]
                self._send(reply, method, *_part(reply, headers))

            def _send(self, reply: Reply, method: str, status: int, start: int, extra: dict[str, str]) -> None:
                self.send_response(status)
                claimed = len(reply.body) - start if reply.claims == "the truth" else reply.claims
                if claimed is not None:
                    self.send_header("Content-Length", str(claimed))
                self.send_header("Connection", "close")
                if reply.etag:
                    self.send_header("ETag", reply.etag)
                for name, value in (reply.headers | extra).items():
                    self.send_header(name, value)
                self.end_headers()
                self.close_connection = True
                if method == "HEAD":
                    return
                end = next((at for at in (reply.stall_at, reply.drip_at) if at is not None), reply.cut_at)
                self.wfile.write(reply.body[start:end])
                while reply.drip_at is not None and not server.closing.wait(0.05):
                    self.wfile.write(b"!")
                    self.wfile.flush()
                if reply.stall_at is not None:
                    self.wfile.flush()
                    server.closing.wait(30)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def _part(reply: Reply, headers: dict[str, str]) -> tuple[int, int, dict[str, str]]:
    """Status, first byte and headers of the answer to a request that may ask for a range."""
    wanted = headers.get("range", "")
    if not (reply.ranges and wanted.startswith("bytes=")) or headers.get("if-range", reply.etag) != reply.etag:
        return reply.status, 0, {}
    start, size = int(wanted.removeprefix("bytes=").rstrip("-")), len(reply.body)
    if start >= size:
        return 416, size, {"Content-Range": f"bytes */{size}"}
    return 206, start, {"Content-Range": f"bytes {start}-{size - 1}/{size}"}


@contextmanager
def file_server() -> Iterator[FileServer]:
    server = FileServer()
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.http.shutdown()
        server.http.server_close()
        thread.join(5)
