"""What runs a network, and the choice of the engine that does it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from howfar.models.card import Card
from howfar.models.engines import choose
from howfar.models.int8 import check_int8
from howfar.models.onnx_session import OnnxSession
from howfar.models.openvino_library import has_bf16
from howfar.models.openvino_session import OpenVinoSession
from howfar.models.run_options import RunOptions


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


def open_session(path: Path, card: Card, options: RunOptions | None = None) -> OnnxSession | OpenVinoSession:
    """Open the network of a card.

    Args:
        path: The ONNX file.
        card: Its card.
        options: How it is run; on the CPU with every core, by the engine that suits, when None.

    Raises:
        ModelError: If the file is missing, is not ONNX, does not fit its card, or is an int8 file that this processor
            would compute wrongly.
        SettingError: If the execution provider is not there, or engine, precision and processor do not fit together.
        MissingExtraError: If the engine is asked for and is not installed.
    """
    wanted = options or RunOptions()
    check_int8(path, card, wanted)
    choice = choose(wanted, card)
    if choice.engine == "openvino":
        return OpenVinoSession(path, card, wanted.threads, _floats(choice.precision, card))
    return OnnxSession(path, card, wanted)


def _floats(precision: str, card: Card) -> Literal["fp32", "bf16"]:
    """What OpenVINO computes floats in, which int8 files have some layers of."""
    if precision == "int8":
        return "bf16" if card.bf16 and has_bf16() else "fp32"
    return "bf16" if precision == "bf16" else "fp32"
