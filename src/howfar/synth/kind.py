"""Which places are rendered; apart from the other settings, as the command's help needs it at once."""

from typing import Literal

Place = Literal["rooms", "streets", "open"]
Kind = Literal["rooms", "streets", "open", "all"]

Challenge = Literal["none", "plain-road", "reflections", "repetition", "sun", "glass", "thin"]
"""What makes depth hard in a street seen along the road (`howfar.synth.challenges`); `none`: nothing but the street."""
