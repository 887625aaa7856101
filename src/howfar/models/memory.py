"""Is there enough memory for a model? Said before it is loaded, as the system ends a program that takes too much."""

from pathlib import Path

from howfar.errors import ModelError
from howfar.io.free_memory import free_bytes

GIGABYTE = 1e9


def refuse_beyond_memory(path: Path, *, least_bytes: float, times: float, size_bytes: int | None = None) -> None:
    """Raise ModelError when less memory is free than a model takes.

    Where the system does not say how much is free (Linux does), and where there is no file, nothing is refused.

    Args:
        path: The model's file.
        least_bytes: What any model takes.
        times: What it takes beyond that, as a multiple of the file's size.
        size_bytes: What stands for the file's size: of weights that are stored smaller than they are run, say.
    """
    free = free_bytes()
    if free is None or not path.is_file():
        return
    needed = least_bytes + times * (path.stat().st_size if size_bytes is None else size_bytes)
    if needed > free:
        raise ModelError(
            f"{path} needs about {needed / GIGABYTE:.1f} GB of memory and {free / GIGABYTE:.1f} GB are free: close "
            "other programs, or take a smaller model."
        )
