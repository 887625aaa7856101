"""The options of `howfar look` for its output."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from howfar.drawing.style import DrawStyle
from howfar.tracking.alerts import AlertRule

Format = Literal["table", "json", "jsonl", "csv", "coco"]


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """How results are printed and which files are written.

    Attributes:
        out: Folder for pictures and videos; None for none.
        format: How results are printed.
        style: How pictures are drawn; its units are also those of the table.
        explain: Print the distance that each cue gives for each object.
        save_depth: Write depth maps.
        point_cloud: Write point clouds.
        save_kitti: Write the objects as KITTI's labels.
        rerun: A recording for Rerun's viewer; None for none.
        overwrite: Replace existing files.
        every: Use every n-th frame of a stream.
        track: Track the objects of streams.
        alerts: What to be told of.
        on_alert: A command to run for each alert; empty for none.
        birds_eye: Draw the objects from above beside a video.
    """

    out: Path | None = None
    format: Format = "table"
    style: DrawStyle = field(default_factory=DrawStyle)
    explain: bool = False
    save_depth: bool = False
    point_cloud: bool = False
    save_kitti: bool = False
    rerun: Path | None = None
    overwrite: bool = False
    every: int = 1
    track: bool = False
    alerts: tuple[AlertRule, ...] = ()
    on_alert: str = ""
    birds_eye: bool = False

    @property
    def metres_in_files(self) -> bool:
        """Whether files are written that carry metres without a word of what they are worth."""
        return self.save_depth or self.point_cloud or self.save_kitti
