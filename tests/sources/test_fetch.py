import socket
import time

import pytest

from howfar.errors import SourceError
from howfar.sources.fetch import fetch
from tests.sources.server import serving

PICTURE = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8
PAGE = b"\n <!DOCTYPE html><html><title>Kitchens</title></html>"
BODIES = {"a.jpg": PICTURE, "page": PAGE, "empty": b"", "fragment": b"<p>Kitchens</p>"}


@pytest.fixture(scope="module")
def server():
    with serving(BODIES) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("good/a.jpg", id="a picture"),
        pytest.param("hops/4", id="five redirects"),
        pytest.param("called-html/a.jpg", id="a picture that the server calls a page"),
        pytest.param("says-nothing/a.jpg", id="no length stated"),
    ],
)
def test_fetched(server, path):
    assert fetch(f"{server.url}/{path}") == PICTURE


@pytest.mark.parametrize(
    ("path", "told"),
    [
        pytest.param("nowhere/a.jpg", "answered 404 Not Found: check the address", id="missing"),
        pytest.param("status/403", "answered 403 Forbidden: it wants a permission", id="forbidden"),
        pytest.param("status/503", "answered 503 .*try again later", id="server in trouble"),
        pytest.param("status/304", "answered 304", id="an answer that makes no sense"),
        pytest.param("hops/5", "redirects more than 5 times", id="six redirects"),
        pytest.param("for-ever/", "redirects more than 5 times", id="redirects for ever"),
        pytest.param("to-ftp/", "no address that can be fetched, or leads to one", id="redirect to FTP"),
        pytest.param("good/page", "is a page, not a picture: copy the picture's own address", id="a page called JPEG"),
        pytest.param("called-html/fragment", "is a page, not a picture", id="a page without its beginning"),
        pytest.param("called-png/page", "is a page, not a picture", id="a page called PNG"),
        pytest.param("good/empty", "gave nothing", id="empty"),
        pytest.param("says-longer/a.jpg", "broke off", id="less than the stated length"),
        pytest.param("says-huge/a.jpg", "larger than 64 MB", id="an absurd stated length"),
        pytest.param("packed/gzip", r"packs its answer \(gzip\)", id="packed"),
        pytest.param("packed/gzip+gzip", r"packs its answer \(gzip, gzip\)", id="packed twice"),
        pytest.param("packed/x-none+BR", r"packs its answer \(x-none, br\)", id="packed in another way, in capitals"),
        pytest.param("nonsense/", "does not keep to HTTP", id="no HTTP"),
    ],
)
def test_refused_with_one_sentence(server, path, told):
    url = f"{server.url}/{path}"
    with pytest.raises(SourceError, match=told) as caught:
        fetch(url)
    assert str(caught.value).startswith(url)
    assert "\n" not in str(caught.value)


