"""How long the boxes are that the embedded detector draws round objects in NYU's rooms, in metres at their distance.

    python tools/box_sizes.py ../shared/data/nyu_depth_v2

The table `ranging/cues/sizes.toml` has the classes of which there are enough and whose spread is small (`box_m`,
`box_log_sd`, `box_side`). Distances are read in true depth; boxes that the frame cuts are left out. What counts as the
object is whatever the detector takes for it: the spread holds its mistakes, and what lies, leans or is half hidden.
"""

import argparse
import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, get_args

import numpy as np

from howfar.datasets import DepthSample
from howfar.datasets.nyu import NyuDepthV2
from howfar.pipeline.rangefinder import Rangefinder
from howfar.ranging.cues.sizes import BoxSide
from howfar.ranging.cues.whole import FRAME_MARGIN
from howfar.scene import Frame

LEAST_BOXES = 30
MOST_LOG_SD = 0.45
FEW_BOXES, LEAST_BELIEVED = 90, 0.3
"""Of fewer boxes than this a smaller spread is not believed."""
CLEARLY_LESS = 0.02
"""The longer side is taken unless the spread of another one is smaller by more than this."""


class BoxLogs(NamedTuple):
    """The sides of one box, as natural logarithms of metres at its distance.

    Attributes:
        picture: The number of its picture.
        width: Of its width.
        height: Of its height.
    """

    picture: int
    width: float
    height: float


class Summary(NamedTuple):
    """The boxes of one class.

    Attributes:
        boxes: How many there are.
        side: The side whose length is most alike.
        length_m: The exponential of the mean of its logarithm, in metres.
        log_sd: The standard deviation of this logarithm.
        correlation: That of two boxes of one picture; not a number where no picture has two.
    """

    boxes: int
    side: BoxSide
    length_m: float
    log_sd: float
    correlation: float

    @property
    def believed_log_sd(self) -> float:
        """What the table has."""
        return self.log_sd if self.boxes >= FEW_BOXES else max(self.log_sd, LEAST_BELIEVED)


def measured(samples: Iterable[DepthSample], finder: Rangefinder) -> dict[str, list[BoxLogs]]:
    """The boxes of each class that the frame does not cut and whose distance the true depth tells."""
    found: dict[str, list[BoxLogs]] = defaultdict(list)
    for number, sample in enumerate(samples):
        height_px, width_px = sample.depth_m.shape
        x_px, y_px = FRAME_MARGIN * width_px, FRAME_MARGIN * height_px
        for one in finder.look(Frame(sample.image, sample.name, sample.camera), depth=sample.depth_m):
            x1, y1, x2, y2 = one.box_xyxy_px
            inside = x1 > x_px and y1 > y_px and x2 < width_px - x_px and y2 < height_px - y_px
            if inside and math.isfinite(one.depth_m):
                width_m = (x2 - x1) / sample.camera.fx_px * one.depth_m
                height_m = (y2 - y1) / sample.camera.fy_px * one.depth_m
                found[one.label].append(BoxLogs(number, math.log(width_m), math.log(height_m)))
    return found


def summary(boxes: Sequence[BoxLogs]) -> Summary:
    """What the boxes of a class have in common."""
    pictures, widths, heights = (np.array(each) for each in zip(*boxes, strict=True))
    logs = {"width": widths, "height": heights, "longer": np.maximum(widths, heights)}
    side: BoxSide = min(get_args(BoxSide), key=lambda each: logs[each].std() + CLEARLY_LESS * (each != "longer"))
    values = logs[side]
    same = [values[pictures == picture] for picture in np.unique(pictures)]
    degrees = sum(len(each) - 1 for each in same)
    within = sum(((each - each.mean()) ** 2).sum() for each in same) / degrees if degrees else math.nan
    correlation = max(0.0, 1 - float(within / values.var()))
    return Summary(len(boxes), side, math.exp(values.mean()), float(values.std()), correlation)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("nyu", type=Path, help="The folder of NYU Depth v2.")
    parser.add_argument("--split", default="train")
    told = parser.parse_args(arguments)
    classes = measured(NyuDepthV2(told.nyu).split(told.split), Rangefinder(cues="depth"))
    rows = {label: summary(boxes) for label, boxes in classes.items() if len(boxes) >= LEAST_BOXES}
    lines = ["class            boxes  side    metres  log sd  believed  correlation"]
    for label, row in sorted(rows.items(), key=lambda each: -each[1].boxes):
        spreads = f"{row.log_sd:6.2f}  {row.believed_log_sd:8.2f}  {row.correlation:11.2f}"
        numbers = f"{row.boxes:5}  {row.side:6}  {row.length_m:6.2f}  {spreads}"
        lines.append(f"{label:16} {numbers}{'' if row.log_sd <= MOST_LOG_SD else '  too wide'}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
