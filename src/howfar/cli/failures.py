"""The sources that failed in one run: the others are still processed, and the failures are printed at the end."""

import re
from dataclasses import dataclass, field

import typer

from howfar.cli.console import tell
from howfar.errors import HowfarError


@dataclass
class Failures:
    """The failures of one run.

    Attributes:
        count: Number of all sources.
        errors: The name of each source that failed, with its error.
    """

    count: int
    errors: list[tuple[str, HowfarError]] = field(default_factory=list)

    def add(self, name: str, error: HowfarError) -> None:
        """Record that a source failed. What the error's traceback holds, such as an open video, is let go."""
        error.__context__ = None
        self.errors.append((name, error.with_traceback(None)))

    def tell_and_exit(self) -> None:
        """Print the failures on standard error and end with exit code 1; do nothing if there are none.

        Raises:
            typer.Exit: If there was a failure.
        """
        for name, error in self.errors:
            where = "" if self.count == 1 or name in str(error) else f"{name}: "
            tell(f"howfar: {where}{sentence(error)}")
        if self.errors and self.count > 1:
            failed = len({name for name, _ in self.errors})
            tell(f"{self.count - failed} of {self.count} sources could be done.")
        if self.errors:
            raise typer.Exit(1)


WORD, MESSAGE = (300, 100), (1500, 500)
"""How many letters are told of the beginning and of the end of what is too long."""
LONG_WORD = re.compile(rf"\S{{{sum(WORD) + 1},}}")
"""What a message tells in part, such as a number of 5000 digits: no path that is met is as long."""

FLAGS = {
    "alignment": "--align",
    "camera_height_m": "--camera-height",
    "deadline_s": "--deadline",
    "detections": "--boxes",
    "horizon_px": "--horizon",
    "max_depth_m": "--max-depth",
    "max_bytes": "--max-mb",
    "max_disparity_px": "--max-disparity",
    "max_pixels": "--max-megapixels",
}
"""The flags that are not just the Python name of the setting with hyphens."""


def sentence(error: HowfarError) -> str:
    """The message of an error, with the flag of the setting that its next step is about.

    Passwords are taken out, also of an address that was given in the place of a file.
    """
    from howfar.io.addresses import without_passwords

    text = LONG_WORD.sub(lambda word: _shortened(word[0], *WORD), without_passwords(str(error)))
    text = _shortened(text, *MESSAGE)
    flag = FLAGS.get(error.setting) or "--" + error.setting.replace("_", "-")
    return text if not error.setting or flag in text else f"{text.removesuffix('.')} ({flag})."


def _shortened(text: str, begins: int, ends: int) -> str:
    return text if len(text) <= begins + ends else f"{text[:begins]}…{text[-ends:]}"
