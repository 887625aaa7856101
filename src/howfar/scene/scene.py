"""A picture understood: its objects, each with a class and a distance."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from howfar.errors import SettingError
from howfar.scene.camera import Camera
from howfar.scene.depth_alignment import DepthAlignment
from howfar.scene.depth_map import DepthMap
from howfar.scene.distance import NAN, UNKNOWN_REGION, Cue, Distance
from howfar.scene.perception import DepthFacts


@dataclass(frozen=True, slots=True)
class SceneObject:
    """One object: what it is, where it is in the picture, and how far away.

    Attributes:
        label: Name of its class.
        class_id: Number of its class in the detector.
        score: Confidence of the detector, 0 to 1.
        box_xyxy_px: x1, y1, x2, y2 in pixels.
        distance: Its distance, with all that is known of it.
        nearness_rank: Its place from the nearest, 1, on a relative depth map; None on a metric one.
    """

    label: str
    class_id: int
    score: float
    box_xyxy_px: tuple[float, float, float, float]
    distance: Distance
    nearness_rank: int | None = None

    @property
    def depth_m(self) -> float:
        """Distance along the optical axis in metres; NaN when unknown."""
        return self.distance.depth_m

    @property
    def range_m(self) -> float:
        """Straight-line distance from the camera in metres; NaN when unknown."""
        return self.distance.range_m

    @property
    def position_m(self) -> tuple[float, float, float]:
        """X (right), Y (down), Z (forward) in metres; NaN when unknown."""
        return self.distance.position_m

    @property
    def nearness(self) -> tuple[float, float]:
        """What objects are sorted by: the rank, where there is one, then the depth; unknown ones last."""
        rank = math.inf if self.nearness_rank is None else self.nearness_rank
        return rank, self.depth_m if self.distance.is_known else math.inf

    def is_within(self, max_depth_m: float | None) -> bool:
        """Whether depth_m is at most the maximum; an unknown depth is not. Without a maximum everything is."""
        return max_depth_m is None or self.distance.depth_m <= max_depth_m

    def to_dict(self) -> dict[str, Any]:
        """This object as in the scene's JSON."""
        far = self.distance
        return {
            "label": self.label,
            "class_id": self.class_id,
            "score": _number(self.score, 4),
            "box_xyxy_px": [_number(v, 2) for v in self.box_xyxy_px],
            "depth_m": _number(far.depth_m),
            "range_m": _number(far.range_m),
            "low_m": _number(far.low_m),
            "high_m": _number(far.high_m),
            "position_m": [_number(v) for v in far.position_m] if far.is_known else None,
            "nearness_rank": self.nearness_rank,
            "method": far.method,
            "valid_share": _number(far.valid_share),
            "mixed": far.mixed,
            "conflict": far.conflict,
            "cues": [_cue(cue) for cue in far.cues],
        }


