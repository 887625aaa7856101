"""Which engine runs a network, in which precision, and why."""

import os
from dataclasses import dataclass
from typing import Literal, cast, get_args

from howfar.errors import MissingExtraError, SettingError
from howfar.models.card import Card
from howfar.models.openvino_library import has_bf16, is_installed
from howfar.models.run_options import Engine, RunOptions, refuse_unknown

EXTRA = "openvino"
VARIABLE = "HOWFAR_ENGINE"
"""The environment variable that says for all programs what `auto` stands for."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What runs a network.

    Attributes:
        engine: The engine.
        precision: The numbers that it computes in.
        why: The reason, in words.
    """

    engine: Literal["onnxruntime", "openvino"]
    precision: Literal["fp32", "bf16", "int8"]
    why: str


def choose(options: RunOptions, card: Card) -> Choice:
    """Choose the engine of a network.

    `auto` takes OpenVINO for bf16, which halves the time, where it is installed, the processor computes in bf16 itself,
    and the card says that the network was measured in it. In fp32 neither engine is faster by much, and `auto` stays
    with ONNX Runtime. A file that is made in int8 is computed so by either.

    Args:
        options: What is asked for; that the file can be run so is for `int8.check_int8` to say.
        card: The network's card.

    Raises:
        SettingError: If engine, precision, provider and processor do not fit together.
        MissingExtraError: If OpenVINO is asked for and is not installed.
    """
    engine, asked = options.engine, "it is asked for"
    if engine == "auto" and options.provider is not None:
        engine, asked = "onnxruntime", "a provider is asked for"
    elif engine == "auto":
        engine, asked = _of_environment(), f"{VARIABLE} asks for it"
    if engine == "openvino":
        return _by_openvino(options, card, asked)
    if engine == "onnxruntime":
        return _by_onnx_runtime(options, card, asked)
    if card.int8 is not None:
        if is_installed():
            return Choice("openvino", "int8", "the file is made in int8, which OpenVINO is faster at")
        return Choice("onnxruntime", "int8", "the file is made in int8, and OpenVINO is not installed")
    if options.precision == "int8":
        return Choice("onnxruntime", "fp32", "the file is one of floats")
    if options.precision == "bf16":
        return _by_openvino(options, card, "bf16 is asked for")
    if options.precision == "fp32":
        return Choice("onnxruntime", "fp32", "fp32 is asked for")
    if not card.bf16:
        return Choice("onnxruntime", "fp32", "the card does not say that bf16 was measured")
    if not is_installed():
        return Choice("onnxruntime", "fp32", "OpenVINO is not installed")
    if not has_bf16():
        return Choice("onnxruntime", "fp32", "the processor does not compute in bf16")
    return Choice("openvino", "bf16", "the processor computes in bf16")


def _of_environment() -> Engine:
    given = os.environ.get(VARIABLE) or "auto"
    refuse_unknown(given, get_args(Engine), VARIABLE, setting="")
    return cast(Engine, given)


def _by_onnx_runtime(options: RunOptions, card: Card, why: str) -> Choice:
    if card.int8 is not None:
        return Choice("onnxruntime", "int8", why)
    if options.precision == "bf16":
        raise SettingError("ONNX Runtime computes in fp32 here: bf16 needs the engine openvino.", setting="precision")
    return Choice("onnxruntime", "fp32", why)


def _by_openvino(options: RunOptions, card: Card, why: str) -> Choice:
    if options.provider is not None:
        raise SettingError(
            f"The provider {options.provider} is one of ONNX Runtime's: leave it out, or take the engine onnxruntime.",
            setting="provider",
        )
    if not is_installed():
        raise MissingExtraError("The engine openvino", EXTRA)
    if card.int8 is not None:
        return Choice("openvino", "int8", why)
    if options.precision == "bf16" and not has_bf16():
        raise SettingError("This processor does not compute in bf16: take fp32 or auto.", setting="precision")
    if options.precision == "auto":
        return Choice("openvino", "bf16" if card.bf16 and has_bf16() else "fp32", why)
    return Choice("openvino", "bf16" if options.precision == "bf16" else "fp32", why)
