"""How a relative depth map was brought to metres: the line that was fitted, and the evidence for it."""

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
"""The text for each kind of evidence in captions and messages; the strongest kind comes first."""


@dataclass(frozen=True, slots=True)
class DepthAlignment:
    """The scale and the shift of one relative depth map, and the evidence that they were fitted to.

    Attributes:
        kind: Kind of the relative map. It decides what the line gives: inverse depth in 1/m for `relative_inverse`,
            depth in metres for `relative_depth`.
        line: The line from the values of the map to inverse depth or depth.
        log_sd: Uncertainty of the aligned map: standard deviation of the natural logarithm of its depths.
        evidence: The evidence that the line was fitted to, the strongest first: `points` (given depths), `known` (known
            distances), `anchor` (the map of a metric network), `size` (the sizes of objects).
        points: Number of points that the line was fitted to.
    """

    kind: DepthKind
    line: Line
    log_sd: float
    evidence: tuple[EvidenceKind, ...]
    points: int

    @property
    def is_measured(self) -> bool:
        """Whether measured distances are among the evidence, so that the scale does not depend on the camera."""
        return "points" in self.evidence or "known" in self.evidence

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """Read an alignment from its form in the scene's JSON."""
        line = Line(content["scale"], content["shift"])
        return cls(content["kind"], line, content["log_sd"], tuple(content["evidence"]), content["points"])

    def to_dict(self) -> dict[str, Any]:
        """This alignment as in the scene's JSON. Scale and shift can be of any size, so each keeps six digits."""
        return {
            "kind": self.kind,
            "scale": float(f"{self.line.scale:.6g}"),
            "shift": float(f"{self.line.shift:.6g}"),
            "log_sd": round(self.log_sd, 4),
            "evidence": list(self.evidence),
            "points": self.points,
        }
