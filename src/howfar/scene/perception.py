"""What was seen in a picture, before any distance is measured: objects, depth, and what is known of who saw it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from howfar.errors import SettingError
from howfar.scene.camera import Camera
from howfar.scene.depth_alignment import DepthAlignment
from howfar.scene.depth_map import DepthKind, DepthMap
from howfar.scene.detections import Detections
from howfar.scene.frame import Frame
from howfar.scene.margins import Margins

NETWORK_LOG_SD = 0.2
"""Of the depths of a network's map in scenes of the kind that it has seen, where nobody has measured its margins."""
MEASURED_LOG_SD = 0.01
"""Of the depths of a measured map: depth cameras err by about a hundredth."""
GIVEN = "given"
"""What stands for the network's name where the user gave the depth map."""


@dataclass(frozen=True, slots=True)
class DepthFacts:
    """What is known of whoever gave a depth map: how far its depths are to be trusted.

    Attributes:
        name: The network's short name, or `GIVEN`.
        kind: What its numbers mean.
        scenes: The scenes that it has seen, in a few words; empty where that is not known.
        reach_m: The farthest distance that it can tell; None where there is no such limit.
        margins: How far off it is by class, measured on objects that it has not seen; None where that was not measured.
        log_sd: Standard deviation of the natural logarithm of its depths, where there are no margins.
        sha256: SHA-256 of the file of its weights, in hexadecimal; empty where there is none.
        measured: Whether the depths were measured (or rendered); no other cue overrules such a map.

    Raises:
        SettingError: If log_sd or reach_m is not above 0.
    """

    name: str
    kind: DepthKind = "metres"
    scenes: str = ""
    reach_m: float | None = None
    margins: Margins | None = None
    log_sd: float = NETWORK_LOG_SD
    sha256: str = ""
    measured: bool = False

    def __post_init__(self) -> None:
        for name, value in (("log_sd", self.log_sd), ("reach_m", self.reach_m)):
            if value is not None and not value > 0:
                raise SettingError(f"The uncertainty of a depth map: {name} must be above 0, not {value}.")

    @classmethod
    def of_given(cls, depth: DepthMap) -> Self:
        """Of a map that was measured, or rendered, or given as such."""
        return cls(GIVEN, depth.kind, log_sd=MEASURED_LOG_SD, measured=True)

    @property
    def is_metric(self) -> bool:
        """Whether its depths are in metres, or are turned into metres by a known stereo rig."""
        return self.kind in ("metres", "disparity_px")

    def log_sd_of(self, label: str) -> float:
        """Standard deviation of the natural logarithm of the distance of an object of this class."""
        return self.log_sd if self.margins is None else self.margins.of(label).log_sd


@dataclass(frozen=True, slots=True)
class DepthCrop:
    """One object cut out of the picture, with a depth map of its own.

    Attributes:
        depth: The depth of the part that was cut out.
        camera: The camera of that part.
        corner_px: Its upper left corner in the picture.
    """

    depth: DepthMap
    camera: Camera
    corner_px: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Perception:
    """What was seen in one picture.

    Attributes:
        frame: The picture.
        detections: N objects.
        depth: Its depth map, in metres or relative.
        facts: What is known of whoever gave the depth.
        models: The names of the networks, by what they are there for: `detector`, `depth`, `anchor`.
        alignment: What gave a relative map its metres; None where nothing did, or nothing had to.
        no_metres: Why the map is relative still, in words; empty where it is metric.
        depth_scale: What depth in metres was multiplied by, from known distances; None if by nothing.
        crops: Each object's own depth, where it was estimated on crops; None otherwise.
        timing_ms: What each step took.
    """

    frame: Frame
    detections: Detections
    depth: DepthMap
    facts: DepthFacts
    models: Mapping[str, str] = field(default_factory=dict)
    alignment: DepthAlignment | None = None
    no_metres: str = ""
    depth_scale: float | None = None
    crops: tuple[DepthCrop, ...] | None = None
    timing_ms: Mapping[str, float] = field(default_factory=dict)

    @property
    def camera(self) -> Camera:
        """The camera that distances rest on: the frame's, or an assumed one."""
        return self.frame.camera or Camera.assumed(self.frame.width_px, self.frame.height_px)
