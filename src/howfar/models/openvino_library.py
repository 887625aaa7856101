"""OpenVINO, imported so that it tells nobody.

`import openvino` imports its converters, and these send an event to Google Analytics by way of `openvino_telemetry`,
without asking, and write a number for the user to the home folder. Where that library cannot be imported they take a
stand-in of their own that does nothing, and this module sees to it.
"""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from howfar.errors import SettingError

TELEMETRY = "openvino_telemetry"
_LOCK = threading.Lock()


def is_installed() -> bool:
    """Whether OpenVINO is installed."""
    return find_spec("openvino") is not None


def openvino() -> Any:
    """The library, which has sent nothing on being imported here."""
    if (there := sys.modules.get("openvino")) is not None and hasattr(there, "Core"):
        return there
    try:
        with _LOCK, _without_telemetry():
            import openvino as library
    except ImportError as error:
        raise SettingError(
            f"OpenVINO is installed and does not load ({error}): install it again, or take the engine onnxruntime.",
            setting="engine",
        ) from None
    return library


def core() -> Any:
    """OpenVINO's core, one for the process, which stays until its end.

    Where the last core of some networks is let go, the stack on which the main thread handles signals goes with it: the
    next Ctrl-C crashes the process (OpenVINO 2026.4).
    """
    return _core_of(os.getpid())


@cache
def _core_of(process: int) -> Any:
    return openvino().Core()


@cache
def has_bf16() -> bool:
    """Whether the processor computes in bf16 itself, which is where OpenVINO would take it if it were not told.

    Its list of capabilities does not say it: that names BF16 also where it is imitated, at a loss of time.
    """
    library = openvino()
    return bool(core().get_property("CPU", "INFERENCE_PRECISION_HINT") == library.Type.bf16)


@contextmanager
def _without_telemetry() -> Iterator[None]:
    """A time in which telemetry cannot be imported; who has imported it before has it again afterwards."""
    kept: dict[str, ModuleType] = {
        name: module for name, module in sys.modules.items() if name.partition(".")[0] == TELEMETRY
    }
    for name in kept:
        del sys.modules[name]
    sys.modules[TELEMETRY] = None  # type: ignore[assignment]  # an import of it then fails
    try:
        yield
    finally:
        del sys.modules[TELEMETRY]
        sys.modules.update(kept)