def test_more_than_the_stated_length_is_cut_there(server):
    assert fetch(f"{server.url}/says-shorter/a.jpg") == PICTURE[: len(PICTURE) // 2]


@pytest.mark.parametrize("path", ["good/a.jpg", "says-nothing/a.jpg"], ids=["stated", "not stated"])
def test_too_big(server, path):
    with pytest.raises(SourceError, match="larger than"):
        fetch(f"{server.url}/{path}", max_bytes=1024)


@pytest.mark.parametrize("path", ["stall/", "drip-body/", "drip-headers/"])
def test_too_slow_as_a_whole(server, path):
    start = time.monotonic()
    with pytest.raises(SourceError, match=r"did not give the whole answer within 0\.4 s"):
        fetch(f"{server.url}/{path}", timeout_s=0.4)
    assert time.monotonic() - start < 10


def test_a_slow_server_is_hung_up_on():
    with serving({}) as server:
        with pytest.raises(SourceError):
            fetch(f"{server.url}/drip-body/", timeout_s=0.3)
        assert server.left.wait(10)


def test_refused_connection(free_port):
    with pytest.raises(SourceError, match="refused the connection"):
        fetch(f"http://127.0.0.1:{free_port}/a.jpg")


def test_unknown_host(monkeypatch):
    def unknown(*args, **kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(SourceError, match=r"The host of http://nowhere\.invalid/a\.jpg is not known"):
        fetch("http://nowhere.invalid/a.jpg")


def test_plain_http_where_tls_was_asked_for(server):
    with pytest.raises(SourceError, match="could not be fetched"):
        fetch(f"https://127.0.0.1:{server.server_port}/good/a.jpg")


@pytest.mark.parametrize("url", ["ftp://a/b.jpg", "file:///etc/hostname", "a.jpg", "gopher://x"])
def test_other_schemes(url):
    with pytest.raises(SourceError, match="is no http:// or https:// address"):
        fetch(url)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://", id="nothing"),
        pytest.param("http://[::1/a.jpg", id="half a bracket"),
        pytest.param("http://a b/c.jpg", id="a blank in the host"),
        pytest.param("http://127.0.0.1:99999/a.jpg", id="a port that is none"),
        pytest.param(f"http://127.0.0.1:{'9' * 30}/a.jpg", id="a port of thirty digits"),
        pytest.param("http://a..b/", id="two dots in the host"),
        pytest.param("http://.../", id="three dots for a host"),
        pytest.param(f"http://{'a' * 300}/", id="a host of 300 letters"),
        pytest.param("http://\u2603.\u2603..de/", id="a host of snowmen with two dots"),
        pytest.param("http://xn--a/", id="a host that stands for no name"),
        pytest.param("http://127.0.0.1/\0", id="the character 0"),
        pytest.param("http://127.0.0.1:9?\ud800", id="half a character"),
    ],
)
def test_addresses_that_cannot_be(url):
    with pytest.raises(SourceError) as caught:
        fetch(url, timeout_s=5)
    assert url in str(caught.value)


def test_a_proxy_is_used(server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", server.url)
    monkeypatch.setenv("NO_PROXY", "")
    with pytest.raises(SourceError, match="answered 404"):  # the proxy knows no such host
        fetch("http://pictures.invalid/a.jpg")
    assert server.asked[-1] == "http://pictures.invalid/a.jpg"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        pytest.param(
            "ALL_PROXY", "socks5://127.0.0.1:9", r"SOCKS .* 'httpx\[socks\]'", id="SOCKS 5, as desktops set it"
        ),
        pytest.param("ALL_PROXY", "socks://127.0.0.1:9/", "unset .* ALL_PROXY", id="SOCKS, as other desktops set it"),
        pytest.param("HTTPS_PROXY", "ftp://me:secret@127.0.0.1", r"ftp://127\.0\.0\.1", id="a proxy of another kind"),
        pytest.param(
            "HTTPS_PROXY", "http://a..b", "no address that can be fetched, or leads to one", id="a host that is none"
        ),
        pytest.param("NO_PROXY", "[::1", "the proxy cannot be", id="an exception that is no host"),
        pytest.param("SSL_CERT_FILE", "/no/such/file", r"SSL_CERT_FILE .*No such file", id="certificates not there"),
        pytest.param("SSL_CERT_FILE", "/", "SSL_CERT_FILE .*directory", id="a folder for certificates"),
        pytest.param("SSL_CERT_FILE", __file__, "SSL_CERT_FILE", id="a file without certificates"),
    ],
)
def test_settings_of_the_environment_that_cannot_be_get_one_sentence(free_port, monkeypatch, name, value, told):
    monkeypatch.setenv(name, value)
    with pytest.raises(SourceError, match=told) as caught:
        fetch(f"https://127.0.0.1:{free_port}/a.jpg", timeout_s=5)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_proxy_that_is_away(free_port, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port}")
    with pytest.raises(SourceError, match="refused"):
        fetch("http://pictures.invalid/a.jpg")
