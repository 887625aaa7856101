"""Pulling a model of the zoo into the cache."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from howfar.errors import DownloadError, ModelError
from howfar.files import make_folder, put_in_place
from howfar.io.addresses import hiding_passwords, split_address, without_password
from howfar.models.card import card_path
from howfar.models.model_file import file_digest
from howfar.models.zoo.cache import (
    DigestFrom,
    Record,
    model_path,
    pulled_path,
    read_record,
    record_path,
    write_companions,
)
from howfar.models.zoo.fetch import Patience, Progress, UnreachableError, Wanted, discard, fetch, note_path
from howfar.models.zoo.hub import locate
from howfar.models.zoo.registry import Entry, embedded_default, find_entry

SIZE_SLACK = 1.1
"""A file may be this many times longer than the registry says, which rounds; more is not taken."""
LEAST_SHARE = 0.9
"""A file of less than this share of what the registry says is another one, where nobody states its digest."""


def pull(
    name: str,
    *,
    progress: Progress | None = None,
    accept_licence: bool = False,
    mirror: str | None = None,
    patience: Patience | None = None,
) -> Path:
    """Fetch a model of the zoo, unless it is here and whole already.

    Safe to kill: the next call goes on where this one stopped, and the model's name in the cache stands for a whole and
    verified file only. Proxies are taken from `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`.

    Args:
        name: A name that `howfar models` lists.
        progress: Called with the bytes here and the bytes in all.
        accept_licence: Whether the user accepts the licence of a model that asks for it.
        mirror: Address that takes the place of `https://huggingface.co` or of a release file's host; `HOWFAR_MIRROR`
            when None, and for the hub also `HF_ENDPOINT`.
        patience: When to give up.

    Returns:
        The model's file: ONNX with its card beside it, or a checkpoint that must be exported first.

    Raises:
        ModelError: If there is no such model, or howfar does not run it.
        DownloadError: If it cannot be fetched, is not what it should be, or its licence is not accepted.
        MissingExtraError: If it lies on the hub and huggingface_hub is not installed.
    """
    entry = find_entry(name)
    if entry.unsupported:
        raise ModelError(f"{name} is not supported: {entry.unsupported}.")
    for file in entry.files():
        path = pull_entry(file, progress=progress, accept_licence=accept_licence, mirror=mirror, patience=patience)
    return path


def pull_entry(
    entry: Entry,
    *,
    progress: Progress | None = None,
    accept_licence: bool = False,
    mirror: str | None = None,
    patience: Patience | None = None,
) -> Path:
    """Fetch the one file of an entry, which need not be in the registry, as `pull` does."""
    target = model_path(entry)
    if is_whole(entry):
        return target
    if entry.ask_licence and not accept_licence:
        raise DownloadError(
            f"{entry.name} comes under {entry.licence}: read {entry.ask_licence} and, if you accept it, pull again "
            "and say so.",
            setting="accept_licence",
        )
    _refuse_folders(target)
    with _only_one(target):
        if not is_whole(entry):  # another pull may have fetched it while this one waited
            _fetch_to(target, entry, progress, mirror or os.environ.get("HOWFAR_MIRROR"), patience or Patience())
    return target


def is_whole(entry: Entry) -> bool:
    """Whether the model is here, and is byte for byte what was verified when it was pulled."""
    if entry.embedded_path is not None:
        return True
    path = pulled_path(entry)
    record = read_record(path) if path else None
    if path is None or record is None or (entry.sha256 and entry.sha256 != record.sha256):
        return False
    return path.stat().st_size == record.size_bytes and file_digest(path) == record.sha256


def _fetch_to(target: Path, entry: Entry, progress: Progress | None, mirror: str | None, patience: Patience) -> None:
    part = _part_path(target)
    try:
        with hiding_passwords(mirror or "", os.environ.get("HF_ENDPOINT", "")):
            wanted, stated_by = _wanted(entry, mirror, patience)
            digest = fetch(wanted, part, progress, patience)
    except UnreachableError as error:
        raise DownloadError(
            f"{error}; try again (it goes on where it stopped), name a mirror, or use the embedded "
            f"{embedded_default(entry.task)}, which works offline.",
            setting="mirror",
        ) from None
    record = Record(entry.name, without_password(wanted.url), part.stat().st_size, digest, stated_by)
    write_companions(target, entry, record)
    try:
        put_in_place(part, target)  # last: a file under the model's name always has its record and card
    except OSError as error:
        raise DownloadError(f"{target} could not be written ({error.strerror}): free some space there.") from None
    discard(part)


def _wanted(entry: Entry, mirror: str | None, patience: Patience) -> tuple[Wanted, DigestFrom]:
    """What to fetch, and who states its digest."""
    if mirror is not None and split_address(mirror).scheme not in ("http", "https"):
        given = mirror.rpartition("@")[2]
        raise DownloadError(f"A mirror is an address that begins with https:// or http://, not {given!r}.")
    if entry.hub is not None:
        wanted = locate(entry.hub, mirror.rstrip("/") if mirror else None, patience.timeout_s)
    else:
        wanted = Wanted(_mirrored(entry.address, mirror))
    if entry.size_mb is not None:
        size_bytes = entry.size_mb * 1e6
        least_bytes = max(1, int(size_bytes * LEAST_SHARE))
        wanted = replace(wanted, limit_bytes=int(size_bytes * SIZE_SLACK), least_bytes=least_bytes)
    if entry.sha256 is not None:
        return replace(wanted, sha256=entry.sha256), "registry"
    return wanted, "hub" if wanted.sha256 else "first pull"


def _mirrored(url: str, mirror: str | None) -> str:
    """The same path on the mirror."""
    return url if mirror is None else mirror.rstrip("/") + split_address(url).path


def _refuse_folders(target: Path) -> None:
    """Raise DownloadError for a folder where a file has to be, before anything is fetched."""
    lock, part = _lock_path(target), _part_path(target)
    for path in (target, record_path(target), card_path(target), lock, part, note_path(part)):
        if path.is_dir():
            raise DownloadError(f"{path} is a folder, and a file of that name has to be written: move it away.")


@contextmanager
def _only_one(target: Path) -> Iterator[None]:
    """A lock among processes, which the system frees when one is killed."""
    from filelock import FileLock

    lock = FileLock(_lock_path(target))
    try:
        make_folder(target.parent)
        lock.acquire()
    except OSError as error:
        raise DownloadError(
            f"{target.parent} cannot be written to ({error.strerror}); choose another folder with HOWFAR_CACHE."
        ) from None
    try:
        yield
    finally:
        lock.release()


def _part_path(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")


def _lock_path(target: Path) -> Path:
    return target.with_name(f".{target.name}.lock")
