"""OpenVINO as the engine, on the CPU."""

import threading
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from howfar.errors import ModelError
from howfar.models.card import Card
from howfar.models.forked import Forked
from howfar.models.model_file import (
    FileInput,
    cannot_be_opened,
    check_file,
    failed_on,
    file_digest,
    inputs_of_card,
    line_of,
)
from howfar.models.openvino_library import core, openvino
from howfar.models.outputs import check_outputs

MOST_SHAPES = 32
"""Shapes of pictures, besides the first, for which a network is kept prepared; each takes some megabytes."""
ONNX_TYPES = {"f": "float", "i": "int", "u": "uint"}
"""ONNX's names of OpenVINO's types, before their bits."""
PLAIN = {"f32": "float", "f64": "double", "boolean": "bool"}
"""Those of which ONNX does not name the bits."""

Shapes = tuple[tuple[int, ...], ...]


class OpenVinoSession:
    """An ONNX file that OpenVINO runs; a `Session`.

    Attributes:
        path: The file.
        card: How it is fed.
    """

    def __init__(
        self, onnx_path: Path, card: Card, threads: int | None = None, precision: Literal["fp32", "bf16"] = "fp32"
    ) -> None:
        """Open the file; see `open_session`.

        Args:
            onnx_path: The ONNX file.
            card: Its card.
            threads: Threads of the network; None for every core.
            precision: What it computes in; bf16 only where the processor has it (`openvino_library.has_bf16`).

        Raises:
            ModelError: If the file is missing, is not ONNX, or does not fit its card.
        """
        self.card, self.path = card, onnx_path
        self._settings = threads, precision
        self._forked = Forked(partial(_Network, onnx_path, threads, precision))
        check_file(onnx_path, card)
        network = self._forked.here()
        self._inputs = inputs_of_card(network.inputs, card, onnx_path)
        self._order = [network.inputs.index(one) for one in self._inputs]
        check_outputs(network.output_names, card, str(onnx_path))

    def __reduce__(self) -> tuple[type["OpenVinoSession"], tuple[Any, ...]]:
        """Come through to another process by what it is opened from."""
        return type(self), (self.path, self.card, *self._settings)

    @property
    def name(self) -> str:
        """The path of the file."""
        return str(self.path)

    def run(self, *tensors: NDArray[np.float32]) -> Mapping[str, NDArray[Any]]:
        """Run the network; see `Session.run`."""
        feeds: list[Any] = [None] * len(self._inputs)
        for index, one, tensor in zip(self._order, self._inputs, tensors, strict=True):
            feeds[index] = np.ascontiguousarray(tensor, dtype=np.float16 if one.takes_half else None)
        try:
            return self._forked.here().run(feeds)
        except Exception as error:  # noqa: BLE001  OpenVINO raises RuntimeError for whatever it is
            raise failed_on(self.path, tensors, line_of(error, -1)) from None

    def digest(self) -> str:
        """SHA-256 of the file, in hexadecimal."""
        return file_digest(self.path)


class _Network:
    """A network in one process.

    For the shape that comes first it is compiled as it is, which is fastest, and most sources have one shape. All
    others share one compiled network that takes any shape and keeps what it prepared for each; beyond `MOST_SHAPES` of
    them it begins anew, so that it does not grow without end.
    """

    def __init__(self, path: Path, threads: int | None, precision: Literal["fp32", "bf16"]) -> None:
        """Read the file, and as ONNX alone: OpenVINO would open a network of its own format under any ending."""
        library = openvino()
        # Pinned threads of two networks would share a core while another is idle.
        self._config = {
            "INFERENCE_PRECISION_HINT": "bf16" if precision == "bf16" else "f32",
            "PERFORMANCE_HINT": "LATENCY",
            "ENABLE_CPU_PINNING": False,
        } | ({} if threads is None else {"INFERENCE_NUM_THREADS": threads})
        self._core = core()
        reader = library.frontend.FrontEndManager().load_by_framework("onnx")
        try:
            read = reader.load(str(path))
        except Exception as error:  # noqa: BLE001
            raise cannot_be_opened(path, line_of(error, -1)) from None
        try:
            self._model = reader.convert(read)
        except Exception as error:  # noqa: BLE001
            raise ModelError(
                f"OpenVINO cannot run {path} ({line_of(error, -1)}): take the engine onnxruntime.", setting="engine"
            ) from None
        self.inputs = [_file_input(one) for one in self._model.inputs]
        self.output_names = [one.any_name for one in self._model.outputs]
        self._lock = threading.Lock()
        self._first: tuple[Shapes, _Requests] | None = None
        self._any: _Requests | None = None
        self._seen: set[Shapes] = set()

    def run(self, tensors: Sequence[NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Run the network on one tensor for each input, in the file's order."""
        outputs = self._requests(tuple(tensor.shape for tensor in tensors)).run(tensors)
        return dict(zip(self.output_names, outputs, strict=True))

    def _requests(self, shapes: Shapes) -> "_Requests":
        """What runs inputs of these shapes; compiled once, while others wait."""
        with self._lock:
            if self._first is None:
                fixed = self._model.clone()
                fixed.reshape({one: list(shape) for one, shape in zip(fixed.inputs, shapes, strict=True)})
                self._first = shapes, _Requests(self._core.compile_model(fixed, "CPU", self._config))
            if self._first[0] == shapes:
                return self._first[1]
            if self._any is None or (shapes not in self._seen and len(self._seen) == MOST_SHAPES):
                self._any, self._seen = _Requests(self._core.compile_model(self._model, "CPU", self._config)), set()
            self._seen.add(shapes)
            return self._any


class _Requests:
    """A compiled network with as many requests as there were threads at once: a request is one thread's at a time."""

    def __init__(self, compiled: Any) -> None:
        self._compiled = compiled
        self._idle: list[Any] = []

    def run(self, tensors: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        try:
            request = self._idle.pop()  # append and pop of a list are atomic
        except IndexError:
            request = self._compiled.create_infer_request()
        found = request.infer(list(tensors), share_inputs=True)
        outputs = [found[index] for index in range(len(self._compiled.outputs))]
        self._idle.append(request)
        return outputs


def _file_input(one: Any) -> FileInput:
    shape = one.get_partial_shape()
    sides = () if shape.rank.is_dynamic else tuple(side.get_length() if side.is_static else None for side in shape)
    kind = one.get_element_type().get_type_name()
    onnx_type = PLAIN.get(kind) or ONNX_TYPES.get(kind[:1], kind[:1]) + kind[1:]
    return FileInput(one.any_name, sides, f"tensor({onnx_type})")
