"""The result for one picture: its objects, each with a class and a distance."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from howfar.errors import SettingError
from howfar.scene.box import UNKNOWN_BOX, Box
from howfar.scene.camera import Camera, FocalDoubt
from howfar.scene.caveat import Caveat
from howfar.scene.depth_alignment import DepthAlignment
from howfar.scene.depth_map import DepthMap
from howfar.scene.distance import NAN, Cue, Distance
from howfar.scene.perception import DepthFacts
from howfar.scene.track import Track
from howfar.text import json_text


@dataclass(frozen=True, slots=True)
class SceneObject:
    """One object: its class, its box in the picture, and its distance.

    Attributes:
        label: Name of its class.
        class_id: Index of its class in the detector.
        score: Confidence of the detector, 0 to 1.
        box_xyxy_px: x1, y1, x2, y2 in pixels.
        distance: Its distance, with interval, cues and method.
        nearness_rank: Its rank on a relative depth map, 1 for the nearest; None on a metric map.
        track: What is known of it from earlier frames; None where it was not tracked. Its distance is then the filtered
            one.
        alerts: The rules of the user that it breaks, as they were written.
    """

    label: str
    class_id: int
    score: float
    box_xyxy_px: Box
    distance: Distance
    nearness_rank: int | None = None
    track: Track | None = None
    alerts: tuple[str, ...] = ()

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
        """The sort key, nearest first: the rank, then the depth in metres; infinity stands for an unknown one."""
        rank = math.inf if self.nearness_rank is None else self.nearness_rank
        return rank, self.depth_m if self.distance.is_known else math.inf

    def is_within(self, max_depth_m: float | None) -> bool:
        """Whether depth_m is known and at most the maximum; always true without a maximum."""
        return max_depth_m is None or self.distance.depth_m <= max_depth_m

    def to_dict(self) -> dict[str, Any]:
        """This object as in the scene's JSON."""
        distance = self.distance
        return {
            "label": self.label,
            "class_id": self.class_id,
            "score": min(max(0.0, round(float(self.score), 4)), 1.0),
            "box_xyxy_px": [_number(v, 2) for v in self.box_xyxy_px],
            "depth_m": _positive(distance.depth_m),
            "range_m": _positive(distance.range_m),
            "low_m": _number(distance.low_m),
            "high_m": _number(distance.high_m),
            "position_m": [_number(v) for v in distance.position_m] if distance.is_known else None,
            "nearness_rank": self.nearness_rank,
            "method": distance.method,
            "valid_share": _number(distance.valid_share),
            "mixed": distance.mixed,
            "conflict": distance.conflict,
            "reason": distance.reason or None,
            "cues": [_cue(cue) for cue in distance.cues],
            **({} if self.track is None else self.track.to_dict()),
            **({"alerts": list(self.alerts)} if self.alerts else {}),
        }


