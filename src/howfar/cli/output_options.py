"""The options of `howfar look` for its output."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from howfar.drawing.style import DrawStyle

Format = Literal["table", "json", "jsonl", "csv"]


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
        overwrite: Replace existing files.
        every: Use every n-th frame of a stream.
    """

    out: Path | None = None
    format: Format = "table"
    style: DrawStyle = field(default_factory=DrawStyle)
    explain: bool = False
    save_depth: bool = False
    point_cloud: bool = False
    overwrite: bool = False
    every: int = 1
