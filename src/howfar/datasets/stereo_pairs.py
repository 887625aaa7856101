"""Rectified pairs with true disparity, as the benchmarks of stereo lay them out.

- KITTI 2012 and 2015 (Geiger et al., CVPR 2012; Menze and Geiger, CVPR 2015): `training/` with `image_2`, `image_3`,
  `disp_occ_0`, `disp_noc_0`, or with `colored_0`, `colored_1` (else `image_0`, `image_1`), `disp_occ`, `disp_noc`:
  16-bit PNG, 256ths of a pixel, 0 for unknown; the second folder leaves out what the right-hand camera does not see.
- Middlebury 2003 (Scharstein and Szeliski, CVPR 2003): a folder a scene with `im2`, `im6`, `disp2`, `disp6`, or `left`,
  `right`, `disp_left`, `disp_right`: 8 bits, which count 1 px at full width, 1/2 and 1/4 px at a half and a quarter.
- Middlebury 2014 and ETH3D (Scharstein et al., GCPR 2014; Schöps et al., CVPR 2017): a folder a scene with `im0.png`,
  `im1.png`, `disp0.pfm` or `disp0GT.pfm`, and if there is one `mask0nocc.png`, 255 for what both cameras see.
- Pairs that `howfar synth` has rendered.
- `motorcycle`: the pair of Middlebury 2014 that scikit-image ships.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from howfar.datasets.files import refuse_missing
from howfar.datasets.samples import LazySamples, StereoSample
from howfar.errors import MissingExtraError, SettingError, SourceError
from howfar.files import is_file
from howfar.io.depth_values import read_values
from howfar.io.pictures import read_grey, read_rgb
from howfar.scene import StereoRig

StereoLayout = Literal["kitti-2012", "kitti-2015", "middlebury-2003", "middlebury-2014", "rendered", "motorcycle"]
"""By whose rules files are named; ETH3D's are those of `middlebury-2014`."""

MOTORCYCLE: StereoLayout = "motorcycle"
MOTORCYCLE_RIG = StereoRig(994.978, 0.193001, 31.086)
"""The rig of that pair, at the resolution of the copy in scikit-image."""

PX_PER_COUNT = 1 / 256
FULL_WIDTH_PX = 1800
"""Of the scenes of Middlebury 2003 at full size, where a count is a pixel."""

SEEN = 255
SAME_PX = 1.0
"""A point of which both pictures' true disparities agree to this is seen by both cameras."""


@dataclass(frozen=True, slots=True)
class StereoPair:
    """The files of one pair.

    Attributes:
        name: What the data set calls it.
        left: The left-hand picture.
        right: The right-hand picture.
        truth: The true disparity.
        seen: What tells which points both cameras see; None where there is nothing.
    """

    name: str
    left: Path
    right: Path
    truth: Path
    seen: Path | None = None


@dataclass(frozen=True, slots=True)
class StereoPairs:
    """The pairs of one data set.

    Attributes:
        name: The folder's name, or that of the pair.
        layout: How its files are named.
        pairs: Their files.
    """

    name: str
    layout: StereoLayout
    pairs: tuple[StereoPair, ...]

    def samples(self) -> Sequence[StereoSample]:
        """The pairs, each read when it is asked for.

        Raises:
            SourceError: If a file is missing, cannot be read, or belongs to another picture.
            MissingExtraError: If scikit-image, which ships the motorcycle, is not installed.
        """
        return LazySamples(self.pairs, READERS[self.layout])


def open_stereo_pairs(root: str | Path) -> StereoPairs:
    """Find the pairs of a folder, by what its files are called.

    Args:
        root: A folder of KITTI's, of `howfar synth`, of one scene or of several; or `motorcycle`.

    Raises:
        SettingError: If the folder is not there, or holds no pairs with true disparity.
        SourceError: If a picture of a pair is missing.
    """
    if str(root) == MOTORCYCLE:
        return StereoPairs(MOTORCYCLE, MOTORCYCLE, (StereoPair(MOTORCYCLE, Path(), Path(), Path()),))
    folder = Path(root)
    if not folder.is_dir():
        raise SettingError(f"There is no folder {folder}: name one with pairs and their true disparity, or motorcycle.")
    for layout, found in _found(folder):
        refuse_missing((path for pair in found for path in (pair.left, pair.right)), "pictures of pairs")
        return StereoPairs(folder.resolve().name, layout, found)
    raise SettingError(
        f"{folder} holds no pairs with true disparity in the layout of KITTI, Middlebury, ETH3D or howfar synth: name "
        "such a folder (docs/stereo-evaluation.md lists their files)."
    )


def _found(folder: Path) -> Iterator[tuple[StereoLayout, tuple[StereoPair, ...]]]:
    """The layouts that fit a folder, with the pairs."""
    training = folder / "training" if (folder / "training").is_dir() else folder
    places: tuple[tuple[StereoLayout, Path, Callable[[Path], Iterator[StereoPair]]], ...] = (
        ("rendered", folder, _rendered),
        ("kitti-2015", training, _kitti_2015),
        ("kitti-2012", training, _kitti_2012),
        ("middlebury-2014", folder, _scenes_of(_scene_2014)),
        ("middlebury-2003", folder, _scenes_of(_scene_2003)),
    )
    for layout, place, find in places:
        if pairs := tuple(find(place)):
            yield layout, pairs


def _rendered(folder: Path) -> Iterator[StereoPair]:
    if (folder / "hidden").is_dir():
        yield from _numbered(folder, ("image_2", "image_3", "disparity", "hidden"))


