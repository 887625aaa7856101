"""The settings of ranging, which can change from picture to picture without loading a network again."""

import math
from dataclasses import dataclass

from howfar.errors import SettingError
from howfar.numbers import plain_number
from howfar.ranging.cues.joining import CueSettings
from howfar.ranging.methods.method import Method


@dataclass(frozen=True, slots=True)
class Ranging:
    """How distances are computed, once the objects and the depth of a picture are known.

    Attributes:
        methods: The ranging methods, at least one. The first one also measures the objects of known distance or size
            that bring a relative map to metres.
        cues: The cues that distances are computed from.
        max_depth_m: Label only objects with a depth_m of at most this; None, and infinity, for no maximum.

    Raises:
        SettingError: If there is no method, or the maximum is not above 0.
    """

    methods: tuple[Method, ...]
    cues: CueSettings
    max_depth_m: float | None = None

    def __post_init__(self) -> None:
        if not self.methods:
            raise SettingError("At least one ranging method is needed.", setting="method")
        if self.max_depth_m is None:
            return
        maximum = plain_number(self.max_depth_m, "max_depth_m", infinite=True)
        if not maximum > 0:
            raise SettingError(f"The maximum depth must be above 0 metres, not {maximum}.", setting="max_depth_m")
        object.__setattr__(self, "max_depth_m", maximum if math.isfinite(maximum) else None)
