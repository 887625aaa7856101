"""Running `howfar evaluate` in tests."""

import csv
from pathlib import Path

from typer.testing import CliRunner

from howfar.cli.evaluate import app
from howfar.errors import HowfarError


def run(*arguments: str | Path) -> str:
    """What the command prints; its refusals are raised."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if isinstance(result.exception, HowfarError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
