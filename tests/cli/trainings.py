"""Running `howfar train`, and stopping it in the middle."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from howfar.cli import train
from howfar.errors import HowfarError
from howfar.training.loop import Trainer


def run_training(command: str, *arguments: str | Path) -> tuple[int, str, str]:
    """The exit code and what is printed; refusals are raised."""
    result = CliRunner().invoke(train.app, [command, *map(str, arguments), "--accelerator", "cpu"])
    if isinstance(result.exception, HowfarError):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def stop_in_the_second_epoch(patch: pytest.MonkeyPatch) -> None:
    """Have Ctrl-C come at the second epoch's first step."""
    step = Trainer._step

    def interrupted(self: Trainer, batch: object, place: int) -> dict[str, float]:
        if self.epoch == 1:
            raise KeyboardInterrupt
        return step(self, batch, place)

    patch.setattr(Trainer, "_step", interrupted)
