"""A web server on loopback that can misbehave in every way that the tests need."""

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DRIP_S = 0.05


class Handler(BaseHTTPRequestHandler):
    """Answers by path; what is served lies in the server's `bodies`."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        action, _, rest = self.path.removeprefix("/").partition("/")
        self.server.asked.append(self.path)
        getattr(self, f"serve_{action.replace('-', '_')}", self.serve_unknown)(rest)

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in {"Content_Length": len(body), **headers}.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(body)

    def serve_good(self, name):
        self.answer(200, self.server.bodies[name], Content_Type="image/jpeg")

    def serve_called_html(self, name):
        self.answer(200, self.server.bodies[name], Content_Type="text/html; charset=utf-8")

    def serve_called_png(self, name):
        self.answer(200, self.server.bodies[name], Content_Type="image/png")

    def serve_status(self, code):
        self.answer(int(code))

    def serve_hops(self, count):
        self.answer(302, Location=f"/hops/{int(count) - 1}" if int(count) else "/good/a.jpg")

    def serve_for_ever(self, _):
        self.answer(302, Location="/for-ever/")

    def serve_to_ftp(self, _):
        self.answer(302, Location="ftp://127.0.0.1/a.jpg")

    def serve_packed(self, encoding):
        """Few bytes, which unpacked twice are a thousand times a thousand as many."""
        body = gzip.compress(gzip.compress(bytes(10**7)))
        self.answer(200, body, Content_Encoding=encoding.replace("+", ", "), Content_Type="image/png")

    def serve_says_longer(self, name):
        body = self.server.bodies[name]
        self.answer(200, body, Content_Length=len(body) + 1000)
        self.close_connection = True

    def serve_says_shorter(self, name):
        body = self.server.bodies[name]
        self.answer(200, body, Content_Length=len(body) // 2)
        self.close_connection = True

    def serve_says_huge(self, name):
        self.answer(200, self.server.bodies[name], Content_Length=10**12)
        self.close_connection = True

    def serve_says_nothing(self, name):
        """No length at all: the body ends when the connection does."""
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(self.server.bodies[name])
        self.close_connection = True

    def serve_stall(self, _):
        self.server.over.wait(30)

    def serve_drip_body(self, name):
        self.send_response(200)
        self.send_header("Content-Length", str(10**6))
        self.end_headers()
        self.drip(b"\xff")

    def serve_drip_headers(self, _):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        self.drip(b"X: y\r\n")

    def drip(self, piece):
        try:
            while not self.server.over.is_set():
                self.wfile.write(piece)
                self.wfile.flush()
                time.sleep(DRIP_S)
        except OSError:
            self.server.left.set()

    def serve_typed(self, rest):
        """A body under a type: /typed/video/mp4/film"""
        kind, subkind, name = rest.split("/")
        self.answer(200, self.server.bodies[name], Content_Type=f"{kind}/{subkind}")

    def serve_camera(self, names):
        """Bodies one after the other, without end, as a network camera does: /camera/a.jpg,b.jpg"""
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            while not self.server.over.is_set():
                for name in names.split(","):
                    body = self.server.bodies[name]
                    head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(body)}\r\n\r\n"
                    self.wfile.write(head.encode() + body + b"\r\n")
                time.sleep(DRIP_S)
        except OSError:
            self.server.left.set()
        self.close_connection = True

    def serve_nonsense(self, _):
        self.wfile.write(b"this is not HTTP\r\n\r\n")
        self.close_connection = True

    def serve_unknown(self, _):
        self.answer(404, b"no such thing")

    def log_message(self, *_):
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """The server, with what it was asked and whether a client hung up on it."""

    daemon_threads = True

    def __init__(self, bodies):
        super().__init__(("127.0.0.1", 0), Handler)
        self.bodies = bodies
        self.asked = []
        self.over = threading.Event()
        self.left = threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def serving(bodies: dict[str, bytes]) -> Iterator[Server]:
    """Serve some bodies, by name, until the block ends."""
    server = Server(bodies)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
