"""The ranges that numbers of a recipe may be in."""

from typing import Annotated

from msgspec import Meta

Positive = Annotated[float, Meta(gt=0)]
NotNegative = Annotated[float, Meta(ge=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
"""A fraction of a whole; a probability too."""

ShareBelowOne = Annotated[float, Meta(ge=0, lt=1)]
Count = Annotated[int, Meta(ge=1)]
CountOrNone = Annotated[int, Meta(ge=0)]
"""A count, or 0 for none or all."""

Size = tuple[Count, Count]
"""Width and height."""


def refuse_reversed(settings: object, names: tuple[str, ...]) -> None:
    """Raise ValueError if one of these ranges of some settings does not go from its least to its greatest."""
    for name in names:
        least, greatest = getattr(settings, name)
        if least > greatest:
            raise ValueError(f"{name} goes from its least to its greatest, not from {least:g} to {greatest:g}")
