"""All cues of a picture's distances together: the depth map, the sizes of objects, and the ground."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.ranging.cues.depth_cue import DomainVerdict, depth_cues, judge_domain
from howfar.ranging.cues.fusion import Fused, contradict, fuse
from howfar.ranging.cues.ground_cue import ground_cues, ground_of
from howfar.ranging.cues.size_cue import Box, size_cue
from howfar.ranging.cues.sizes import ClassSize, SizeTable, default_sizes
from howfar.scene import Camera, Cue, CueName, DepthFacts, Distance
from howfar.scene.margins import INTERVAL_SDS

ALL_CUES: tuple[CueName, ...] = get_args(CueName)
AUTO = "auto"
NOT_NEEDED = "not needed: the depth map reaches this far"
UNDECIDED = "alone it does not overrule the depth map"
NOT_SEEN = "the depth network has not seen such pictures"
LEAST_WEIGHT = 0.05
"""A cue of less weight is not named in what a distance rests on."""
NOTHING_SAID = "none of the cues asked for says anything"
NO_HEIGHT = "the camera's height above the ground is not known"


@dataclass(frozen=True, slots=True)
class CueSettings:
    """Which cues a distance rests on, and what they need.

    Attributes:
        names: The cues, in the order of `ALL_CUES`.
        sparing: Let the depth map speak alone, and the others alone in pictures of a kind that its network does not
            know (`depth_cue.judge_domain`): there an object of which they say nothing has no distance.
        camera_height_m: Height of the camera above the ground; None where unknown, and the ground is silent.
        horizon_px: The row of the horizon; None for that of a camera held level.
        sizes: How large objects are.

    Raises:
        SettingError: If there is no cue, one is unknown, or the camera is not above the ground.
    """

    names: tuple[CueName, ...] = ("depth",)
    sparing: bool = False
    camera_height_m: float | None = None
    horizon_px: float | None = None
    sizes: SizeTable = field(default_factory=default_sizes)

    def __post_init__(self) -> None:
        if not self.names:
            raise SettingError(f"At least one cue is needed, of {', '.join(ALL_CUES)}.", setting="cues")
        height_m = self.camera_height_m
        if height_m is not None and not (math.isfinite(height_m) and height_m > 0):
            raise SettingError(
                f"The camera's height must be a number of metres above 0, not {height_m}.", setting="camera_height_m"
            )

    def without(self, name: CueName) -> "CueSettings":
        """The same without one cue."""
        return replace(self, names=tuple(each for each in self.names if each != name))

    def check_horizon(self, height_px: int) -> None:
        """See to it that the horizon is a row of a picture of this height.

        Raises:
            SettingError: If it is not.
        """
        if self.horizon_px is not None and not 0 <= self.horizon_px <= height_px:
            raise SettingError(
                f"The horizon must be a row of the picture, 0 to {height_px}, not {self.horizon_px:g}: for a "
                "camera that looks far up or down neither sizes nor the ground tell distances.",
                setting="horizon_px",
            )


def parse_cues(
    names: str | Sequence[str],
    *,
    camera_height_m: float | None = None,
    horizon_px: float | None = None,
    sizes: SizeTable | None = None,
) -> CueSettings:
    """The settings for cues named in a text such as `depth,size`, or one by one.

    Args:
        names: `all`, `auto` (all of them, and `sparing`), or some of `ALL_CUES`.
        camera_height_m: As in `CueSettings`.
        horizon_px: As in `CueSettings`.
        sizes: Sizes of the user's own, which go before the built-in ones.

    Raises:
        SettingError: If there is no such cue, or a setting cannot be.
    """
    wanted = [name.strip() for name in (names.split(",") if isinstance(names, str) else names)]
    every = wanted in (["all"], [AUTO])
    for name in wanted:
        if not every and name not in ALL_CUES:
            raise SettingError(
                f"No cue is called {name!r}; there are {AUTO}, all, {', '.join(ALL_CUES)}.", setting="cues"
            )
    return CueSettings(
        ALL_CUES if every else tuple(name for name in ALL_CUES if name in wanted),
        wanted == [AUTO],
        camera_height_m,
        horizon_px,
        default_sizes() if sizes is None else default_sizes().with_own(sizes),
    )


def with_cues(
    distances: Sequence[Distance],
    labels: Sequence[str],
    boxes_xyxy_px: NDArray[np.float32],
    camera: Camera,
    settings: CueSettings,
    facts: DepthFacts,
) -> tuple[Distance, ...]:
    """Distances read off a depth map, joined with what else tells how far objects are.

    Args:
        distances: N distances by a ranging method, some of them unknown.
        labels: The class of each object, as the table of sizes and the margins of the depth map know it.
        boxes_xyxy_px: N×4 boxes in pixels of the picture.
        camera: The picture's camera.
        settings: Which cues to join.
        facts: What is known of whoever gave the depth map.

    Returns:
        N distances with their cues and an interval of 80 %; unknown where no cue says anything.
    """
    boxes: list[Box] = [(x1, y1, x2, y2) for x1, y1, x2, y2 in boxes_xyxy_px.tolist()]
    classes = [settings.sizes.find(label) for label in labels]
    beside = _beside_depth(classes, boxes, camera, settings)
    together = [fuse(cues) for cues in beside]
    verdict = judge_domain(distances, together, classes, facts) if settings.sparing else None
    if verdict is not None:
        alone = depth_cues(distances, labels, [Fused()] * len(boxes), facts)
        fused = [_one_speaks(*each, verdict) for each in zip(alone, together, strict=True)]
    elif "depth" in settings.names:
        from_map = depth_cues(distances, labels, together, facts)
        fused = [fuse((cue, *cues)) for cue, cues in zip(from_map, beside, strict=True)]
    else:
        fused = together
    silence = NOT_SEEN if verdict is DomainVerdict.UNKNOWN else NOTHING_SAID
    joined = [_joined(*each, camera, silence) for each in zip(distances, fused, boxes, strict=True)]
    if verdict is DomainVerdict.UNDECIDED:
        joined = [_with_both(*each) for each in zip(joined, fused, together, strict=True)]
    return tuple(joined)


def _beside_depth(
    classes: Sequence[ClassSize | None], boxes: Sequence[Box], camera: Camera, settings: CueSettings
) -> list[tuple[Cue, ...]]:
    """What the cues other than the depth map say of each object."""
    row = camera.cy_px if settings.horizon_px is None else settings.horizon_px
    sized = [size_cue(box, size, camera, row) for box, size in zip(boxes, classes, strict=True)]
    by_name: list[Sequence[Cue]] = []
    if "size" in settings.names:
        by_name.append([each.cue for each in sized])
    else:
        sized = [each._replace(cue=Cue.silent("size", "not asked")) for each in sized]
    if "ground" in settings.names:
        if settings.camera_height_m is None:
            by_name.append([Cue.silent("ground", NO_HEIGHT)] * len(boxes))
        else:
            ground = ground_of(camera, settings.camera_height_m, settings.horizon_px)
            by_name.append(ground_cues(boxes, classes, sized, camera, ground))
    return list(zip(*by_name, strict=True)) if by_name else [()] * len(boxes)


def _one_speaks(cue: Cue, other: Fused, verdict: DomainVerdict) -> Fused:
    """The depth map alone, or the others alone where its network knows nothing; what is not heard is kept."""
    if verdict is DomainVerdict.UNKNOWN:
        unheard = replace(cue, note=NOT_SEEN) if cue.is_known else cue
        return other._replace(cues=(unheard, *other.cues))
    note = UNDECIDED if verdict is DomainVerdict.UNDECIDED else NOT_NEEDED
    kept = (replace(each, weight=0.0, note=note) if each.is_known else each for each in other.cues)
    fused = fuse((cue,))
    return fused._replace(cues=(*fused.cues, *kept))


def _with_both(distance: Distance, said: Fused, other: Fused) -> Distance:
    """A distance whose interval holds the others' too, and which is marked, where they contradict the depth map."""
    if not (distance.is_known and contradict(said, other)):
        return distance
    spread = math.exp(INTERVAL_SDS * other.log_sd)
    low_m, high_m = min(distance.low_m, other.depth_m / spread), max(distance.high_m, other.depth_m * spread)
    return replace(distance, low_m=low_m, high_m=high_m, conflict=True)


def _joined(distance: Distance, fused: Fused, box: Box, camera: Camera, silence: str) -> Distance:
    """The distance that all cues give together; `silence` is the reason where none says anything."""
    z = fused.depth_m
    if not fused.is_known:
        unknown = Distance.unknown(distance.method, distance.reason or silence, distance.region_xyxy_px)
        return replace(unknown, cues=fused.cues)
    used = [cue.name for cue in fused.cues if cue.weight >= LEAST_WEIGHT]
    if distance.is_known:
        x, y, _ = distance.position_m
        ray = (x / distance.depth_m, y / distance.depth_m, 1.0)
    else:
        ray = camera.ray((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    spread = math.exp(INTERVAL_SDS * fused.log_sd)
    return replace(
        distance,
        depth_m=z,
        range_m=z * math.hypot(*ray),
        position_m=(ray[0] * z, ray[1] * z, z),
        method="+".join(distance.method if name == "depth" else name for name in used),
        low_m=z / spread,
        high_m=z * spread,
        reason="",
        cues=fused.cues,
        conflict=fused.conflict,
    )
