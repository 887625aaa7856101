"""How networks are run: by which engine, in which precision, with how many threads."""

from dataclasses import dataclass
from typing import Literal, get_args

from howfar.errors import SettingError
from howfar.numbers import plain_count

Engine = Literal["auto", "onnxruntime", "openvino"]
Precision = Literal["auto", "fp32", "bf16", "int8"]

MOST_THREADS = 1024
"""More than any machine has cores: all that are asked for are started."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How networks are run.

    Attributes:
        threads: Threads of one network; None for every core.
        provider: ONNX Runtime execution provider, in full or short (`cuda`); None for the CPU.
        engine: What runs them. `auto` is `HOWFAR_ENGINE` where that is set, else chosen for each network
            (`engines.choose`).
        precision: The numbers that they are computed in. `auto` is `bf16` where the processor has it, OpenVINO is
            there, and the network's card says that it was measured; else `fp32`. `int8` is for files that are made so
            (`howfar export`), which `auto` runs as they are.

    Raises:
        SettingError: If there are to be no threads, or more than `MOST_THREADS`, or a name is none of these.
    """

    threads: int | None = None
    provider: str | None = None
    engine: Engine = "auto"
    precision: Precision = "auto"

    def __post_init__(self) -> None:
        if self.threads is not None:
            object.__setattr__(self, "threads", plain_count(self.threads, "threads"))
            if self.threads > MOST_THREADS:
                raise SettingError(f"threads must be at most {MOST_THREADS}, not {self.threads}.", setting="threads")
        if self.provider is not None and not isinstance(self.provider, str):
            raise SettingError(f"provider must be a name such as cuda, not {self.provider!r}.", setting="provider")
        refuse_unknown(self.engine, get_args(Engine), "engine", setting="engine")
        refuse_unknown(self.precision, get_args(Precision), "precision", setting="precision")


def refuse_unknown(given: object, names: tuple[str, ...], what: str, *, setting: str) -> None:
    """Raise SettingError where what is given for `what` is none of its names."""
    if given not in names:
        raise SettingError(f"{what} must be {', '.join(names[:-1])} or {names[-1]}, not {given!r}.", setting=setting)


REPEATABLE = RunOptions(precision="fp32")
"""For what a training learns from, which must not hang on what is installed beside it."""