@dataclass(frozen=True, eq=False)
class Scene:
    """What is known of one picture.

    Iterating gives the objects that are labelled: those no farther than `max_depth_m`, nearest first.

    Attributes:
        source: Where the picture came from.
        width_px: Its width.
        height_px: Its height.
        camera: The camera that the distances rest on, and where that was known from.
        models: Names of the `detector` and of the `depth` source, and of the `anchor` where there is one.
        objects: The objects within max_depth_m, nearest first, unknown distances last.
        beyond: The objects that are farther, or of unknown distance where a maximum was set.
        depth: The depth map; None where the scene was read from JSON, which holds none.
        max_depth_m: The maximum depth of a labelled object; None for no maximum.
        timing_ms: What the steps took.
        frame: Number of the frame in its video, from 0; None for a picture.
        time_s: Time of that frame in its video.
        undistorted: Whether the lens's distortion was taken out of the picture first: boxes and depth then belong to
            the undistorted picture.
        depth_scale: What the depth network's metres were multiplied by, from known distances; None if by nothing.
        alignment: What gave a relative depth network's map its metres; None where it is metric by itself, or relative.
        no_metres: Why the depth map is relative still, in words; empty where it is not.
        facts: What is known of whoever gave the metres; None where nothing is.
    """

    source: str
    width_px: int
    height_px: int
    camera: Camera
    models: Mapping[str, str]
    objects: tuple[SceneObject, ...]
    beyond: tuple[SceneObject, ...]
    depth: DepthMap | None = None
    max_depth_m: float | None = None
    timing_ms: Mapping[str, float] = field(default_factory=dict)
    frame: int | None = None
    time_s: float | None = None
    undistorted: bool = False
    depth_scale: float | None = None
    alignment: DepthAlignment | None = None
    no_metres: str = ""
    facts: DepthFacts | None = None

    @property
    def assumes_scale(self) -> bool:
        """Whether all distances hang on a focal length that was assumed."""
        is_measured = self.depth_scale is not None or (self.alignment is not None and self.alignment.is_measured)
        return self.camera.origin == "assumed" and not is_measured

    def __iter__(self) -> Iterator[SceneObject]:
        return iter(self.objects)

    def __len__(self) -> int:
        return len(self.objects)

    def to_dict(self) -> dict[str, Any]:
        """The scene in its JSON shape (docs/scene.schema.json): unknown numbers are None."""
        camera = self.camera
        return {
            "source": self.source,
            **({} if self.frame is None else {"frame": self.frame, "time_s": _number(self.time_s)}),
            "width_px": self.width_px,
            "height_px": self.height_px,
            "camera": {
                "fx_px": _number(camera.fx_px, 2),
                "fy_px": _number(camera.fy_px, 2),
                "cx_px": _number(camera.cx_px, 2),
                "cy_px": _number(camera.cy_px, 2),
                "origin": camera.origin,
                "undistorted": self.undistorted,
                "depth_scale": _number(self.depth_scale),
            },
            "models": dict(self.models),
            "alignment": None if self.alignment is None else self.alignment.to_dict(),
            "no_metres": self.no_metres or None,
            "max_depth_m": self.max_depth_m,
            "objects": [each.to_dict() for each in self.objects],
            "timing_ms": {step: _number(ms, 2) for step, ms in self.timing_ms.items()},
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Scene":
        """The scene of its JSON shape, which holds neither the depth map nor the objects beyond the maximum.

        Args:
            content: What `to_dict` gives, or JSON text of it read by `json.loads`.

        Raises:
            SettingError: If something is missing, or is not of its kind.
        """
        try:
            return _scene(content)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise SettingError(
                f"This is no scene as docs/scene.schema.json describes it ({type(error).__name__}: {error}): read what "
                "`howfar look --format json` or `Scene.to_dict` gave."
            ) from None

    def to_json(self, indent: int | None = None) -> str:
        """The scene as JSON text; one line unless an indent is given."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False, allow_nan=False)


def _scene(content: Mapping[str, Any]) -> Scene:
    size, camera = (content["width_px"], content["height_px"]), content["camera"]
    intrinsics = (camera["fx_px"], camera["fy_px"], camera["cx_px"], camera["cy_px"])
    alignment = content["alignment"]
    return Scene(
        content["source"],
        *size,
        camera=Camera(*size, *intrinsics, camera["origin"]),
        models=dict(content["models"]),
        objects=tuple(map(_object, content["objects"])),
        beyond=(),
        max_depth_m=content["max_depth_m"],
        timing_ms=dict(content["timing_ms"]),
        frame=content.get("frame"),
        time_s=content.get("time_s"),
        undistorted=camera["undistorted"],
        depth_scale=camera["depth_scale"],
        alignment=None if alignment is None else DepthAlignment.from_dict(alignment),
        no_metres=content["no_metres"] or "",
    )


def _object(content: Mapping[str, Any]) -> SceneObject:
    x1, y1, x2, y2 = content["box_xyxy_px"]
    x_m, y_m, z_m = content["position_m"] or (NAN, NAN, NAN)
    distance = Distance(
        _known(content["depth_m"]),
        _known(content["range_m"]),
        (x_m, y_m, z_m),
        content["method"],
        content["valid_share"],
        content["mixed"],
        UNKNOWN_REGION,
        low_m=_known(content["low_m"]),
        high_m=_known(content["high_m"]),
        cues=tuple(map(_cue_from, content["cues"])),
        conflict=content["conflict"],
    )
    rank = content["nearness_rank"]
    return SceneObject(content["label"], content["class_id"], content["score"], (x1, y1, x2, y2), distance, rank)


def _cue_from(content: Mapping[str, Any]) -> Cue:
    depth_m, log_sd = _known(content["depth_m"]), _known(content["log_sd"])
    return Cue(content["name"], depth_m, log_sd, content["weight"], content["note"])


def _known(value: float | None) -> float:
    """A number of JSON; NaN for None."""
    return NAN if value is None else float(value)


def _cue(cue: Cue) -> dict[str, Any]:
    """A cue as in the scene's JSON."""
    return {
        "name": cue.name,
        "depth_m": _number(cue.depth_m),
        "log_sd": _number(cue.log_sd),
        "weight": _number(cue.weight),
        "note": cue.note,
    }


def _number(value: float | None, digits: int = 4) -> float | None:
    """A finite number, rounded for print, or None: JSON has no NaN."""
    return round(float(value), digits) if value is not None and math.isfinite(value) else None
