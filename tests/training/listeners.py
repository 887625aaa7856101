"""Listeners to trainings of tests."""

import math
from collections.abc import Mapping


class Silent:
    """Listens to nothing."""

    def epoch_starts(self, epoch: int, epochs: int, steps: int) -> None:
        """Say nothing."""

    def step_done(self, losses: Mapping[str, float]) -> None:
        """Say nothing."""

    def epoch_done(self, row: Mapping[str, float], *, best: bool) -> None:
        """Say nothing."""


class TwoSteps:
    """Asserts that a training is one epoch of two steps with finite losses, which is the best so far."""

    def epoch_starts(self, epoch: int, epochs: int, steps: int) -> None:
        """Compare the numbers."""
        assert (epochs, steps) == (1, 2)

    def step_done(self, losses: Mapping[str, float]) -> None:
        """Look at the loss."""
        assert math.isfinite(losses["loss"])

    def epoch_done(self, row: Mapping[str, float], *, best: bool) -> None:
        """The first epoch is the best."""
        assert best
