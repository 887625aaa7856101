"""Samples that are ready for a training: checked, and held in memory if the recipe wants that."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from howfar.datasets.check import Checked, Problem
from howfar.errors import SourceError

Sample = TypeVar("Sample")


def readied(
    samples: Sequence[Sample],
    check: Callable[[Sequence[Sample], Checked], list[Problem]],
    root: str,
    *,
    cache: bool,
    checked: Checked,
) -> Sequence[Sample]:
    """The samples, checked, and held in memory if they are to be.

    Args:
        samples: All of them.
        check: Tells what is wrong with them.
        root: Where the data set lies, for errors.
        cache: Hold them in memory.
        checked: Called with the name of each sample that is checked.

    Raises:
        SourceError: If one of them would stop a training or teach it nonsense.
    """
    kept = remembered(samples) if cache else samples
    fatal = [problem for problem in check(kept, checked) if problem.fatal]
    if fatal:
        more = f" ({len(fatal) - 1} more problems: howfar data check {root})" if len(fatal) > 1 else ""
        raise SourceError(f"{root}, {fatal[0].sample}: {fatal[0].sentence}{more}")
    return kept


def remembered(samples: Sequence[Sample]) -> Sequence[Sample]:
    """The samples, each read once and then held in memory."""
    return _Remembered(samples)


class _Remembered(Sequence[Sample]):
    """Samples that stay in memory once they have been read; another process reads its own."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self._samples = samples
        self._read: dict[int, Sample] = {}

    def __getstate__(self) -> dict[str, object]:
        return {"_samples": self._samples, "_read": {}}

    def __len__(self) -> int:
        return len(self._samples)

    def __getitem__(self, index: int) -> Sample:  # type: ignore[override]
        if index not in self._read:
            self._read[index] = self._samples[index]
        return self._read[index]
