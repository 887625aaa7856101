"""Rectified pairs of known rigs, with or without depth: of streets told by an `index.csv`, and in KITTI's folders.

KITTI's folders are `image_2` and `image_3`, the left-hand and the right-hand pictures, and `calib/NNNNNN.txt`, whose P2
and P3 are their cameras; `howfar synth` writes them too. Lists in `ImageSets` make splits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from howfar.datasets.csv_rows import read_rows
from howfar.datasets.files import leads_out, pictures_in, refuse_missing
from howfar.datasets.kitti_labels import read_baseline_m, read_camera
from howfar.datasets.samples import LazySamples
from howfar.datasets.splits import WHOLE, read_list, refuse_unknown_split
from howfar.datasets.streets import COLUMNS, INDEX, is_index_of_streets, read_index
from howfar.errors import SourceError
from howfar.files import expanded
from howfar.io.pictures import read_rgb
from howfar.scene import Camera

LEFT, RIGHT, CALIBRATIONS, LISTS = "image_2", "image_3", "calib", "ImageSets"
PAIR_COLUMNS = ("right", "baseline_m")


@dataclass(frozen=True, eq=False)
class RigPair:
    """Two rectified pictures of one moment: a point lies in the same row of both, further left in the right-hand one.

    Attributes:
        name: What the data set calls it.
        left: H×W×3 uint8 RGB.
        right: H×W×3 uint8 RGB.
        camera: The left-hand picture's camera; the right-hand one's is the same but for its place.
        baseline_m: How far apart the two are, in metres.
        place: Where it was taken. Empty where that is not known.

    Raises:
        SourceError: If the two pictures differ in size, or the baseline is not a positive number.
    """

    name: str
    left: NDArray[np.uint8]
    right: NDArray[np.uint8]
    camera: Camera
    baseline_m: float
    place: str = ""

    def __post_init__(self) -> None:
        if self.left.shape != self.right.shape:
            (high, wide), (high2, wide2) = self.left.shape[:2], self.right.shape[:2]
            raise SourceError(
                f"The left-hand picture of {self.name} has {wide}×{high} pixels, the right-hand one {wide2}×{high2}: "
                "a rectified pair is of one size."
            )
        if not 0 < self.baseline_m < np.inf:
            raise SourceError(f"The baseline of {self.name} is {self.baseline_m:g} m: a pair has a positive one.")


class PairDataset(Protocol):
    """Stereo pairs in splits."""

    @property
    def name(self) -> str:
        """What to call it."""

    @property
    def splits(self) -> tuple[str, ...]:
        """The names of its parts."""

    def split(self, split: str, /) -> LazySamples[RigPair]:
        """The pairs of one part, read when asked for."""


@dataclass(frozen=True, slots=True)
class _PairFiles:
    """Where a pair lies, and what is known of it before its pictures are read."""

    name: str
    left: Path
    right: Path
    camera: Callable[[int, int], Camera]
    baseline_m: float
    place: str = ""


class StreetPairs:
    """The rows of an `index.csv` of streets that name a right-hand picture and a baseline.

    Attributes:
        name: What to call the data set.
        splits: `all`, and each drive.
    """

    name = "Streets"

    def __init__(self, root: str | Path) -> None:
        """Read the table of a folder.

        Raises:
            SourceError: If it cannot be read, has a row that cannot be, or names no right-hand picture.
        """
        path = Path(root) / INDEX
        rows = read_rows(path, (*COLUMNS, *PAIR_COLUMNS))
        told = zip(rows, read_index(Path(root)), strict=True)
        self._pairs = [
            _PairFiles(
                picture.name,
                picture.image,
                _inside(Path(root), row["right"], f"{path}, row {number}"),
                picture.camera,
                _baseline_m(row["baseline_m"], f"{path}, row {number}"),
                picture.drive,
            )
            for number, (row, picture) in enumerate(told, 1)
            if row["right"]
        ]
        if not self._pairs:
            raise SourceError(f"{path} names no right-hand picture: fill its column right.")
        self.splits = (WHOLE, *sorted({pair.place for pair in self._pairs}))

    def split(self, split: str) -> LazySamples[RigPair]:
        """The pairs of one drive, or all, in the order of the table, read when asked for.

        Raises:
            SettingError: If there is no such drive.
            SourceError: If a picture is missing.
        """
        refuse_unknown_split(split, self.splits, self.name)
        return _read_later([pair for pair in self._pairs if split in (WHOLE, pair.place)], split)


class KittiPairs:
    """The pairs in KITTI's folders.

    Attributes:
        root: The folder.
        name: What to call the data set.
        splits: `all`, and those that there is a list of.
    """

    name = "KITTI pairs"

    def __init__(self, root: str | Path) -> None:
        """Take the folder that holds `image_2`, `image_3` and `calib`."""
        self.root = Path(root)
        self._left = {path.stem: path for path in pictures_in(self.root / LEFT)}
        self._right = {path.stem: path for path in pictures_in(self.root / RIGHT)}
        self._lists = {path.stem: path for path in sorted((self.root / LISTS).glob("*.txt"))}
        self.splits = (WHOLE, *self._lists)

    def split(self, split: str) -> LazySamples[RigPair]:
        """The pairs of one part, in the order of its list, read when asked for.

        Raises:
            SettingError: If there is no such split.
            SourceError: If its list, or a calibration, cannot be read, or a picture is missing.
        """
        refuse_unknown_split(split, self.splits, self.name)
        names = sorted(self._left) if split == WHOLE else read_list(self._lists[split], "one pair a line, as 000001")
        calibrations = {name: self.root / CALIBRATIONS / f"{name}.txt" for name in names}
        refuse_missing(calibrations.values(), f"{len(names)} calibrations of the split {split}")
        return _read_later([self._files(name, path) for name, path in calibrations.items()], split)

    def _files(self, name: str, calibration: Path) -> _PairFiles:
        left = self._left.get(name, self.root / LEFT / f"{name}.png")
        right = self._right.get(name, self.root / RIGHT / f"{name}.png")
        return _PairFiles(name, left, right, partial(read_camera, calibration), read_baseline_m(calibration))


def open_rig_pairs(path: str | Path) -> PairDataset:
    """Open the data set of stereo pairs that lies at a path.

    Raises:
        SourceError: If there is none.
    """
    root = expanded(path)
    if all((root / folder).is_dir() for folder in (LEFT, RIGHT, CALIBRATIONS)):
        return KittiPairs(root)
    if root.is_dir() and is_index_of_streets(root):
        return StreetPairs(root)
    raise SourceError(
        f"{path} holds no stereo pairs that howfar knows (looked for: the folders {LEFT}, {RIGHT} and {CALIBRATIONS}; "
        "an index.csv of streets with the columns right and baseline_m): name the folder that holds them."
    )


def _read_later(pairs: Sequence[_PairFiles], split: str) -> LazySamples[RigPair]:
    for side in ("left", "right"):
        refuse_missing((getattr(pair, side) for pair in pairs), f"{len(pairs)} {side}-hand pictures of {split}")
    return LazySamples(pairs, _load)


def _load(pair: _PairFiles) -> RigPair:
    left, right = read_rgb(pair.left), read_rgb(pair.right)
    camera = pair.camera(left.shape[1], left.shape[0])
    return RigPair(pair.name, left, right, camera, pair.baseline_m, pair.place)


def _inside(root: Path, name: str, where: str) -> Path:
    if leads_out(name):
        raise SourceError(f"{where} names {name!r}, which leads out of the data set: name files in it.")
    return root / name


def _baseline_m(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise SourceError(f"{where} should give baseline_m, the distance of the two cameras, in metres.") from None
