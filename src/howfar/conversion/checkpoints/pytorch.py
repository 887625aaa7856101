"""PyTorch's two file formats: a tree of objects as a pickle, and the numbers of its tensors beside it.

Since PyTorch 1.6 a file is a zip, with the pickle in `data.pkl` and each run of numbers in `data/KEY`. Before, it was
five pickles (a magic number, the version, facts of the machine, the tree, the keys) and then the numbers.
"""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from howfar.conversion.checkpoints.restricted_pickle import StoredNumbers, damaged, read_pickle, shown
from howfar.errors import ModelError
from howfar.io.kinds import HEAD_BYTES, is_page

NUMBER_TYPES = {
    "torch.DoubleStorage": torch.float64,
    "torch.FloatStorage": torch.float32,
    "torch.HalfStorage": torch.float16,
    "torch.BFloat16Storage": torch.bfloat16,
    "torch.LongStorage": torch.int64,
    "torch.IntStorage": torch.int32,
    "torch.ShortStorage": torch.int16,
    "torch.CharStorage": torch.int8,
    "torch.ByteStorage": torch.uint8,
    "torch.BoolStorage": torch.bool,
}

ZIP_START = b"PK"
LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
COUNT_BYTES = 8
"""The older format repeats before each run how many numbers it has."""


class PyTorchFile(NamedTuple):
    """An open file.

    Attributes:
        tree: What was saved, as `read_pickle` gives it.
        read: Gives the raw bytes of a run of numbers.
    """

    tree: Any
    read: Callable[[StoredNumbers], bytes]


def open_pytorch_file(path: Path) -> PyTorchFile:
    """Open a file of either format without running code from it.

    Raises:
        ModelError: If it cannot be read, asks to run code, is damaged, or is not PyTorch's.
    """
    where = str(path)
    if path.exists() and not (path.is_file() or path.is_dir()):  # without end, or never anything
        raise ModelError(f"{where} is a pipe or a device, not a file: name a .pt or .pth file.")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"The weights {where} cannot be read ({error.strerror}): name a .pt or .pth file.") from None
    if not content:
        raise ModelError(f"{where} is empty: download it again.")
    if is_page(content[:HEAD_BYTES]):
        raise ModelError(f"{where} is a web page, not weights: download the file that the page links to.")
    return _open_zip(content, where) if content.startswith(ZIP_START) else _open_legacy(content, where)


def read_numbers(file: PyTorchFile, numbers: StoredNumbers, where: str) -> Tensor:
    """Read a run of numbers as a flat tensor.

    Raises:
        ModelError: If they are of an unknown type, or fewer or more than the file says.
    """
    number_type = _number_type(numbers, where)
    raw = file.read(numbers)
    if len(raw) != numbers.count * number_type.itemsize:
        raise damaged(where, "a weight has another length than the file says")
    return torch.frombuffer(bytearray(raw), dtype=number_type) if raw else torch.empty(0, dtype=number_type)


def _open_zip(content: bytes, where: str) -> PyTorchFile:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise damaged(where, shown(str(error))) from None
    trees = [name for name in archive.namelist() if name.endswith("/data.pkl")]
    if len(trees) != 1:
        raise ModelError(f"{where} is a zip file, but not one that PyTorch wrote: name a checkpoint of a network.")
    folder = trees[0].removesuffix("data.pkl")

    def read(name: str) -> bytes:
        return _read_member(archive, folder + name, most_bytes=len(content), where=where)

    if f"{folder}byteorder" in archive.namelist() and read("byteorder") != b"little":
        raise ModelError(f"{where} was written on a big-endian machine: save it anew on an ordinary one.")
    unpickled = read_pickle(io.BytesIO(read("data.pkl")), where)
    return PyTorchFile(unpickled.tree, lambda numbers: read(f"data/{numbers.key}"))


def _read_member(archive: zipfile.ZipFile, name: str, *, most_bytes: int, where: str) -> bytes:
    try:
        member = archive.getinfo(name)
        # PyTorch does not compress; without this, a small file could claim any memory.
        if member.compress_type != zipfile.ZIP_STORED or member.file_size > most_bytes:
            raise damaged(where, f"{shown(name)} is compressed")
        return archive.read(member)
    except KeyError:
        raise damaged(where, f"{shown(name)} is missing") from None
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError) as error:
        raise damaged(where, shown(str(error))) from None


def _open_legacy(content: bytes, where: str) -> PyTorchFile:
    stream = io.BytesIO(content)
    if read_pickle(stream, where).tree != LEGACY_MAGIC:
        raise ModelError(f"{where} is a pickle, but not one that PyTorch wrote: name a checkpoint of a network.")
    for _ in ("version", "machine"):
        read_pickle(stream, where)
    unpickled = read_pickle(stream, where)
    keys = read_pickle(stream, where).tree
    runs = _runs(content, stream.tell(), keys, unpickled.numbers, where)
    return PyTorchFile(unpickled.tree, lambda numbers: content[runs.get(numbers.key, slice(0))])


def _runs(content: bytes, start: int, keys: Any, known: dict[str, StoredNumbers], where: str) -> dict[str, slice]:
    """Where each run of numbers lies in a file of the older format, which has them in the order of the keys."""
    runs: dict[str, slice] = {}
    for key in keys if isinstance(keys, list) else []:
        if not isinstance(key, str) or key not in known:
            raise damaged(where, "it has numbers that nothing refers to")
        begin = start + COUNT_BYTES
        end = begin + known[key].count * _number_type(known[key], where).itemsize
        if int.from_bytes(content[start:begin], "little") != known[key].count or end > len(content):
            raise damaged(where, "numbers are missing")
        runs[key] = slice(begin, end)
        start = end
    return runs


def _number_type(numbers: StoredNumbers, where: str) -> torch.dtype:
    if numbers.kind not in NUMBER_TYPES:
        raise ModelError(
            f"{where} has weights as {shown(numbers.kind)}, which is not read: save them as single floats."
        )
    return NUMBER_TYPES[numbers.kind]
