"""Pulling into the cache: one file, its record and its card, whatever happens on the way."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from howfar.errors import DownloadError, ModelError
from howfar.models import read_card
from howfar.models.library import embedded_path
from howfar.models.zoo import Entry, Patience, pull, pull_entry, pulled_path, read_record
from tests.models.zoo.fixtures import PULL
from tests.models.zoo.server import FileServer, Reply

BODY = bytes(range(256)) * 4096
SHA = hashlib.sha256(BODY).hexdigest()
HALF = 500_001
QUICK = Patience(timeout_s=20.0, attempts=2, pause_s=0.0)


def toy(url: str, **facts: object) -> Entry:
    return Entry(name="toy", task="detection", licence="CC0", url=url, **facts)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


@pytest.mark.parametrize(
    ("sha256", "digest_from"),
    [
        pytest.param(SHA, "registry", id="a digest that the registry states"),
        pytest.param(None, "first pull", id="no digest known: the first pull's is recorded"),
    ],
)
def test_a_pull_leaves_the_file_and_its_record(
    server: FileServer, cache: Path, sha256: str | None, digest_from: str
) -> None:
    entry = toy(server.answer("/toy.pt", Reply(BODY)), sha256=sha256)
    path = pull_entry(entry, patience=QUICK)
    assert path == cache / "models" / "toy.pt" == pulled_path(entry)
    assert path.read_bytes() == BODY
    assert names_in(path.parent) == ["toy.pt", "toy.pt.json"]
    record = read_record(path)
    assert record is not None
    assert (record.sha256, record.size_bytes, record.digest_from) == (SHA, len(BODY), digest_from)


def test_what_is_here_is_not_fetched_again(server: FileServer, cache: Path) -> None:
    entry = toy(server.answer("/toy.pt", Reply(BODY)), sha256=SHA)
    pull_entry(entry, patience=QUICK)
    pull_entry(entry, patience=QUICK)
    assert len(server.gets()) == 1


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda path: path.write_bytes(BODY[:-1] + b"!"), id="a byte of the file changed"),
        pytest.param(lambda path: path.write_bytes(BODY[:HALF]), id="the file was cut"),
        pytest.param(lambda path: path.with_name("toy.pt.json").unlink(), id="its record is gone"),
    ],
)
def test_what_is_not_whole_any_more_is_fetched_again(server: FileServer, cache: Path, spoil) -> None:
    entry = toy(server.answer("/toy.pt", Reply(BODY)))
    spoil(pull_entry(entry, patience=QUICK))
    assert pull_entry(entry, patience=QUICK).read_bytes() == BODY
    assert len(server.gets()) == 2


def test_a_new_version_in_the_registry_is_fetched(server: FileServer, cache: Path) -> None:
    entry = toy(server.answer("/toy.pt", Reply(b"old")))
    pull_entry(entry, patience=QUICK)
    server.answer("/toy.pt", Reply(BODY))
    assert pull_entry(replace(entry, sha256=SHA), patience=QUICK).read_bytes() == BODY


def test_a_file_of_another_size_than_the_registry_says_is_not_kept(
    server: FileServer, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PULL, "LEAST_SHARE", 0.9)
    entry = toy(server.answer("/toy.pt", Reply(BODY[:HALF])), size_mb=1.0)
    with pytest.raises(DownloadError, match="has 500001 bytes, and at least 900000 were expected"):
        pull_entry(entry, patience=QUICK)
    assert names_in(cache / "models") == []


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"sha256": 65536}, id="a digest that is a number"),
        pytest.param({"size_bytes": -5}, id="a size below 0"),
        pytest.param({"size_bytes": "5"}, id="a size that is a text"),
        pytest.param({"digest_from": "somebody"}, id="a digest of nobody known"),
        pytest.param({"url": None}, id="no address"),
        pytest.param({"more": 1}, id="a field too many"),
        pytest.param([], id="a list"),
    ],
)
def test_a_record_of_another_form_is_named(server: FileServer, cache: Path, change: dict | list) -> None:
    path = pull_entry(toy(server.answer("/toy.pt", Reply(BODY))), patience=QUICK)
    record = path.with_name("toy.pt.json")
    record.write_text(json.dumps({**json.loads(record.read_text()), **change} if isinstance(change, dict) else change))
    with pytest.raises(ModelError, match=r"toy\.pt\.json cannot be read .* remove it"):
        read_record(path)


def test_a_record_that_cannot_be_read_is_named(server: FileServer, cache: Path) -> None:
    entry = toy(server.answer("/toy.pt", Reply(BODY)))
    pull_entry(entry, patience=QUICK).with_name("toy.pt.json").write_text("{")
    with pytest.raises(ModelError, match=r"toy\.pt\.json cannot be read .* remove it"):
        pull_entry(entry, patience=QUICK)


@pytest.mark.parametrize("known", [True, False], ids=["the digest stands in the card", "the digest is written into it"])
def test_the_card_is_laid_beside_an_onnx_file(server: FileServer, cache: Path, tmp_path: Path, known: bool) -> None:
    line = f'sha256 = "{SHA}"\n' if known else ""
    card = tmp_path / "toy.toml"
    card.write_text(
        f'{line}name = "toy"\ntask = "detection"\nlicence = "CC0"\n'
        '[input]\nsize = [64, 64]\nfit = "stretch"\n[output]\nlayout = "yolov8"\nclasses = ["ball"]\n'
    )
    entry = toy(server.answer("/a/model.onnx", Reply(BODY)), card_path=card, sha256=SHA if known else None)
    path = pull_entry(entry, patience=QUICK)
    assert names_in(path.parent) == ["toy.onnx", "toy.onnx.json", "toy.toml"]
    assert read_card(path.with_suffix(".toml")).sha256 == SHA


@pytest.mark.parametrize("name", ["toy.pt", "toy.pt.json", "toy.pt.part", "toy.pt.part.json", ".toy.pt.lock"])
def test_a_folder_where_a_file_belongs_is_named_before_anything_is_fetched(
    server: FileServer, cache: Path, name: str
) -> None:
    folder = cache / "models" / name
    folder.mkdir(parents=True)
    with pytest.raises(DownloadError, match=rf"{name} is a folder, .* move it away"):
        pull_entry(toy(server.answer("/toy.pt", Reply(BODY))), patience=QUICK)
    assert server.gets() == []


def test_a_licence_must_be_accepted(server: FileServer, cache: Path) -> None:
    entry = toy(server.answer("/toy.pt", Reply(BODY)), ask_licence="https://licence.example")
    with pytest.raises(
        DownloadError, match=r"comes under CC0: read https://licence\.example .*if you accept it, pull again"
    ):
        pull_entry(entry, patience=QUICK)
    assert server.gets() == []
    assert pull_entry(entry, accept_licence=True, patience=QUICK).is_file()


@pytest.mark.parametrize("by", ["argument", "environment"])
def test_a_mirror_takes_the_place_of_the_host(
    server: FileServer, cache: Path, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answer("/kept/owner/repo/toy.pt", Reply(BODY))
    mirror = f"{server.url}/kept/"
    if by == "environment":
        monkeypatch.setenv("HOWFAR_MIRROR", mirror)
    entry = toy("https://releases.example/owner/repo/toy.pt", sha256=SHA)
    assert pull_entry(entry, mirror=mirror if by == "argument" else None, patience=QUICK).read_bytes() == BODY


@pytest.mark.parametrize("mirror", ["mirror.example", "http://[::1", "file:///a"])
def test_a_mirror_that_is_no_address(cache: Path, mirror: str) -> None:
    with pytest.raises(DownloadError, match=r"begins with https:// or http://, not '") as refusal:
        pull_entry(toy("https://releases.example/toy.pt"), mirror=mirror)
    assert mirror in str(refusal.value)


def test_out_of_reach_is_one_sentence_that_names_what_works_offline(server: FileServer, cache: Path) -> None:
    server.http.server_close()
    with pytest.raises(
        DownloadError, match=r"cannot be reached\); try again .* embedded nanodet-g, which works offline"
    ):
        pull_entry(toy(f"{server.url}/toy.pt"), patience=QUICK)


def test_a_corrupt_file_is_never_installed(server: FileServer, cache: Path) -> None:
    entry = toy(server.answer("/toy.pt", Reply(b"evil")), sha256=SHA)
    with pytest.raises(DownloadError, match="is not the file that was expected"):
        pull_entry(entry, patience=QUICK)
    assert pulled_path(entry) is None
    assert names_in(cache / "models") == []


def test_a_server_cannot_fill_the_disk(server: FileServer, cache: Path) -> None:
    entry = toy(server.answer("/toy.pt", Reply(BODY)), size_mb=0.5)
    with pytest.raises(DownloadError, match="is longer than the 550000 bytes"):
        pull_entry(entry, patience=QUICK)


def test_a_cache_that_cannot_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("HOWFAR_CACHE", str(tmp_path / "file"))
    with pytest.raises(DownloadError, match="choose another folder with HOWFAR_CACHE"):
        pull_entry(toy("https://releases.example/toy.pt"))


def test_two_pulls_at_once_fetch_once(server: FileServer, cache: Path) -> None:
    entry = toy(server.answer("/toy.pt", Reply(BODY)), sha256=SHA)
    with ThreadPoolExecutor(2) as pool:
        paths = list(pool.map(lambda _: pull_entry(entry, patience=QUICK), range(2)))
    assert [path.read_bytes() for path in paths] == [BODY, BODY]
    assert len(server.gets()) == 1


KILLED = """
import sys
from howfar.models.zoo import Entry, pull_entry
pull_entry(Entry("toy", "detection", "CC0", url=sys.argv[1], sha256=sys.argv[2]))
"""


def test_a_killed_pull_leaves_nothing_under_the_name_and_goes_on(server: FileServer, cache: Path) -> None:
    url = server.answer("/toy.pt", Reply(BODY, stall_at=HALF))
    part = cache / "models" / "toy.pt.part"
    pulling = subprocess.Popen([sys.executable, "-c", KILLED, url, SHA], env=os.environ | {"HOWFAR_CACHE": str(cache)})
    try:
        deadline = time.monotonic() + 30
        while not (part.exists() and part.stat().st_size == HALF) and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        pulling.send_signal(signal.SIGKILL)
        pulling.wait()
    assert part.stat().st_size == HALF
    entry = toy(url, sha256=SHA)
    assert pulled_path(entry) is None

    server.answer("/toy.pt", Reply(BODY))
    assert pull_entry(entry, patience=QUICK).read_bytes() == BODY
    assert server.gets()[-1].range == f"bytes={HALF}-"
    assert names_in(part.parent) == ["toy.pt", "toy.pt.json"]


def test_an_embedded_model_is_here_already(cache: Path) -> None:
    assert pull("nanodet-g") == embedded_path("nanodet-g")
    assert not cache.exists()


def test_a_name_that_nobody_knows() -> None:
    with pytest.raises(ModelError, match="No model is called 'yolov99'"):
        pull("yolov99")


def test_the_record_is_plain_json(server: FileServer, cache: Path) -> None:
    path = pull_entry(toy(server.answer("/toy.pt", Reply(BODY))), patience=QUICK)
    assert json.loads(path.with_name("toy.pt.json").read_text()) == {
        "name": "toy",
        "url": f"{server.url}/toy.pt",
        "size_bytes": len(BODY),
        "sha256": SHA,
        "digest_from": "first pull",
    }


def test_the_password_of_a_mirror_is_neither_told_nor_kept(server: FileServer, cache: Path) -> None:
    mirror = server.url.replace("http://", "http://me:secret@")
    entry = toy("https://models.example/toy.pt")
    with pytest.raises(DownloadError, match=r"http://127\.0\.0\.1:\d+/toy\.pt could not be fetched") as refused:
        pull_entry(entry, mirror=mirror, patience=QUICK)
    assert "secret" not in str(refused.value)
    server.answer("/toy.pt", Reply(BODY))
    record = read_record(pull_entry(entry, mirror=mirror, patience=QUICK))
    assert record is not None
    assert record.url == f"{server.url}/toy.pt"
