"""Which places are rendered; apart from the other settings, as the command's help needs it at once."""

from typing import Literal

Place = Literal["rooms", "streets", "open"]
Kind = Literal["rooms", "streets", "open", "all"]