def _kitti_2015(folder: Path) -> Iterator[StereoPair]:
    yield from _numbered(folder, ("image_2", "image_3", "disp_occ_0", "disp_noc_0"))


def _kitti_2012(folder: Path) -> Iterator[StereoPair]:
    pictures = ("colored_0", "colored_1") if (folder / "colored_0").is_dir() else ("image_0", "image_1")
    yield from _numbered(folder, (*pictures, "disp_occ", "disp_noc"))


def _numbered(folder: Path, parts: tuple[str, str, str, str]) -> Iterator[StereoPair]:
    """Pairs whose four files have one name in four folders."""
    left, right, truth, seen = (folder / part for part in parts)
    for path in sorted(truth.glob("*.png")):
        mask = seen / path.name
        yield StereoPair(path.stem, left / path.name, right / path.name, path, mask if is_file(mask) else None)


def _scenes_of(scene: Callable[[Path], StereoPair | None]) -> Callable[[Path], Iterator[StereoPair]]:
    """Finds the pairs of a folder that is one scene, or holds scenes."""

    def find(folder: Path) -> Iterator[StereoPair]:
        for place in (folder, *sorted(path for path in folder.iterdir() if path.is_dir())):
            if (pair := scene(place)) is not None:
                yield pair

    return find


def _scene_2014(folder: Path) -> StereoPair | None:
    truth, left = _first(folder, "disp0GT.pfm", "disp0.pfm"), folder / "im0.png"
    if truth is None or not is_file(left):
        return None
    return StereoPair(folder.resolve().name, left, folder / "im1.png", truth, _first(folder, "mask0nocc.png"))


def _scene_2003(folder: Path) -> StereoPair | None:
    endings = (".png", ".pgm", ".ppm")
    for names in (("left", "right", "disp_left", "disp_right"), ("im2", "im6", "disp2", "disp6")):
        left, right, truth, other = (_first(folder, *(name + ending for ending in endings)) for name in names)
        if left is not None and right is not None and truth is not None:
            return StereoPair(folder.resolve().name, left, right, truth, other)
    return None


def _first(folder: Path, *names: str) -> Path | None:
    return next((folder / name for name in names if is_file(folder / name)), None)


def _sample(pair: StereoPair, disparity_px: NDArray[np.float32], unoccluded: NDArray[np.bool_] | None) -> StereoSample:
    """A sample, if all its parts are of one size."""
    left, right = read_rgb(pair.left), read_rgb(pair.right)
    for path, shape in ((pair.right, right.shape[:2]), (pair.truth, disparity_px.shape)):
        if shape != left.shape[:2]:
            raise SourceError(
                f"{path} has {shape[1]}×{shape[0]} pixels and {pair.left} {left.shape[1]}×{left.shape[0]}: give the "
                "files of one pair."
            )
    return StereoSample(pair.name, left, right, disparity_px, unoccluded)


def _counted(pair: StereoPair) -> StereoSample:
    """A pair of KITTI's."""
    truth = _in_256ths(pair.truth)
    seen = None if pair.seen is None else np.isfinite(_in_256ths(pair.seen))
    return _sample(pair, truth, seen)


def _of_rendering(pair: StereoPair) -> StereoSample:
    seen = None if pair.seen is None else read_grey(pair.seen) == 0
    return _sample(pair, _in_256ths(pair.truth), seen)


def _of_2014(pair: StereoPair) -> StereoSample:
    values = read_values(pair.truth).astype(np.float32)
    truth = np.where(np.isfinite(values) & (values > 0), values, np.float32(np.nan))
    seen = None if pair.seen is None else read_grey(pair.seen) == SEEN
    return _sample(pair, truth, seen)


def _of_2003(pair: StereoPair) -> StereoSample:
    truth = _in_counts(pair.truth)
    seen = None if pair.seen is None else _agreeing(truth, _in_counts(pair.seen))
    return _sample(pair, truth, seen)


def _of_scikit_image(pair: StereoPair) -> StereoSample:
    try:
        from skimage.data import stereo_motorcycle
    except ImportError:
        raise MissingExtraError("The pair of the motorcycle", "demo") from None
    left, right, disparity = stereo_motorcycle()  # type: ignore[no-untyped-call]
    truth = np.where(np.isfinite(disparity), disparity, np.nan).astype(np.float32)
    return StereoSample(pair.name, left[..., :3], right[..., :3], truth)


def _in_256ths(path: Path) -> NDArray[np.float32]:
    counts = read_grey(path)
    return np.where(counts > 0, counts * np.float32(PX_PER_COUNT), np.float32(np.nan)).astype(np.float32)


def _in_counts(path: Path) -> NDArray[np.float32]:
    counts = read_grey(path)
    per_px = max(1, round(FULL_WIDTH_PX / counts.shape[1]))
    return np.where(counts > 0, counts / np.float32(per_px), np.float32(np.nan)).astype(np.float32)


def _agreeing(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which points of the left-hand picture the right-hand one shows at the same disparity."""
    columns = np.arange(left.shape[1])
    there = np.rint(columns - np.nan_to_num(left)).astype(np.intp)
    inside = there >= 0
    other = np.take_along_axis(right, np.maximum(there, 0), axis=1)
    agree: NDArray[np.bool_] = inside & (np.abs(other - left) <= SAME_PX)  # false where either is unknown
    return agree


READERS: dict[StereoLayout, Callable[[StereoPair], StereoSample]] = {
    "kitti-2012": _counted,
    "kitti-2015": _counted,
    "middlebury-2003": _of_2003,
    "middlebury-2014": _of_2014,
    "rendered": _of_rendering,
    "motorcycle": _of_scikit_image,
}
"""What reads a pair of each layout."""
