"""NYU Depth v2, the 1449 labelled pairs, as its authors publish them: `nyu_depth_v2_labeled.mat`.

Silberman, Hoiem, Kohli, Fergus: Indoor Segmentation and Support Inference from RGBD Images, ECCV 2012. The file is HDF5
(MATLAB v7.3), which keeps MATLAB's column order, so that h5py sees every array transposed:

- `images`: 1449×3×640×480 uint8, in RGB;
- `depths`: 1449×640×480 single precision, metres, in-painted.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from howfar.datasets.nyu import NYU_CAMERA
from howfar.datasets.samples import DepthSample, LazySamples
from howfar.datasets.splits import refuse_unknown_split
from howfar.errors import MissingExtraError, SourceError
from howfar.io.depth_units import metres_of
from howfar.io.toml import read_own_toml

if TYPE_CHECKING:
    import h5py

MAT_NAME = "nyu_depth_v2_labeled.mat"
PAIRS = 1449

_SHAPES = {
    "images": (PAIRS, 3, NYU_CAMERA.width_px, NYU_CAMERA.height_px),
    "depths": (PAIRS, NYU_CAMERA.width_px, NYU_CAMERA.height_px),
}


class NyuLabeledMat:
    """The data set in one file."""

    name = "NYU Depth v2"
    splits = ("train", "test")

    def __init__(self, path: str | Path) -> None:
        """Take the file and check that it holds all pictures and depths.

        Raises:
            SourceError: If it cannot be read or is not that file.
            MissingExtraError: If h5py is not installed.
        """
        self.path = Path(path)
        with self._opened() as file:
            for part, shape in _SHAPES.items():
                found = getattr(file.get(part), "shape", None)
                if found != shape:
                    raise SourceError(
                        f"{self.path} is not the labelled set of NYU Depth v2: {part} should have the shape "
                        f"{shape} and {'is missing' if found is None else f'has {found}'}."
                    )

    def split(self, split: str) -> LazySamples[DepthSample]:
        """The pairs of one part of the official split, 795 `train` and 654 `test`, read when asked for.

        Raises:
            SettingError: If the split is neither `train` nor `test`.
        """
        refuse_unknown_split(split, self.splits, self.name)
        test = official_test_indices()
        return LazySamples([i for i in range(PAIRS) if (i in test) == (split == "test")], self._load)

    def _load(self, index: int) -> DepthSample:
        with self._opened() as file:
            image, depth = file["images"][index], file["depths"][index]
        depth_m = metres_of(np.ascontiguousarray(depth.T), 1.0)
        return DepthSample(f"{index:04d}", np.ascontiguousarray(image.transpose(2, 1, 0)), depth_m, NYU_CAMERA)

    @contextmanager
    def _opened(self) -> "Iterator[h5py.File]":
        """The file, opened for one reading: an open HDF5 file cannot be handed to another process."""
        h5py = _h5py()
        try:
            with h5py.File(self.path, "r") as file:
                yield file
        except FileNotFoundError:
            raise SourceError(f"There is no file {self.path}: name {MAT_NAME} of NYU Depth v2.") from None
        except OSError as error:
            reason = str(error).partition("\n")[0]
            raise SourceError(f"{self.path} cannot be read as HDF5 ({reason}): fetch {MAT_NAME} again.") from None


@cache
def official_test_indices() -> frozenset[int]:
    """Which of the 1449 labelled pairs, counted from 0, are the 654 for testing; the others are for training."""
    return frozenset(read_own_toml("howfar.datasets", "nyu_labeled_split.toml")["test"])


def _h5py() -> Any:
    try:
        import h5py
    except ImportError:
        raise MissingExtraError(f"Reading {MAT_NAME}", "train") from None
    return h5py
