"""Writing files whole or not at all."""

import errno
import os
import signal
import threading
from pathlib import Path

import pytest

from howfar.errors import OutputError
from howfar.files import expanded, is_file, replacing, uninterrupted


def test_a_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "new" / "a.txt"
    with replacing(target) as temporary:
        temporary.write_text("half")
        assert not target.exists()
        assert temporary.suffix == ".txt"
    assert target.read_text() == "half"
    assert [path.name for path in target.parent.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt], ids=["an error", "Ctrl-C"])
def test_a_failure_leaves_what_was_there(tmp_path: Path, error: type[BaseException]) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")

    def write() -> None:
        with replacing(target, overwrite=True) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises(error):
        write()
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_the_disk_has_the_file_before_it_has_its_name_and_then_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "new" / "a.txt"
    synced, sync = [], os.fsync

    def note(handle: int) -> None:
        facts = os.fstat(handle)
        synced.append((facts.st_ino, facts.st_size, target.exists()))
        sync(handle)

    monkeypatch.setattr(os, "fsync", note)
    with replacing(target) as temporary:
        temporary.write_text("whole")
    files = [(inode, size, named) for inode, size, named in synced if inode == target.stat().st_ino]
    assert files == [(target.stat().st_ino, 5, False)]
    assert [inode for inode, _, named in synced if named] == [target.parent.stat().st_ino]
    assert tmp_path.stat().st_ino in {inode for inode, *_ in synced}, "the folder that was made has a name too"


def test_a_disk_that_fails_at_the_last_moment_is_told_and_the_old_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    target = tmp_path / "a.txt"
    target.write_text("old")
    monkeypatch.setattr(os, "fsync", fail)
    told = r"could not be written \(Input/output error\)"
    with pytest.raises(OutputError, match=told), replacing(target, overwrite=True) as temporary:
        temporary.write_text("new")
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_file_system_that_keeps_nothing_back_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(handle: int) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "fsync", refuse)
    with replacing(tmp_path / "a.txt") as temporary:
        temporary.write_text("new")
    assert (tmp_path / "a.txt").read_text() == "new"


def test_an_existing_file_is_not_overwritten_unasked(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(OutputError, match="allow overwriting") as refused, replacing(target) as temporary:
        temporary.write_text("new")
    assert refused.value.setting == "overwrite"
    assert target.read_text() == "old"
    with replacing(target, overwrite=True) as temporary:
        temporary.write_text("new")
    assert target.read_text() == "new"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written to"), replacing(tmp_path / "file" / "a.txt"):
        pass


def test_ctrl_c_waits_until_the_block_has_ended() -> None:
    done = []
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), uninterrupted():
        signal.raise_signal(signal.SIGINT)
        done.append("after the first")
        signal.raise_signal(signal.SIGINT)
        done.append("after the second")
    assert done == ["after the first", "after the second"]
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="needs SIGHUP")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_request_to_end_that_is_handled_waits_too(name: str) -> None:
    number = signal.Signals[name]
    came: list[int] = []
    before = signal.signal(number, lambda number, _: came.append(number))
    try:
        with uninterrupted():
            signal.raise_signal(number)
            assert came == []
        assert came == [number]
    finally:
        signal.signal(number, before)


def test_without_ctrl_c_nothing_is_raised_and_errors_come_through() -> None:
    before = signal.getsignal(signal.SIGINT)
    with uninterrupted():
        pass
    with pytest.raises(ValueError, match="mine"), uninterrupted():
        raise ValueError("mine")
    assert signal.getsignal(signal.SIGINT) is before


def test_another_thread_may_use_it_too() -> None:
    seen = []

    def work() -> None:
        with uninterrupted():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGINT)]


def test_where_ctrl_c_is_ignored_it_stays_so() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with uninterrupted():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_home_folder_is_found_and_that_of_nobody_is_a_name_like_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert expanded("~/a.jpg") == Path("/home/me/a.jpg")
    assert expanded("~nosuchuser/a.jpg") == Path("~nosuchuser/a.jpg")


@pytest.mark.parametrize("name", ["a" * 300, f"{'a' * 300}/a.txt"], ids=["of a file", "of its folder"])
def test_no_file_has_a_name_that_is_too_long(tmp_path: Path, name: str) -> None:
    assert not is_file(tmp_path / name)
    told = r"cannot be written \(File name too long\): choose another"
    with pytest.raises(OutputError, match=told), replacing(tmp_path / name):
        pass
