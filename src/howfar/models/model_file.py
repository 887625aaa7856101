"""What is checked of an ONNX file and its card, whatever runs it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from howfar.errors import ModelError
from howfar.files import is_file
from howfar.models.card import Card, InputSpec
from howfar.models.memory import refuse_beyond_memory

MEMORY_TIMES = 3.0
"""What a session takes at least, as a multiple of its file: weights in half precision are held in single, and for a
moment in both."""


@dataclass(frozen=True, slots=True)
class FileInput:
    """One input of a file.

    Attributes:
        name: What the file calls it.
        shape: Its sides; a name, or None, for one that may be any.
        type: What it takes, in ONNX's words, such as `tensor(float)`.
    """

    name: str
    shape: tuple[int | str | None, ...]
    type: str

    @property
    def takes_half(self) -> bool:
        """Whether it is fed with numbers in half precision."""
        return self.type == "tensor(float16)"


def check_file(path: Path, card: Card) -> None:
    """Look at a file before it is opened.

    Raises:
        ModelError: If it is missing, is not the one that its card describes, or is too large for the memory.
    """
    if not is_file(path):
        raise ModelError(f"There is no model file {path}.")
    if card.sha256 and file_digest(path) != card.sha256:
        raise ModelError(f"{path} is not the file that its card describes (its SHA-256 differs): fetch it again.")
    refuse_beyond_memory(path, least_bytes=0, times=MEMORY_TIMES)


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def inputs_of_card(inputs: Sequence[FileInput], card: Card, path: Path) -> list[FileInput]:
    """The file's inputs in the order of the card.

    Raises:
        ModelError: If the card does not name them, or one is not what the card says.
    """
    found, specs = {one.name: one for one in inputs}, card.inputs
    if len(found) != len(specs):
        raise ModelError(
            f"{path} has {len(found)} inputs ({', '.join(found)}), and its card has {len(specs)}: name each "
            "of them under [[input]]."
        )
    if unknown := [spec.name for spec in specs if spec.name and spec.name not in found]:
        raise ModelError(f"{path} has no input {unknown[0]!r}, which its card names; there are {', '.join(found)}.")
    ordered = [found[spec.name] if spec.name else next(iter(found.values())) for spec in specs]
    for one, spec in zip(ordered, specs, strict=True):
        _check_input(one, spec, path)
    return ordered


def _check_input(one: FileInput, spec: InputSpec, path: Path) -> None:
    """Refuse an input that is not what the card says."""
    if one.type not in ("tensor(float)", "tensor(float16)"):
        raise ModelError(f"{path} takes {one.type}; howfar feeds tensor(float) or tensor(float16).")
    expected = (1, 3, None, None) if spec.follows_shape else (1, 3, spec.height_px, spec.width_px)
    if len(one.shape) != 4 or any(
        isinstance(has, int) and has != wants for has, wants in zip(one.shape, expected, strict=True)
    ):
        wanted = "×".join("any" if side is None else str(side) for side in expected)
        raise ModelError(f"{path} takes an input of shape {list(one.shape)}, and its card says {wanted}.")


def cannot_be_opened(path: Path, reason: str) -> ModelError:
    """What is said of a file that an engine does not open."""
    return ModelError(f"{path} cannot be opened as an ONNX model ({reason}): check the file, or export it again.")


def failed_on(path: Path, tensors: Sequence[NDArray[Any]], reason: str) -> ModelError:
    """What is said of a network that refuses what it is fed with."""
    shapes = " and ".join(str(tensor.shape) for tensor in tensors)
    return ModelError(f"{path} failed on an input of shape {shapes} ({reason}): check the card's [input].")


def line_of(error: Exception, which: int) -> str:
    """One line of what a library says: ONNX Runtime's reason is the first, OpenVINO's the last."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[which].rstrip(".") if lines else type(error).__name__
