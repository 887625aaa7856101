"""What runs a network, and ONNX Runtime as the one that runs the file beside a card."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from howfar.errors import ModelError, SettingError
from howfar.files import is_file
from howfar.models.card import Card, InputSpec
from howfar.models.forked import Forked
from howfar.models.memory import refuse_beyond_memory
from howfar.models.outputs import check_outputs
from howfar.numbers import plain_count

CPU = "CPUExecutionProvider"
MOST_THREADS = 1024
"""More than any machine has cores: all that are asked for are started."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How networks are run.

    Attributes:
        threads: Threads of one network; None lets ONNX Runtime take every core.
        provider: ONNX Runtime execution provider, in full or short (`cuda`); None for the CPU.

    Raises:
        SettingError: If there are to be no threads, or more than `MOST_THREADS`.
    """

    threads: int | None = None
    provider: str | None = None

    def __post_init__(self) -> None:
        if self.threads is not None:
            object.__setattr__(self, "threads", plain_count(self.threads, "threads"))
            if self.threads > MOST_THREADS:
                raise SettingError(f"threads must be at most {MOST_THREADS}, not {self.threads}.", setting="threads")
        if self.provider is not None and not isinstance(self.provider, str):
            raise SettingError(f"provider must be a name such as cuda, not {self.provider!r}.", setting="provider")


MEMORY_TIMES = 3.0
"""What a session takes at least, as a multiple of its file: weights in half precision are held in single, and for a
moment in both."""


class Session(Protocol):
    """A network that is ready to run, whatever runs it. May be used from several threads at once."""

    @property
    def name(self) -> str:
        """What messages call it: the path of its file."""

    def run(self, *tensors: NDArray[np.float32]) -> Mapping[str, NDArray[Any]]:
        """Run the network once.

        Args:
            *tensors: 1×3×H×W float32, one for each input, in the order of the card.

        Returns:
            Its outputs by their names, in the order in which the network gives them.

        Raises:
            ModelError: If the network refuses what it is fed with.
        """

    def digest(self) -> str:
        """SHA-256 of the file of its weights, in hexadecimal; empty where there is no file."""


def open_session(path: Path, card: Card, options: RunOptions | None = None) -> "OnnxSession":
    """Open the network of a card.

    Args:
        path: The ONNX file.
        card: Its card.
        options: How it is run; on the CPU with every core when None.

    Raises:
        ModelError: If the file is missing, is not ONNX, or does not fit its card.
        SettingError: If the execution provider is not there.
    """
    return OnnxSession(path, card, options or RunOptions())


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
        _check_digest(onnx_path, card)
        refuse_beyond_memory(onnx_path, least_bytes=0, times=MEMORY_TIMES)
        self._inputs = self._check_inputs()
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
            one.name: tensor.astype(np.float16) if one.type == "tensor(float16)" else tensor
            for one, tensor in zip(self._inputs, tensors, strict=True)
        }
        try:
            outputs = self._session.run(self._output_names, feeds)
        except Exception as error:  # noqa: BLE001
            shapes = " and ".join(str(tensor.shape) for tensor in tensors)
            raise ModelError(
                f"{self.path} failed on an input of shape {shapes} ({_first_line(error)}): check the card's [input]."
            ) from None
        return dict(zip(self._output_names, outputs, strict=True))

    def digest(self) -> str:
        """SHA-256 of the file, in hexadecimal."""
        return file_digest(self.path)

    def _check_inputs(self) -> list[Any]:
        """The file's inputs in the order of the card."""
        found, specs = {one.name: one for one in self._session.get_inputs()}, self.card.inputs
        if len(found) != len(specs):
            raise ModelError(
                f"{self.path} has {len(found)} inputs ({', '.join(found)}), and its card has {len(specs)}: name each "
                "of them under [[input]]."
            )
        if unknown := [spec.name for spec in specs if spec.name and spec.name not in found]:
            raise ModelError(
                f"{self.path} has no input {unknown[0]!r}, which its card names; there are {', '.join(found)}."
            )
        inputs = [found[spec.name] if spec.name else next(iter(found.values())) for spec in specs]
        for one, spec in zip(inputs, specs, strict=True):
            self._check_input(one, spec)
        return inputs

    def _check_input(self, one: Any, spec: InputSpec) -> None:
        """Refuse an input, as ONNX Runtime describes it, that is not what the card says."""
        if one.type not in ("tensor(float)", "tensor(float16)"):
            raise ModelError(f"{self.path} takes {one.type}; howfar feeds tensor(float) or tensor(float16).")
        expected = (1, 3, None, None) if spec.follows_shape else (1, 3, spec.height_px, spec.width_px)
        if len(one.shape) != 4 or any(
            isinstance(has, int) and has != wants for has, wants in zip(one.shape, expected, strict=True)
        ):
            wanted = "×".join("any" if side is None else str(side) for side in expected)
            raise ModelError(f"{self.path} takes an input of shape {one.shape}, and its card says {wanted}.")


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_digest(path: Path, card: Card) -> None:
    if not is_file(path):
        raise ModelError(f"There is no model file {path}.")
    if card.sha256 and file_digest(path) != card.sha256:
        raise ModelError(f"{path} is not the file that its card describes (its SHA-256 differs): fetch it again.")


def _opened(path: Path, options: RunOptions) -> onnxruntime.InferenceSession:
    providers = _providers(options.provider)
    try:
        return onnxruntime.InferenceSession(str(path), _session_options(options), providers=providers)
    except Exception as error:  # noqa: BLE001  ONNX Runtime's errors have no common base of their own
        raise ModelError(
            f"{path} cannot be opened as an ONNX model ({_first_line(error)}): check the file, or export it again."
        ) from None


def _session_options(options: RunOptions) -> onnxruntime.SessionOptions:
    settings = onnxruntime.SessionOptions()
    if options.threads is not None:
        settings.intra_op_num_threads = options.threads
    # Two networks take turns: a pool that spins after its turn would steal the cores from the other (1.6 times slower).
    settings.add_session_config_entry("session.intra_op.allow_spinning", "0")
    settings.log_severity_level = 3
    return settings


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


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
