"""The parts of a data set: their names, and the lists that say what is in them."""

from collections.abc import Sequence
from pathlib import Path

from howfar.datasets.files import leads_out, text_of
from howfar.errors import SettingError, SourceError

WHOLE = "all"
"""The one split of a data set that is not divided."""
ODD, EVEN = "odd", "even"
"""The halves of a data set, by the numbers of its photos: one to learn from, one to judge by."""
HALVES = (WHOLE, ODD, EVEN)


def is_of_half(number: int, half: str) -> bool:
    """Whether the photo of a number is in a half: in `odd` or `even`, by its number; in `all` always."""
    return half == WHOLE or (half == ODD) == (number % 2 == 1)


def refuse_unknown_split(split: str, splits: Sequence[str], dataset: str) -> None:
    """Raise SettingError if a data set has no such split."""
    if split not in splits:
        raise SettingError(f"{dataset} has no split {split!r}: choose {' or '.join(splits)}.")


def read_list(path: Path, form: str) -> list[str]:
    """Read a list of one entry a line; empty lines are left out.

    Args:
        path: The list.
        form: What a line should say, for the error.

    Raises:
        SourceError: If the list cannot be read, or is empty.
    """
    lines = text_of(path, f"The split {path}", f"it should name {form}").splitlines()
    entries = [line.strip() for line in lines if line.strip()]
    if not entries:
        raise SourceError(f"The split {path} is empty: it should name {form}.")
    for entry in entries:
        if any(leads_out(name) for name in entry.split()):
            raise SourceError(
                f"The split {path} names {entry!r}, which leads out of the data set: it should name {form}."
            )
    return entries
