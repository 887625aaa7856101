"""From what the user names to the pictures' paths and addresses: folders, globs, manifests, stores."""

import csv
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow.parquet as pq

from howfar.batch.addresses import file_system, is_address, open_anywhere, telling
from howfar.errors import SettingError, SourceError
from howfar.files import expanded
from howfar.io.addresses import scheme_of, without_password
from howfar.io.kinds import PICTURE_SUFFIXES, has_suffix
from howfar.sources.opening import open_sources
from howfar.text import shown

MANIFESTS = (".txt", ".csv", ".parquet")
COLUMNS = ("source", "path", "uri", "url", "image", "file", "filename", "file_name")
"""What a column of a manifest that names pictures may be called, the first that is there."""


def list_pictures(names: Sequence[str], column: str | None = None) -> Iterator[str]:
    """The pictures that names stand for, as absolute paths and addresses, in an order that does not change.

    Args:
        names: Each a picture; a folder, with all folders in it; a glob; a manifest, which is a text file with a picture
            on each line, or a CSV or Parquet file with a column of pictures, whose relative paths count from where the
            manifest is; or an address of these that fsspec knows, such as `s3://bucket/photos/`. An http(s) address is
            a picture.
        column: The column of manifests; the first of `COLUMNS` that is there when None.

    Raises:
        SourceError: If something is not there, or a folder, glob or manifest holds no picture.
        SettingError: If a manifest has no such column, or something is no picture but a video or a camera.
    """
    for name in names:
        found = None
        for found in _pictures(name, column):
            yield shown(found)  # bytes of a name that are no text become an escape: the picture is a row that failed
        if found is None:
            raise SourceError(f"{without_password(name)} holds no picture: name another source.")


def _pictures(name: str, column: str | None) -> Iterator[str]:
    if PurePosixPath(name).suffix.lower() in MANIFESTS:
        return _of_manifest(name, column)
    if scheme_of(name) in ("http", "https"):
        return iter([name])
    if is_address(name):
        return _at_address(name)
    path = expanded(name)
    return _in_folder(str(path.absolute())) if path.is_dir() else _named(name)


def _named(name: str) -> Iterator[str]:
    """A picture, or those that a glob stands for."""
    sources = open_sources([name])
    for source in sources:
        if source.path is not None and not source.is_stream:
            yield str(source.path.absolute())
        elif len(sources) == 1:
            raise SettingError(f"{source.name} is no picture, and a batch takes pictures: use  howfar look  for it.")


def _in_folder(folder: str) -> Iterator[str]:
    """The pictures of a folder and of all folders in it, by name; one folder's names at a time are in memory."""
    pictures, folders = [], []
    with os.scandir(folder) as entries:
        for each in entries:
            if each.name.startswith("."):
                continue
            if each.is_dir(follow_symlinks=False):
                folders.append(each.name)
            elif has_suffix(PurePosixPath(each.name), PICTURE_SUFFIXES):
                pictures.append(each.name)
    for name in sorted(pictures):
        yield os.path.join(folder, name)  # noqa: PTH118  a million paths are made, which Path takes ten times as long for
    for name in sorted(folders):
        yield from _in_folder(os.path.join(folder, name))  # noqa: PTH118


def _at_address(address: str) -> Iterator[str]:
    """A picture at an address, the pictures of a folder there, or those that a glob stands for."""
    system, path = file_system(address)
    with telling(address):
        if "*" in path or "?" in path or "[" in path:
            found = [each for each in system.glob(path) if not system.isdir(each)]
        elif system.isdir(path):
            found = [each for each in system.find(path) if _is_shown_picture(each.removeprefix(path))]
        elif system.exists(path):
            found = [path]
        else:
            raise SourceError(f"There is nothing at {without_password(address)}: check the name.")
    for each in sorted(found):
        yield str(system.unstrip_protocol(each))


def _is_shown_picture(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return has_suffix(PurePosixPath(path), PICTURE_SUFFIXES) and not any(part.startswith(".") for part in parts)


def _of_manifest(name: str, column: str | None) -> Iterator[str]:
    """What a manifest lists; a relative path counts from where the manifest is."""
    base = name.rpartition("/")[0] if is_address(name) else str(expanded(name).absolute().parent)
    listed = _listed(name if is_address(name) else str(expanded(name)), column)
    for at, each in enumerate(listed):
        if is_address(each) or Path(each).is_absolute():
            yield each
            continue
        place = f"{base}/{each}"
        if at == 0 and not is_address(name) and not Path(place).exists() and Path(each).exists():
            raise SourceError(
                f"{name} lists {each}, which is here and not beside the manifest: paths count from where the manifest "
                "is, so move it here or list absolute paths."
            )
        yield place


def _listed(name: str, column: str | None) -> Iterator[str]:
    with open_anywhere(name) as file:
        if name.lower().endswith(".parquet"):
            found = _of_parquet(file, name, column)
        else:
            text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
            found = _of_csv(text, name, column) if name.lower().endswith(".csv") else text
        for each in found:
            if line := each.strip():
                yield line


def _of_csv(text: Iterable[str], name: str, column: str | None) -> Iterator[str]:
    rows = csv.reader(text)
    header = next(rows, [])
    at = header.index(_column(header, name, column))
    return (row[at] for row in rows if len(row) > at)


def _of_parquet(file: Any, name: str, column: str | None) -> Iterator[str]:
    with telling(name):
        table = pq.ParquetFile(file)
    wanted = _column(table.schema_arrow.names, name, column)
    return (str(each) for batch in table.iter_batches(columns=[wanted]) for each in batch.column(0).to_pylist())


def _column(there: Sequence[str], name: str, wanted: str | None) -> str:
    """The column that names pictures."""
    names = COLUMNS if wanted is None else (wanted,)
    for each in names:
        if each in there:
            return each
    raise SettingError(
        f"{without_password(name)} has no column {names[0]}, but {', '.join(there) or 'none'}: say which one names the "
        "pictures.",
        setting="column",
    )
