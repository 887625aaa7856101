"""The summary of a video or stream by class: in how many frames, the nearest distance, and its time."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from howfar.drawing.units import Units, distance_text
from howfar.scene import Scene, SceneObject

if TYPE_CHECKING:
    from rich.table import Table


@dataclass
class StreamSummary:
    """Collects one scene after another, in constant memory.

    Attributes:
        frames: Number of frames.
        seen_in: For each class, the number of frames in which it was labelled.
        nearest: For each class, the nearest object and the time of its frame.
        tracks: For each class, the numbers of the objects that were tracked.
    """

    frames: int = 0
    seen_in: dict[str, int] = field(default_factory=dict)
    nearest: dict[str, tuple[SceneObject, float | None]] = field(default_factory=dict)
    tracks: dict[str, set[int]] = field(default_factory=dict)

    def add(self, scene: Scene) -> None:
        """Add one frame."""
        self.frames += 1
        for label in dict.fromkeys(each.label for each in scene):  # not a set: its order changes from run to run
            self.seen_in[label] = self.seen_in.get(label, 0) + 1
        for each in scene:
            if each.track is not None:
                self.tracks.setdefault(each.label, set()).add(each.track.track_id)
            known = self.nearest.get(each.label)
            if known is None or each.depth_m < known[0].depth_m or not known[0].distance.is_known:
                self.nearest[each.label] = (each, scene.time_s)

    def table(self, name: str, units: Units) -> "Table":
        """The summary as a table, the most frequent class first."""
        from rich.table import Table
        from rich.text import Text

        result = Table(title=Text(name), caption=f"{self.frames} frames looked at", caption_justify="left")
        tracked = ("tracks",) if self.tracks else ()
        for heading in ("object", "in frames", *tracked, "nearest", "at"):
            result.add_column(heading, justify="left" if heading == "object" else "right")
        for label, count in sorted(self.seen_in.items(), key=lambda item: -item[1]):
            nearest, time_s = self.nearest[label]
            when = "" if time_s is None else f"{time_s:.2f} s"
            count_of = (str(len(self.tracks.get(label, ()))),) if self.tracks else ()
            result.add_row(Text(label), str(count), *count_of, distance_text(nearest.depth_m, units), when)
        return result