@dataclass(frozen=True, eq=False)
class Scene:
    """The objects of one picture with their distances, and what these were computed from.

    Iterating gives the labelled objects: those no farther than `max_depth_m`, nearest first.

    Attributes:
        source: The path or address of the picture.
        width_px: Width of the picture.
        height_px: Height of the picture.
        camera: The camera that the distances were computed with; its origin says how it is known.
        models: Names of the `detector` and the `depth` network, of the `anchor` where there is one, and of what matched
            a pair, `stereo`.
        objects: The labelled objects, nearest first, those of unknown distance last.
        beyond: The objects beyond max_depth_m; where a maximum is set, also those of unknown distance.
        depth: The depth map; None where the scene was read from JSON, which does not hold it.
        max_depth_m: The maximum depth of a labelled object; None for no maximum.
        timing_ms: The time that each step took.
        frame: Index of the frame in its video, from 0; None for a picture.
        time_s: Time of that frame in its video; None for a picture.
        undistorted: Whether the lens's distortion was removed from the picture first. Boxes and depth then belong to
            the undistorted picture.
        depth_scale: The factor from known distances that the depth network's metres were multiplied by; None for none.
        alignment: How a relative depth map was brought to metres; None where the map is metric by itself, or relative.
        no_metres: Why the depth map is still relative, in words; empty where it is metric.
        facts: Facts about the source of the metres; None where they are not known.
        caveats: What speaks against trusting the result.
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
    caveats: tuple[Caveat, ...] = ()

    @property
    def is_metric(self) -> bool:
        """Whether the depth map is in metres; if it is not, `no_metres` gives the reason."""
        return not self.no_metres if self.depth is None else self.depth.is_metric

    @property
    def assumes_scale(self) -> bool:
        """Whether the scale of all distances depends on an assumed focal length, or on one that is far from certain."""
        is_measured = self.depth_scale is not None or (self.alignment is not None and self.alignment.is_measured)
        doubt = self.camera.doubt
        return (self.camera.origin == "assumed" or (doubt is not None and doubt.is_large)) and not is_measured

    def __iter__(self) -> Iterator[SceneObject]:
        return iter(self.objects)

    def __len__(self) -> int:
        return len(self.objects)

    def to_dict(self) -> dict[str, Any]:
        """The scene in its JSON form (scene/scene.schema.json); unknown numbers are None."""
        camera = self.camera
        return {
            "source": self.source,
            **({} if self.frame is None else {"frame": self.frame, "time_s": _number(self.time_s)}),
            "width_px": self.width_px,
            "height_px": self.height_px,
            "camera": {
                "fx_px": _positive(camera.fx_px, 2),
                "fy_px": _positive(camera.fy_px, 2),
                "cx_px": _number(camera.cx_px, 2),
                "cy_px": _number(camera.cy_px, 2),
                "origin": camera.origin,
                "undistorted": self.undistorted,
                "depth_scale": _positive(self.depth_scale),
                **({} if camera.doubt is None else {"doubt": _doubt(camera.doubt)}),
            },
            "models": dict(self.models),
            "alignment": None if self.alignment is None else self.alignment.to_dict(),
            "no_metres": self.no_metres or None,
            "caveats": [{"kind": each.kind, "text": each.text} for each in self.caveats],
            "max_depth_m": self.max_depth_m,
            "objects": [each.to_dict() for each in self.objects],
            "timing_ms": {step: _number(ms, 2) for step, ms in self.timing_ms.items()},
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Scene":
        """Read a scene from its JSON form, which holds neither the depth map nor the objects beyond the maximum.

        Args:
            content: The result of `to_dict`, or of `json.loads` on the text of `to_json`.

        Raises:
            SettingError: If a field is missing, or its value is of a wrong type.
        """
        try:
            scene = _scene(content)
            scene.to_json()  # what is read can be written: numbers are numbers, at any depth
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, SettingError) as error:
            raise SettingError(
                f"This is no scene as scene/scene.schema.json describes it ({type(error).__name__}: {error}): read the "
                "JSON of `howfar look`, or the result of `Scene.to_dict`."
            ) from None
        return scene

    def to_json(self, indent: int | None = None) -> str:
        """The scene as JSON text, on one line unless an indent is given."""
        return json_text(self.to_dict(), indent)


def _scene(content: Mapping[str, Any]) -> Scene:
    size, camera = (content["width_px"], content["height_px"]), content["camera"]
    intrinsics = (camera["fx_px"], camera["fy_px"], camera["cx_px"], camera["cy_px"])
    alignment = content["alignment"]
    return Scene(
        content["source"],
        *size,
        camera=Camera(*size, *intrinsics, camera["origin"], _doubt_from(camera.get("doubt"))),
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
        caveats=tuple(Caveat(each["kind"], each["text"]) for each in content.get("caveats", ())),
    )


def _doubt(doubt: FocalDoubt) -> dict[str, Any]:
    """What speaks against a focal length, as in the scene's JSON."""
    return {"reason": doubt.reason, "low": _number(doubt.low), "high": _number(doubt.high)}


def _doubt_from(content: Mapping[str, Any] | None) -> FocalDoubt | None:
    return None if content is None else FocalDoubt(content["reason"], content["low"], content["high"])


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
        UNKNOWN_BOX,
        low_m=_known(content["low_m"]),
        high_m=_known(content["high_m"]),
        cues=tuple(map(_cue_from, content["cues"])),
        conflict=content["conflict"],
        reason=content.get("reason") or "",
    )
    rank = content["nearness_rank"]
    return SceneObject(
        content["label"],
        content["class_id"],
        content["score"],
        (x1, y1, x2, y2),
        distance,
        rank,
        Track.from_dict(content) if "track_id" in content else None,
        tuple(content.get("alerts", ())),
    )


def _cue_from(content: Mapping[str, Any]) -> Cue:
    depth_m, log_sd = _known(content["depth_m"]), _known(content["log_sd"])
    return Cue(content["name"], depth_m, log_sd, content["weight"], content["note"], _known(content.get("at_most_m")))


def _known(value: float | None) -> float:
    """A number from JSON; NaN for None."""
    return NAN if value is None else float(value)


def _cue(cue: Cue) -> dict[str, Any]:
    """A cue as in the scene's JSON."""
    return {
        "name": cue.name,
        "depth_m": _number(cue.depth_m),
        "at_most_m": _number(cue.at_most_m),
        "log_sd": _number(cue.log_sd),
        "weight": _number(cue.weight),
        "note": cue.note,
    }


def _number(value: float | None, digits: int = 4) -> float | None:
    """A finite number, rounded, else None: JSON has no NaN."""
    return round(float(value), digits) if value is not None and math.isfinite(value) else None


def _positive(value: float | None, digits: int = 4) -> float | None:
    """The same for a number above 0, which stays above 0: what is too small for these digits keeps three of its own."""
    rounded = _number(value, digits)
    return rounded if rounded != 0.0 or value is None else float(f"{value:.3g}")
