"""Alerts: what a user wants to be told of, such as `person<2` or `ttc<1.5`."""

import math
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from howfar.errors import SettingError
from howfar.scene import Scene, SceneObject

AGAIN_S = 1.0
"""An alert of an object that was over for so long is a new one."""
FORM = "an alert is written as person<2 (metres), ttc<1.5 (seconds to collision) or car:ttc<3"
_RULE = re.compile(
    r"(?:(?P<label>[^:<>]+?)\s*(?::\s*(?P<what>ttc|depth|speed))?)\s*(?P<sign>[<>])\s*(?P<limit>[0-9.]+)"
)

What = Literal["depth", "ttc", "speed"]
SceneT = TypeVar("SceneT", bound=Scene)


@dataclass(frozen=True, slots=True)
class AlertRule:
    """One rule.

    Attributes:
        text: As the user wrote it.
        label: The class that it is about; empty for all.
        what: `depth` in metres, `ttc` in seconds, or `speed` towards the camera in metres per second.
        above: Whether it is broken above the limit; else below.
        limit: The limit.
    """

    text: str
    label: str
    what: What
    above: bool
    limit: float

    @property
    def needs_tracks(self) -> bool:
        """Whether it is about something that only a tracked object has."""
        return self.what != "depth"

    def is_broken_by(self, one: SceneObject) -> bool:
        """Whether an object breaks it; what is unknown breaks no rule."""
        if self.label and one.label.lower() != self.label:
            return False
        value = one.depth_m
        if self.what != "depth":
            value = math.nan if one.track is None else one.track.ttc_s if self.what == "ttc" else one.track.speed_m_s
        return value > self.limit if self.above else value < self.limit


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule that an object has begun to break.

    Attributes:
        rule: The rule.
        one: The object.
        source: Name of the picture or video.
        time_s: Time of the frame; None for a picture.
    """

    rule: AlertRule
    one: SceneObject
    source: str
    time_s: float | None


def parse_rule(text: str, known: Collection[str] | None = None) -> AlertRule:
    """Read a rule.

    Args:
        text: `person<2`: a person nearer than 2 m; `any<1`; `ttc<1.5`: contact within 1.5 s; `car:ttc<3`; `speed>10`;
            `person:speed>2`.
        known: The classes that the detector knows; None where they are not known.

    Raises:
        SettingError: If it has another form, or names a class that is unknown.
    """
    match = _RULE.fullmatch(text.strip())
    try:
        limit = float(match["limit"]) if match else math.nan
    except ValueError:
        match = None
    if match is None:
        raise SettingError(f"{text!r} is no alert: {FORM}.", setting="alert")
    label, what = match["label"].lower(), match["what"] or "depth"
    if match["what"] is None and label in ("ttc", "depth", "speed"):
        label, what = "", label
    label = "" if label == "any" else label
    if label and known is not None and label not in {name.lower() for name in known}:
        raise SettingError(
            f"The alert {text!r} is about {label!r}, which the detector does not know: `howfar models info` lists its "
            "classes, and any stands for all.",
            setting="alert",
        )
    return AlertRule(text.strip(), label, what, match["sign"] == ">", limit)  # type: ignore[arg-type]


class AlertWatch:
    """Marks the objects of one video, or of pictures, that break rules, and tells when that begins."""

    def __init__(self, rules: Sequence[AlertRule]) -> None:
        self.rules = tuple(rules)
        self._broken_s: dict[tuple[str, int], float] = {}

    def update(self, scene: SceneT) -> tuple[SceneT, list[Alert]]:
        """Mark the objects of a frame.

        Args:
            scene: The frame, or picture.

        Returns:
            The scene with the alerts of each object, and the alerts that begin here: of a tracked object once, until it
            was over for a second; of one that is not tracked in each frame.
        """
        objects, begun = [], []
        for one in scene.objects:
            broken = [rule for rule in self.rules if rule.is_broken_by(one)]
            marked = replace(one, alerts=tuple(rule.text for rule in broken))
            objects.append(marked)
            begun += [Alert(rule, marked, scene.source, scene.time_s) for rule in self._begin(broken, one, scene)]
        return replace(scene, objects=tuple(objects)), begun

    def _begin(self, broken: Iterable[AlertRule], one: SceneObject, scene: Scene) -> list[AlertRule]:
        if one.track is None or scene.time_s is None:
            return list(broken)
        begun = []
        for rule in broken:
            key = rule.text, one.track.track_id
            if scene.time_s - self._broken_s.get(key, -math.inf) > AGAIN_S:
                begun.append(rule)
            self._broken_s[key] = scene.time_s
        return begun
