"""The server as people start and stop it."""

import signal
import socket
import ssl
import time

import httpx
import pytest
from typer.testing import CliRunner

from howfar.cli.app import app
from howfar.cli.failures import sentence
from howfar.errors import SettingError
from howfar.io.picture_writer import png_bytes
from howfar.serve.running import listening_socket
from howfar.serve.settings import ServeSettings
from howfar.serve.tls import self_signed
from tests.pipeline.stand_ins import halves
from tests.serve.processes import served

PICTURE = png_bytes(halves(2.0, 4.0).repeat(8, axis=0).repeat(8, axis=1))


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "a service is stopped"])
def test_what_has_begun_is_finished_when_the_server_ends(number):
    with served("--quiet") as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as client:
            head = f"POST /v1/look HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(PICTURE)}\r\n\r\n"
            client.sendall(head.encode() + PICTURE[:100])
            assert httpx.get(f"{server.url}/healthz").json() == {"status": "ok"}, "it has read what came before"
            server.process.send_signal(number)
            time.sleep(0.2)
            client.sendall(PICTURE[100:])
            answer = client.makefile("rb").read()
        server.process.wait(20)
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b'"objects"' in answer
    assert server.process.returncode in (0, 130, 143, -number)
    assert not any("Traceback" in line for line in server.lines)


@pytest.mark.slow
def test_a_server_for_others_makes_up_a_token_and_serves_https(tmp_path):
    with served("--host", "0.0.0.0", "--tls", "self-signed", XDG_DATA_HOME=str(tmp_path)) as server:
        shown = next(line for line in server.lines if line.startswith("Programs send"))
        token = shown.rpartition(" ")[2]
        assert len(token) >= 20
        assert not any("travel in clear" in line for line in server.lines)
        trusted = ssl.create_default_context(cafile=str(tmp_path / "howfar" / "tls" / "certificate.pem"))
        port = server.url.rpartition(":")[2]
        url = f"https://localhost:{port}/v1/look"
        assert httpx.post(url, content=PICTURE, verify=trusted).status_code == 401
        answer = httpx.post(
            url, content=PICTURE, headers={"Authorization": f"Bearer {token}"}, verify=trusted, timeout=30
        )
        assert answer.json()["width_px"] == 512
        assert token not in "\n".join(line for line in server.lines if "POST" in line)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        pytest.param(["--tls-cert", "a.pem"], "--tls-cert together with --tls-key", id="a certificate without its key"),
        pytest.param(
            ["--tls-cert", "a.pem", "--tls-key", "a.pem"], "The certificate cannot be used", id="no certificate"
        ),
        pytest.param(["--host", "203.0.113.9"], "Nothing can listen at 203.0.113.9", id="another machine's address"),
        pytest.param(["--token", "short"], "A token is made of", id="a short token"),
        pytest.param(["--max-mb", "0"], "not 0 (--max-mb)", id="no bytes"),
        pytest.param(["--max-megapixels", "0"], "not 0 (--max-megapixels)", id="no pixels"),
        pytest.param(["--deadline", "-1"], "not -1.0 (--deadline)", id="no time"),
    ],
)
def test_a_wrong_start_is_one_sentence(options, told, tmp_path, monkeypatch):
    (tmp_path / "a.pem").write_text("hello")
    monkeypatch.chdir(tmp_path)
    error = CliRunner().invoke(app, ["serve", "--port", "0", *options]).exception
    assert isinstance(error, SettingError)
    assert told in sentence(error)


def test_a_port_that_is_taken():
    with listening_socket(ServeSettings(port=0)) as taken:
        taken.listen()
        with pytest.raises(SettingError, match="choose another port"):
            listening_socket(ServeSettings(port=taken.getsockname()[1]))


def test_answers_go_out_at_once():
    """Only sockets that say they are of TCP get that from asyncio; the second packet of an answer waits 40 ms else."""
    with listening_socket(ServeSettings(port=0)) as listening:
        assert listening.proto == socket.IPPROTO_TCP


def test_a_certificate_is_kept_as_long_as_it_fits(tmp_path):
    first = self_signed(tmp_path / "tls", ["localhost", "192.168.1.5", "[::1]", "0.0.0.0"])
    content = [path.read_bytes() for path in first]
    assert (tmp_path / "tls").stat().st_mode & 0o077 == 0, "nobody else reads the key"
    assert [path.read_bytes() for path in self_signed(tmp_path / "tls", ["localhost"])] == content
    assert [path.read_bytes() for path in self_signed(tmp_path / "tls", ["camera.lan"])] != content
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(*first)
