"""How distances are read off what was seen: cheap to change, picture by picture."""

from dataclasses import dataclass

from howfar.errors import SettingError
from howfar.ranging.cues.joining import CueSettings
from howfar.ranging.methods.method import Method


@dataclass(frozen=True, slots=True)
class Ranging:
    """What decides a distance, once objects and depth have been seen.

    Attributes:
        methods: The ranging methods; the first reads the objects that give a relative map its metres.
        cues: What distances rest on.
        max_depth_m: Label only objects with a depth_m up to this; None for no maximum.

    Raises:
        SettingError: If there is no method, or the maximum is not above 0.
    """

    methods: tuple[Method, ...]
    cues: CueSettings
    max_depth_m: float | None = None

    def __post_init__(self) -> None:
        if not self.methods:
            raise SettingError("At least one ranging method is needed.", setting="method")
        if self.max_depth_m is not None and not self.max_depth_m > 0:
            raise SettingError(
                f"The maximum depth must be above 0 metres, not {self.max_depth_m}.", setting="max_depth_m"
            )
