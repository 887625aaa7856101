"""Nobody reaches the server's own network through it."""

import socket

import pytest

from howfar.errors import SourceError
from howfar.serve import public_addresses
from howfar.serve.public_addresses import PublicTransport, is_public, public_address
from howfar.sources.fetch import fetch
from tests.serve.conftest import PICTURE
from tests.sources.server import serving

LOOK_UP = socket.getaddrinfo


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("240.0.0.1", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::5db8:d822", True),
        ("2002:7f00:1::", False),
        ("2002:a9fe:a9fe::", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
    ],
)
def test_what_is_public(address, public):
    assert is_public(address) is public


def names_are(monkeypatch, **hosts: list[str]) -> None:
    """Let host names be these addresses; `_` stands for the dot."""
    table = {name.replace("_", "."): addresses for name, addresses in hosts.items()}

    def look_up(host, port, *how, **ways):
        if host[0].isdigit():
            return LOOK_UP(host, port, *how, **ways)
        if host not in table:
            raise socket.gaierror("unknown")
        return [(0, 0, 0, "", (address, port)) for address in table[host]]

    monkeypatch.setattr(public_addresses.socket, "getaddrinfo", look_up)


@pytest.mark.parametrize(
    ("addresses", "told"),
    [
        pytest.param(["10.0.0.1"], "not on the public internet", id="of the local network"),
        pytest.param(["93.184.216.34", "127.0.0.1"], "not on the public internet", id="one of several"),
        pytest.param([], "not on the public internet", id="no address"),
    ],
)
def test_a_host_that_is_not_public_is_refused(monkeypatch, addresses, told):
    names_are(monkeypatch, mixed_example=addresses)
    with pytest.raises(ValueError, match=told):
        public_address("mixed.example", 80)
    with pytest.raises(SourceError, match=told):
        fetch("http://mixed.example/a.jpg", transport=PublicTransport())


def test_a_host_that_nobody_knows(monkeypatch):
    names_are(monkeypatch)
    with pytest.raises(SourceError, match="its host is not known"):
        fetch("http://nobody.example/a.jpg", transport=PublicTransport())


def test_the_connection_goes_to_the_address_that_was_looked_at(monkeypatch):
    asked: list[str] = []
    names_are(monkeypatch, pictures_example=["127.0.0.1"])
    monkeypatch.setattr(public_addresses, "is_public", lambda address: asked.append(address) or True)
    with serving({"a.jpg": PICTURE}) as running:
        port = running.url.rpartition(":")[2]
        assert fetch(f"http://pictures.example:{port}/good/a.jpg", transport=PublicTransport()) == PICTURE
    assert asked == ["127.0.0.1"], "looked up once"


def test_a_redirect_to_the_inside_is_refused(monkeypatch):
    names_are(monkeypatch, outside_example=["127.0.0.1"])
    monkeypatch.setattr(public_addresses, "is_public", lambda address: address == "127.0.0.1")
    with serving({"a.jpg": PICTURE}) as running:
        port = running.url.rpartition(":")[2]
        url = f"http://outside.example:{port}"
        assert fetch(f"{url}/hops/2", transport=PublicTransport()) == PICTURE, "a redirect within is followed"
        names_are(monkeypatch, outside_example=["10.0.0.1"])
        with pytest.raises(SourceError, match="not on the public internet"):
            fetch(f"{url}/hops/2", transport=PublicTransport())


def test_the_server_fetches_where_it_is_allowed(monkeypatch, client_of):
    names_are(monkeypatch, pictures_example=["127.0.0.1"], inside_example=["192.168.0.1"])
    monkeypatch.setattr(public_addresses, "is_public", lambda address: address == "127.0.0.1")
    client = client_of(allow_urls=True)
    with serving({"a.jpg": PICTURE}) as running:
        port = running.url.rpartition(":")[2]
        answer = client.post(f"/v1/look?url=http://pictures.example:{port}/good/a.jpg")
        assert answer.status_code == 200, answer.text
        assert answer.json()["source"] == f"http://pictures.example:{port}/good/a.jpg"
    refused = client.post("/v1/look?url=http://inside.example/a.jpg")
    assert (refused.status_code, "public internet" in refused.json()["detail"]) == (422, True)
    refused = client.post("/v1/look?url=file:///etc/passwd")
    assert refused.status_code == 422
