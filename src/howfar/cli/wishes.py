"""What the user of `howfar look` wants to see and keep."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from howfar.drawing.units import Units

Format = Literal["table", "json", "jsonl", "csv"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """How results are shown and what is written.

    Attributes:
        out: Folder for pictures and videos; None for none.
        format: How results are printed.
        units: Units on labels and in the table.
        show_far: Draw objects beyond the maximum.
        show_region: Draw what was measured.
        show_interval: Write the interval on labels.
        explain: Show what each cue says of each object.
        save_depth: Write depth maps.
        point_cloud: Write point clouds.
        overwrite: Replace existing files.
        every: Look at every n-th frame of a stream.
    """

    out: Path | None = None
    format: Format = "table"
    units: Units = "m"
    show_far: bool = False
    show_region: bool = False
    show_interval: bool = False
    explain: bool = False
    save_depth: bool = False
    point_cloud: bool = False
    overwrite: bool = False
    every: int = 1
