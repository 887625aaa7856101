"""ncnn's two files of a network, read as plain data: the layers of a .param and the arrays of a .bin."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from howfar.errors import ModelError

MAGIC = "7767517"
HALF_PRECISION, SINGLE_PRECISION = 0x01306B47, 0
"""What stands before an array of weights, by the precision it is stored in."""

Setting = int | float | list[int | float]


@dataclass(frozen=True, slots=True)
class Layer:
    """A line of the text: a layer with the blobs that it takes and gives, and its settings by ncnn's numbers."""

    kind: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    settings: dict[int, Setting]

    def number(self, key: int, default: int = 0) -> int:
        """A setting that is a whole number."""
        value = self.settings.get(key, default)
        if not isinstance(value, int):
            raise self.unknown(f"setting {key} = {value}")
        return value

    def numbers(self, key: int) -> list[int | float]:
        """A setting that is a list."""
        value = self.settings.get(key, [])
        return value if isinstance(value, list) else [value]

    def only(self, **known: tuple[int, int]) -> None:
        """Refuse settings, each given as its number and value, that have another value than the one known here."""
        for name, (key, value) in known.items():
            if self.settings.get(key, value) != value:
                raise self.unknown(f"{name} {self.settings[key]}")

    def unknown(self, what: str) -> ModelError:
        """The error that something of this layer cannot be converted."""
        return ModelError(f"The layer {self.name} ({self.kind}) has {what}, which is not known here.")


def read_layers(text: str) -> list[Layer]:
    """The layers that a .param file names.

    Raises:
        ModelError: If it is none, or cut off.
    """
    lines = [line.split() for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or lines[0] != [MAGIC]:
        raise ModelError(f"This is no text of ncnn's layers, which begins with {MAGIC}: give the .param file first.")
    try:
        count, layers = int(lines[1][0]), [_layer(words) for words in lines[2:]]
    except (ValueError, IndexError) as error:
        raise ModelError(f"The .param file has a line that is no layer ({error}).") from None
    if count != len(layers):
        raise ModelError(f"The .param file tells of {count} layers and has {len(layers)}: it is cut off or was edited.")
    return layers


def _layer(words: Sequence[str]) -> Layer:
    kind, name, taken, given = words[0], words[1], int(words[2]), int(words[3])
    blobs, rest = words[4 : 4 + taken + given], words[4 + taken + given :]
    return Layer(kind, name, tuple(blobs[:taken]), tuple(blobs[taken:]), dict(map(_setting, rest)))


def _setting(word: str) -> tuple[int, Setting]:
    """`1=3`, or `-23301=2,80,5`: a list of two under the number 1."""
    key, value = word.split("=")
    if int(key) > -23300:
        return int(key), _number(value)
    return -23300 - int(key), [_number(each) for each in value.split(",")[1:]]


def _number(text: str) -> int | float:
    return float(text) if "." in text or "e" in text else int(text)


class Weights:
    """The arrays of a .bin file, one after the other."""

    def __init__(self, content: bytes) -> None:
        self.content, self.at = content, 0

    def tagged(self, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """The next array, behind its tag."""
        tag = int(self._next(1, "<u4")[0])
        if tag == HALF_PRECISION:
            values = self._next(int(np.prod(shape)), "<f2")
            self.at += -self.at % 4
        elif tag == SINGLE_PRECISION:
            values = self._next(int(np.prod(shape)), "<f4")
        else:
            raise ModelError(f"The .bin file has weights of the kind {tag:#010x}; known are half and single precision.")
        return values.astype(np.float32).reshape(shape)

    def plain(self, length: int) -> NDArray[np.float32]:
        """The next array, which has no tag."""
        return self._next(length, "<f4").astype(np.float32)

    def finish(self) -> None:
        """See that nothing is left."""
        if left := len(self.content) - self.at:
            raise ModelError(
                f"The .bin file has {left} bytes more than the .param file asks for: is it of another one?"
            )

    def _next(self, count: int, kind: str) -> NDArray[Any]:
        size = count * np.dtype(kind).itemsize
        if self.at + size > len(self.content):
            raise ModelError("The .bin file ends before the .param file does: is it whole, and of the same network?")
        values = np.frombuffer(self.content, kind, count, self.at)
        self.at += size
        return values
