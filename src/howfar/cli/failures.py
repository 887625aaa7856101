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
            where = "" if name in str(error) else f"{name}: "
            typer.echo(f"howfar: {where}{error}", err=True)
        if self.errors and self.count > 1:
            failed = len({name for name, _ in self.errors})
            typer.echo(f"{self.count - failed} of {self.count} sources could be done.", err=True)
        if self.errors:
            raise typer.Exit(1)
