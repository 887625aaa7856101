"""What gave a relative depth map its metres."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from howfar.scene.depth_map import DepthKind
from howfar.scene.line import Line

EvidenceKind = Literal["points", "known", "anchor", "size"]

EVIDENCE_TEXTS: dict[EvidenceKind, str] = {
    "points": "given depths",
    "known": "known distances",
    "anchor": "the map of a metric network",
    "size": "the sizes of things",
}
"""Each kind of evidence in print, the strongest first."""


@dataclass(frozen=True, slots=True)
class DepthAlignment:
    """The scale and the shift of one relative depth map, and what they rest on.

    Attributes:
        kind: What the map's numbers are, and so what the line gives: inverse depth in 1/m of a `relative_inverse` map,
            depth in metres of a `relative_depth` map.
        line: From the map's numbers to that.
        log_sd: Standard deviation of the natural logarithm of the map's depths in metres.
        evidence: What the line was fitted to: `points` (depths that were given), `known` (known distances), `anchor`
            (the map of a metric network) or `size` (the sizes of things), the strongest first.
        points: To how many points.
    """

    kind: DepthKind
    line: Line
    log_sd: float
    evidence: tuple[EvidenceKind, ...]
    points: int

    @property
    def is_measured(self) -> bool:
        """Whether somebody measured what the scale rests on, so that it does not hang on the camera."""
        return "points" in self.evidence or "known" in self.evidence

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """The alignment of its form in the scene's JSON."""
        line = Line(content["scale"], content["shift"])
        return cls(content["kind"], line, content["log_sd"], tuple(content["evidence"]), content["points"])

    def to_dict(self) -> dict[str, Any]:
        """This alignment as in the scene's JSON; a scale may be of any size, and keeps six digits."""
        return {
            "kind": self.kind,
            "scale": float(f"{self.line.scale:.6g}"),
            "shift": float(f"{self.line.shift:.6g}"),
            "log_sd": round(self.log_sd, 4),
            "evidence": list(self.evidence),
            "points": self.points,
        }
