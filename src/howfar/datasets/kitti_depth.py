"""KITTI's street pictures with LiDAR depth, as a list of files.

Geiger, Lenz, Stiller, Urtasun: Vision meets Robotics: The KITTI Dataset, IJRR 2013; Uhrig et al.: Sparsity Invariant
CNNs, 3DV 2017, for the depth maps: 16-bit PNG, depth in metres = value / 256, 0 where no beam fell. The list says what
is measured (Eigen's 697 pictures, and the 652 of them with better depth, are passed on as such lists). A line is

    2011_09_26/2011_09_26_drive_0002_sync/image_02/data/0000000069.png  depth/0000000069.png  721.5377

- the picture and its depth map, by their paths from the data set's folder, without spaces;
- then, if it is known, the picture's focal length in pixels.

A picture whose depth is called `None` is left out.
"""

import math
from dataclasses import dataclass
from pathlib import Path

from howfar.datasets.files import refuse_missing
from howfar.datasets.samples import DepthSample, LazySamples
from howfar.datasets.splits import WHOLE, read_list, refuse_unknown_split
from howfar.errors import SourceError
from howfar.io.depth_units import metres_of
from howfar.io.pictures import read_grey, read_rgb
from howfar.scene import Camera

KITTI_FOCAL_PX = 721.5377
"""Of the rectified colour pictures of the first day of recording; the other days' are within 2 % of it."""

METRES_PER_COUNT = 1 / 256
NO_DEPTH = "None"
FORM = "a picture, its depth map and perhaps a focal length in pixels a line"


@dataclass(frozen=True, slots=True)
class KittiPair:
    """One line of the list."""

    image: str
    depth: str
    focal_px: float


class KittiDepth:
    """The pictures of one list."""

    name = "KITTI"
    splits = (WHOLE,)

    def __init__(self, root: str | Path, files: str | Path) -> None:
        """Read the list.

        Args:
            root: The folder that the list's paths start from.
            files: The list.

        Raises:
            SourceError: If the list cannot be read, names no pair, or has a line of another form.
        """
        self.root, self.files = Path(root), Path(files)
        pairs = [self._pair(line) for line in read_list(self.files, FORM)]
        self.pairs = tuple(pair for pair in pairs if pair.depth != NO_DEPTH)
        if not self.pairs:
            raise SourceError(f"No picture of the list {self.files} has a depth map: it should name {FORM}.")

    def split(self, split: str = WHOLE) -> LazySamples[DepthSample]:
        """The pairs in the order of the list, read when asked for.

        Raises:
            SettingError: If another split is asked for than the whole.
            SourceError: If the list names a picture or depth map that is not there.
        """
        refuse_unknown_split(split, self.splits, self.name)
        for kind, names in (("pictures", "image"), ("depth maps", "depth")):
            paths = (self.root / getattr(pair, names) for pair in self.pairs)
            refuse_missing(paths, f"{len(self.pairs)} {kind} of {self.files}")
        return LazySamples(self.pairs, self._load)

    def _pair(self, line: str) -> KittiPair:
        fields = line.split()
        try:
            image, depth = fields[:2]
            (focal_px,) = [float(field) for field in fields[2:]] or [KITTI_FOCAL_PX]
            if not (math.isfinite(focal_px) and focal_px > 0):
                raise ValueError
        except ValueError:
            raise SourceError(f"The list {self.files} has the line {line!r}: it should name {FORM}.") from None
        return KittiPair(image, depth, focal_px)

    def _load(self, pair: KittiPair) -> DepthSample:
        image, counts = read_rgb(self.root / pair.image), read_grey(self.root / pair.depth)
        height, width = image.shape[:2]
        if counts.shape != (height, width):
            raise SourceError(
                f"{self.root / pair.depth} has {counts.shape[1]}×{counts.shape[0]} pixels and its picture "
                f"{width}×{height}: name the depth map of this picture."
            )
        camera = Camera.from_focal(width, height, pair.focal_px)
        return DepthSample(pair.image, image, metres_of(counts, METRES_PER_COUNT), camera)
