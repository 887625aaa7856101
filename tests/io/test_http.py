"""The transport that pictures and models share; servers that misbehave are in tests/sources and tests/models/zoo."""

import socket
import threading

import pytest

from howfar.io.http import Kind, TooLargeError, TransportError, at_most, open_client, streaming, within


def test_a_body_is_given_as_long_as_it_is_not_too_large() -> None:
    taken = []
    with pytest.raises(TooLargeError):
        taken.extend(at_most([b"ab", b"cd", b"e"], 4))
    assert list(at_most([b"ab", b"cd"], 4)) == [b"ab", b"cd"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        pytest.param("ftp://127.0.0.1/a", "address", id="another scheme"),
        pytest.param("http://[::1", "address", id="no address"),
        pytest.param(f"http://127.0.0.1:{_free_port()}/", "refused", id="nobody listens"),
    ],
)
def test_what_went_wrong_is_told_by_its_kind(url: str, kind: Kind) -> None:
    with open_client(5.0) as client, pytest.raises(TransportError) as failure, streaming(client, url):
        pass
    assert failure.value.kind == kind
    assert failure.value.detail


def test_work_that_takes_too_long_is_left_and_hung_up_on() -> None:
    hung_up = threading.Event()
    noticed = threading.Event()

    def work(given_up: threading.Event) -> None:
        given_up.wait(10)
        noticed.set()

    with pytest.raises(TransportError) as failure:
        within(0.05, work, hung_up.set)
    assert failure.value.kind == "timeout"
    assert hung_up.is_set()
    assert noticed.wait(10)


def test_an_error_of_the_work_is_the_callers() -> None:
    def work(_: threading.Event) -> None:
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        within(10, work, lambda: None)
