"""Weights out of a safetensors file, a format that holds tensors and no code."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from torch import Tensor

from howfar.conversion.checkpoints.restricted_pickle import shown
from howfar.errors import MissingExtraError, ModelError

ENDING = ".safetensors"
SINGLE_BYTES = 4


def read_safetensors(path: Path) -> dict[str, Tensor]:
    """Read every tensor of a file, by its name and in the file's own precision.

    Raises:
        ModelError: If the file cannot be read, is damaged, or of another format.
        MissingExtraError: If the library safetensors is not installed.
    """
    _need_library(path)
    from safetensors.torch import load_file

    with _refused(path):
        return load_file(path)


def single_precision_bytes(path: Path) -> int:
    """What the tensors of a file take in single precision, told by its head.

    Raises:
        ModelError: If the file cannot be read, is damaged, or of another format.
        MissingExtraError: If the library safetensors is not installed.
    """
    _need_library(path)
    from safetensors import safe_open

    with _refused(path), safe_open(path, framework="pt") as file:
        return sum(SINGLE_BYTES * math.prod(file.get_slice(name).get_shape()) for name in file.keys())  # noqa: SIM118


def _need_library(path: Path) -> None:
    if find_spec("safetensors") is None:
        raise MissingExtraError(f"Reading {path.name}", "foundation")


@contextmanager
def _refused(path: Path) -> Iterator[None]:
    from safetensors import SafetensorError

    try:
        yield
    except OSError as error:
        reason = error.strerror or shown(str(error))
        raise ModelError(f"The weights {path} cannot be read ({reason}): name a {ENDING} file.") from None
    except (SafetensorError, ValueError, KeyError) as error:
        raise ModelError(
            f"{path} is cut off, damaged or no {ENDING} file ({shown(str(error))}): download it again."
        ) from None
