"""Everything that the networks give for a picture before distances are measured: objects, depth, and their sources."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

from howfar.errors import SettingError
from howfar.scene.camera import Camera
from howfar.scene.depth_alignment import DepthAlignment
from howfar.scene.depth_map import DepthKind, DepthMap
from howfar.scene.detections import Detections
from howfar.scene.distance import Cue
from howfar.scene.domain import ROOMS_REACH_M, UNDECIDED, outdoors_probability
from howfar.scene.frame import Frame
from howfar.scene.margins import MIDDLE, Margins, SpreadOf

NETWORK_LOG_SD = 0.2
"""Uncertainty of a network's depths, in scenes of the kind that it was trained on, where no margins were measured."""
MEASURED_LOG_SD = 0.01
"""Uncertainty of a measured map: the error of depth cameras is about one per cent."""
GIVEN = "given"
"""Stands in place of a network's name where the user gave the depth map."""


@dataclass(frozen=True, slots=True)
class DepthFacts:
    """Facts about the source of a depth map: what its values mean, and how uncertain they are.

    Attributes:
        name: The network's short name, or `GIVEN`.
        kind: What its values mean, and their unit.
        scenes: The kinds of scenes that it was trained on, in a few words; empty where not known.
        reach_m: The farthest distance that it can give; None where there is no such limit.
        margins: Its error margins by class, or by domain and distance; None where they were not measured.
        log_sd: Standard deviation of the natural logarithm of its depths, where there are no margins.
        sha256: SHA-256 of the file of its weights, in hexadecimal; empty where there is none.
        measured: Whether the depths were measured or rendered. The other cues never correct such a map.
        outdoors: The probability that the picture was taken outdoors; one half where nothing tells.
        depth_scale: The factor from known distances that its metres, and reach_m, have been multiplied by.

    Raises:
        SettingError: If log_sd, reach_m or depth_scale is not above 0.
    """

    name: str
    kind: DepthKind = "metres"
    scenes: str = ""
    reach_m: float | None = None
    margins: Margins | None = None
    log_sd: float = NETWORK_LOG_SD
    sha256: str = ""
    measured: bool = False
    outdoors: float = UNDECIDED
    depth_scale: float = 1.0

    def __post_init__(self) -> None:
        for name in ("log_sd", "reach_m", "depth_scale"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise SettingError(f"Of the source of a depth map, {name} must be above 0, not {value}.")

    @classmethod
    def of_given(cls, depth: DepthMap) -> Self:
        """The facts about a depth map that the user gave: it counts as measured."""
        return cls(GIVEN, depth.kind, log_sd=MEASURED_LOG_SD, measured=True)

    @property
    def is_metric(self) -> bool:
        """Whether its values are metres, or disparities that a known stereo rig turns into metres."""
        return self.kind in ("metres", "disparity_px")

    @property
    def knows_rooms_alone(self) -> bool:
        """Whether it is a network that was trained on rooms alone, by how far it reaches without the scale."""
        return self.reach_m is not None and self.reach_m <= ROOMS_REACH_M * self.depth_scale

    @property
    def knows_streets(self) -> bool:
        """Whether it is a network that was trained on more than rooms, by how far it reaches."""
        return not self.measured and self.reach_m is not None and not self.knows_rooms_alone

    def log_sd_of(self, label: str, depth_m: float = math.nan) -> float:
        """Standard deviation of the natural logarithm of the distance that the map gives for an object.

        Args:
            label: Its class.
            depth_m: The distance in metres; where it is not known (NaN), the margin of the least certain distance.
        """
        return self.log_sd if self.margins is None else self.margins.log_sd(label, depth_m, self.outdoors)

    def pulled_at(self, depth_m: float) -> float:
        """How much farther an interval about a distance by the map has to reach on one side; see `Margins.pulled`."""
        return 0.0 if self.margins is None else self.margins.pulled(depth_m, self.outdoors)

    @property
    def surface_quantile(self) -> float:
        """The quantile of an object's depths at which its surface is read; see `DomainMargin.surface_quantile`."""
        return MIDDLE if self.margins is None else self.margins.surface_quantile(self.outdoors)

    def spread_of(self, of: SpreadOf) -> float:
        """What the spread that another cue states, or all together, is multiplied by; 1 where it was not measured."""
        return 1.0 if self.margins is None else self.margins.spread(of, self.outdoors)


@dataclass(frozen=True, slots=True)
class DepthCrop:
    """One object cut out of the picture, with a depth map of its own.

    Attributes:
        depth: The depth map of the crop.
        camera: The camera of the crop.
        corner_px: Column and row of its upper left corner in the picture.
    """

    depth: DepthMap
    camera: Camera
    corner_px: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Perception:
    """The objects and the depth of one picture.

    Attributes:
        frame: The picture.
        detections: N objects.
        depth: The depth map, in metres or relative.
        facts: Facts about the source of the depth map.
        models: The names of the networks by their task: `detector`, `depth`, `anchor`; and of what matched a pair,
            `stereo`.
        alignment: How a relative map was brought to metres; None where the map is metric by itself, or relative.
        no_metres: Why the map is still relative, in words; empty where it is metric.
        depth_scale: The factor from known distances that the metres were multiplied by; None for none.
        crops: N depth maps, one for each object, where depth was estimated on crops; None otherwise.
        timing_ms: The time that each step took.
        doubts: Sentences about a depth map of the user's own whose unit is doubtful.
        boxes: Of a pair, N cues by the boxes of the objects in both pictures; empty otherwise.
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
    doubts: tuple[str, ...] = ()
    boxes: tuple[Cue, ...] = ()

    @cached_property
    def facts_here(self) -> DepthFacts:
        """The facts about the map, with the probability that this picture was taken outdoors."""
        depth = None if self.facts.knows_rooms_alone else self.depth
        return replace(self.facts, outdoors=outdoors_probability(depth, self.detections.labels))

    @property
    def camera(self) -> Camera:
        """The camera that distances are computed with: the frame's, or an assumed one."""
        return self.frame.camera or Camera.assumed(self.frame.width_px, self.frame.height_px)
