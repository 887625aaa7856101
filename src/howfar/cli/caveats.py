"""The caveats of all pictures of one run, told once each on standard error."""

from collections.abc import Iterable

from howfar.cli.console import tell
from howfar.scene.caveat import Caveat

HINTS = {"unit": " (--depth-unit, --depth-scale)"}
"""The options that a caveat is about, by its kind."""


class Caveats:
    """Collects caveats, and tells each of them with the picture, or the number of pictures, that it holds for."""

    def __init__(self, *, many: bool) -> None:
        """Take whether there are many pictures, so that each caveat is told with the name of its picture."""
        self._many = many
        self._sources: dict[str, dict[str, None]] = {}

    def add(self, source: str, caveats: Iterable[Caveat]) -> None:
        """Collect the caveats of a picture."""
        for caveat in caveats:
            text = caveat.text.removesuffix(".") + HINTS.get(caveat.kind, "") + "."
            self._sources.setdefault(text, {})[source] = None

    def tell(self) -> None:
        """Print what was collected, and forget it."""
        for text, sources in self._sources.items():
            first, more = next(iter(sources)), len(sources) - 1
            where = first if not more else f"{first} and {more} more"
            tell(f"{where}: {text}" if self._many else text)
        self._sources.clear()
