"""What the user of `howfar look` wants to see and keep."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from howfar.drawing.style import DrawStyle

Format = Literal["table", "json", "jsonl", "csv"]


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """How results are shown and what is written.

    Attributes:
        out: Folder for pictures and videos; None for none.
        format: How results are printed.
        style: How pictures are drawn; its units are those of the table too.
        explain: Show what each cue says of each object.
        save_depth: Write depth maps.
        point_cloud: Write point clouds.
        overwrite: Replace existing files.
        every: Look at every n-th frame of a stream.
    """

    out: Path | None = None
    format: Format = "table"
    style: DrawStyle = field(default_factory=DrawStyle)
    explain: bool = False
    save_depth: bool = False
    point_cloud: bool = False
    overwrite: bool = False
    every: int = 1
