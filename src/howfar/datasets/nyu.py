"""NYU Depth v2, the 1449 labelled pairs with their official split, as a folder of pictures.

Silberman, Hoiem, Kohli, Fergus: Indoor Segmentation and Support Inference from RGBD Images, ECCV 2012. The folder holds

- `rgb/NNNN.jpg`, 640×480;
- `depth8/NNNN.png`, 640×480 in 8 bits, with depth in metres = (value + 0.5) · 9.99547 / 255, dense, no invalid value;
- `labels40/NNNN.png`, where it is: 640×480, the 40 semantic classes of Gupta et al., counted from 0 (39: other or
  unknown);
- `train.txt` (795) and `test.txt` (654): NNNN and, if known, the kind of scene, one pair a line.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from howfar.datasets.files import refuse_missing
from howfar.datasets.samples import UNKNOWN_CLASS, DepthSample, LazySamples
from howfar.datasets.splits import read_list, refuse_unknown_split
from howfar.errors import SourceError
from howfar.io.pictures import read_grey8, read_rgb
from howfar.scene import Camera

NYU_CAMERA = Camera(640, 480, fx_px=518.8579, fy_px=519.46961, cx_px=325.58245, cy_px=253.73617, origin="given")
"""The colour camera of the toolbox that comes with the data."""

EIGEN_CROP_XYXY_PX = (41, 45, 601, 471)
"""Columns 41:601 and rows 45:471, the pixels that Eigen et al. (2014) compare: the depth of the frame round them is
made up."""

LABELS = "labels40"

UNLABELLED = 39
"""The class that mixes other objects with what nobody labelled: read as unknown."""

METRES_PER_STEP = 9.99547 / 255
"""One global scale for every picture: a step of 3.9 cm, so an error of 2 cm at most."""


class NyuDepthV2:
    """The data set in one folder."""

    name = "NYU Depth v2"
    splits = ("train", "test")

    def __init__(self, root: str | Path) -> None:
        """Take the folder that holds `rgb`, `depth8` and the lists of the split.

        Raises:
            SourceError: If it is not such a folder.
        """
        self.root = Path(root)
        for part in ("rgb", "depth8"):
            if not (self.root / part).is_dir():
                raise SourceError(
                    f"{self.root} is not NYU Depth v2 as howfar reads it: it should hold the folders rgb and depth8 "
                    f"and the lists train.txt and test.txt, and {part} is missing."
                )

    def split(self, split: str) -> LazySamples[DepthSample]:
        """The pairs of one part of the official split, in the order of its list, read when asked for.

        Raises:
            SettingError: If the split is neither `train` nor `test`.
            SourceError: If the list is missing or empty, or names a picture or depth that is not there.
        """
        names = self.names(split)
        refuse_missing((self._image_path(name) for name in names), f"{len(names)} pictures of the {split} split")
        refuse_missing((self._depth_path(name) for name in names), f"{len(names)} depth files of the {split} split")
        return LazySamples(names, self._load)

    def names(self, split: str) -> list[str]:
        """The pairs of one part of the official split, NNNN each, in the order of its list.

        Raises:
            SettingError: If the split is neither `train` nor `test`.
            SourceError: If the list is missing or empty.
        """
        refuse_unknown_split(split, self.splits, self.name)
        return [line.split()[0] for line in read_list(self.root / f"{split}.txt", "one pair a line, as 0001")]

    def labels_path(self, name: str) -> Path:
        """Where the semantic classes of a pair lie, if they do."""
        return self.root / LABELS / f"{name}.png"

    def _image_path(self, name: str) -> Path:
        return self.root / "rgb" / f"{name}.jpg"

    def _depth_path(self, name: str) -> Path:
        return self.root / "depth8" / f"{name}.png"

    def _load(self, name: str) -> DepthSample:
        image, steps = read_rgb(self._image_path(name)), read_grey8(self._depth_path(name))
        _refuse_other_size(self._image_path(name), image.shape)
        _refuse_other_size(self._depth_path(name), steps.shape)
        depth_m = ((steps + 0.5) * METRES_PER_STEP).astype(np.float32)
        return DepthSample(name, image, depth_m, NYU_CAMERA, self._classes(name))

    def _classes(self, name: str) -> NDArray[np.uint8] | None:
        path = self.labels_path(name)
        if not path.is_file():
            return None
        numbers = read_grey8(path)
        _refuse_other_size(path, numbers.shape)
        return np.where(numbers == UNLABELLED, np.uint8(UNKNOWN_CLASS), numbers)


def _refuse_other_size(path: Path, shape: tuple[int, ...]) -> None:
    height, width = NYU_CAMERA.height_px, NYU_CAMERA.width_px
    if shape[:2] != (height, width):
        raise SourceError(f"{path} has {shape[1]}×{shape[0]} pixels; NYU Depth v2 has {width}×{height}.")
