"""Sources that could not be done: the others are done all the same, and these are named at the end."""

from dataclasses import dataclass, field

import typer

from howfar.errors import HowfarError


@dataclass
class Failures:
    """What went wrong in one run.

    Attributes:
        count: How many sources there are in all.
        errors: The name of each source that failed, and why.
    """

    count: int
    errors: list[tuple[str, HowfarError]] = field(default_factory=list)

    def add(self, name: str, error: HowfarError) -> None:
        """Note that a source failed."""
        self.errors.append((name, error))

    def tell_and_exit(self) -> None:
        """Name the failures on standard error and end with exit code 1; without any, go on.

        Raises:
            typer.Exit: If there was a failure.
        """
        for name, error in self.errors:
            where = "" if self.count == 1 or name in str(error) else f"{name}: "
            typer.echo(f"howfar: {where}{sentence(error)}", err=True)
        if self.errors and self.count > 1:
            failed = len({name for name, _ in self.errors})
            typer.echo(f"{self.count - failed} of {self.count} sources could be done.", err=True)
        if self.errors:
            raise typer.Exit(1)


FLAGS = {
    "alignment": "--align",
    "camera_height_m": "--camera-height",
    "horizon_px": "--horizon",
    "max_depth_m": "--max-depth",
}
"""The command line's names of settings that are not the Python names with hyphens."""


def sentence(error: HowfarError) -> str:
    """An error as the command line says it: with its own name for the setting that the next step is about."""
    text = str(error)
    flag = FLAGS.get(error.setting) or "--" + error.setting.replace("_", "-")
    return text if not error.setting or flag in text else f"{text.removesuffix('.')} ({flag})."
