"""Addresses as they may be shown."""

import pytest

from howfar.errors import SourceError
from howfar.io.addresses import hiding_passwords, split_address, without_password
from howfar.sources.fetch import fetch
from howfar.sources.live import LiveStream
from howfar.sources.opening import open_sources


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        pytest.param("rtsp://me:secret@host:554/1", "rtsp://host:554/1", id="name and password"),
        pytest.param("https://token@example.org/a.png?q=b@c", "https://example.org/a.png?q=b@c", id="a token"),
        pytest.param("https://example.org/@me/a.png", "https://example.org/@me/a.png", id="an @ in the path"),
        pytest.param("photo@home.jpg", "photo@home.jpg", id="a file"),
        pytest.param("http://me:se cret@host/a.png", "http://host/a.png", id="a blank in the password"),
        pytest.param("rtsp://me:se/cr#et?@host:554/1", "rtsp://host:554/1", id="a slash in the password"),
        pytest.param("rtsp://me:p@ss@host/1", "rtsp://host/1", id="an @ in the password"),
        pytest.param("ftp://me:secret@host/a", "ftp://host/a", id="another scheme"),
        pytest.param("http://host:8080/@me/a.png", "http://host:8080/@me/a.png", id="a port, and an @ in the path"),
        pytest.param("http://[::1]:80/@me", "http://[::1]:80/@me", id="a host in brackets, and an @ in the path"),
    ],
)
def test_without_password(address: str, shown: str) -> None:
    assert without_password(address) == shown


def test_an_error_does_not_tell_the_password() -> None:
    with pytest.raises(SourceError, match=r"^http://host/a is gone$"), hiding_passwords():
        raise SourceError("http://me:secret@host/a is gone")


@pytest.mark.parametrize(
    "address", ["http://me:se cret@127.0.0.1:9/a.png", "http://me:sec/ret@127.0.0.1:9/a.png", "http://me:secret@[::1/a"]
)
def test_a_password_in_an_address_that_cannot_be_read_is_not_told(address: str) -> None:
    with pytest.raises(SourceError) as caught:
        fetch(address)
    assert not any(piece in str(caught.value) for piece in ("secret", "'sec'", "se cret", "cret@", "ret@"))


@pytest.mark.parametrize("address", ["ftp://me:secret@host/a.png", " http://me:secret@127.0.0.1:9/a.png"])
def test_an_address_that_is_not_taken_does_not_tell_the_password(address: str) -> None:
    with pytest.raises(SourceError) as caught:
        next(open_sources([address])[0].frames())
    assert "secret" not in str(caught.value)


def test_sources_do_not_tell_the_password() -> None:
    for address in ("http://me:secret@127.0.0.1:9/a.png", "rtsp://me:secret@127.0.0.1:9/1"):
        (source,) = open_sources([address])
        assert source.name == without_password(address)
        with pytest.raises(SourceError) as caught:
            next(source.frames())
        assert "secret" not in str(caught.value)
    with pytest.raises(SourceError, match=r"^ftp://host/a is no http"):
        fetch("ftp://me:secret@host/a")
    assert LiveStream("rtsp://me:secret@host/1").address == "rtsp://host/1"


def test_an_address_that_is_none_has_no_parts() -> None:
    assert split_address("http://a/b.jpg").path == "/b.jpg"
    assert split_address("http://[::1") == ("", "", "", "", "")
