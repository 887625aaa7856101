"""A request to end is answered as Ctrl-C is."""

import signal
import threading
from collections.abc import Callable

import pytest

from howfar.cli.ending import ended_like_ctrl_c

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="needs the signals of Unix")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=["SIGTERM", "SIGHUP"])
def test_what_is_under_way_is_finished_and_the_exit_code_tells(number: signal.Signals, code: int) -> None:
    done = []
    with pytest.raises(SystemExit) as ended, ended_like_ctrl_c():
        try:
            signal.raise_signal(number)
        except KeyboardInterrupt:
            signal.raise_signal(number)  # the second one does not disturb the first
            done.append("kept")
            raise
    assert ended.value.code == code
    assert done == ["kept"]
    assert signal.getsignal(number) is signal.SIG_DFL


def test_without_a_request_nothing_happens() -> None:
    with ended_like_ctrl_c():
        pass
    with pytest.raises(ValueError, match="mine"), ended_like_ctrl_c():
        raise ValueError("mine")
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.parametrize("handler", [signal.SIG_IGN, lambda *_: None], ids=["ignored, as by nohup", "handled"])
def test_a_signal_that_somebody_sees_to_is_left_alone(handler: signal.Handlers | Callable[..., None]) -> None:
    before = signal.signal(signal.SIGHUP, handler)
    try:
        with ended_like_ctrl_c():
            signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is handler
    finally:
        signal.signal(signal.SIGHUP, before)


def test_in_another_thread_signals_are_left_alone() -> None:
    done = []

    def work() -> None:
        with ended_like_ctrl_c():
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(5)
    assert done == [True]
