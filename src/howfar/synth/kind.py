"""Which places are rendered; apart from the other settings, as the command's help needs it at once."""

from enum import StrEnum
from typing import Literal

Place = Literal["rooms", "streets"]


class Kind(StrEnum):
    """Which places are rendered."""

    rooms = "rooms"
    streets = "streets"
    both = "both"
