"""ONNX Runtime as the engine."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from howfar.errors import SettingError
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
from howfar.models.outputs import check_outputs
from howfar.models.run_options import RunOptions

CPU = "CPUExecutionProvider"

SPIN_US = 20
"""How long a thread without work waits awake; a layer of the embedded networks takes some 50 µs."""

SPINS_FOR_A_WHILE_SINCE = (1, 26)
"""The version of ONNX Runtime from which on that time can be told."""


class OnnxSession:
    """An ONNX file that ONNX Runtime runs; a `Session`.

    Attributes:
        path: The file.
        card: How it is fed.
    """

    def __init__(self, onnx_path: Path, card: Card, options: RunOptions) -> None:
        """Open the file; see `open_session`."""
        self.card = card
        self.path = onnx_path
        self._options = options
        self._forked = Forked(partial(_opened, onnx_path, options))
        check_file(onnx_path, card)
        found = [FileInput(one.name, tuple(one.shape), one.type) for one in self._session.get_inputs()]
        self._inputs = inputs_of_card(found, card, onnx_path)
        self._output_names = [output.name for output in self._session.get_outputs()]
        check_outputs(self._output_names, card, str(onnx_path))

    def __reduce__(self) -> tuple[type["OnnxSession"], tuple[Path, Card, RunOptions]]:
        """Come through to another process by what it is opened from."""
        return type(self), (self.path, self.card, self._options)

    @property
    def name(self) -> str:
        """The path of the file."""
        return str(self.path)

    @property
    def _session(self) -> onnxruntime.InferenceSession:
        return self._forked.here()

    def run(self, *tensors: NDArray[np.float32]) -> Mapping[str, NDArray[Any]]:
        """Run the network; see `Session.run`."""
        feeds = {
            one.name: tensor.astype(np.float16) if one.takes_half else tensor
            for one, tensor in zip(self._inputs, tensors, strict=True)
        }
        try:
            outputs = self._session.run(self._output_names, feeds)
        except Exception as error:  # noqa: BLE001
            raise failed_on(self.path, tensors, line_of(error, 0)) from None
        return dict(zip(self._output_names, outputs, strict=True))

    def digest(self) -> str:
        """SHA-256 of the file, in hexadecimal."""
        return file_digest(self.path)


def _opened(path: Path, options: RunOptions) -> onnxruntime.InferenceSession:
    providers = _providers(options.provider)
    try:
        return onnxruntime.InferenceSession(str(path), _session_options(options), providers=providers)
    except Exception as error:  # noqa: BLE001  ONNX Runtime's errors have no common base of their own
        raise cannot_be_opened(path, line_of(error, 0)) from None


def _session_options(options: RunOptions) -> onnxruntime.SessionOptions:
    settings = onnxruntime.SessionOptions()
    if options.threads is not None:
        settings.intra_op_num_threads = options.threads
    for entry, value in _spinning().items():
        settings.add_session_config_entry(entry, value)
    settings.log_severity_level = 3
    return settings


def _spinning() -> dict[str, str]:
    """How long a thread without work waits awake, as entries of a session's configuration.

    Two networks take turns: a pool that spins after its turn steals the cores from the other, 1.6 times slower; one
    that spins for long within its turn does so to whatever else a busy machine works on (docs/measured.md). An older
    ONNX Runtime, which cannot be told how long, does not spin.
    """
    major, minor = (int(part) for part in onnxruntime.__version__.split(".")[:2])
    if (major, minor) < SPINS_FOR_A_WHILE_SINCE:
        return {"session.intra_op.allow_spinning": "0"}
    return {"session.intra_op.spin_duration_us": str(SPIN_US), "session.force_spinning_stop": "1"}


def _providers(wanted: str | None) -> list[str]:
    if wanted is None:
        return [CPU]
    available = onnxruntime.get_available_providers()
    for name in available:
        if wanted.lower() in (name.lower(), name.lower().removesuffix("executionprovider")):
            return [name] if name == CPU else [name, CPU]
    raise SettingError(
        f"The execution provider {wanted!r} is not installed; there are {', '.join(available)}.", setting="provider"
    )
