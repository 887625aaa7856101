"""Listeners to trainings of tests."""

from collections.abc import Mapping


class Silent:
    """Listens to nothing."""

    def epoch_starts(self, epoch: int, epochs: int, steps: int) -> None:
        """Say nothing."""

    def step_done(self, losses: Mapping[str, float]) -> None:
        """Say nothing."""

    def epoch_done(self, row: Mapping[str, float], *, best: bool) -> None:
        """Say nothing."""
