"""Stereo pairs whose true depth is known, on which what one eye sees is compared with what two see.

- Pairs of known rigs with a depth map of the left-hand picture (`howfar.datasets.rig_pairs`): those of `howfar synth`,
  and the rows of an `index.csv` of streets.
- Pairs with true disparity (`howfar.datasets.stereo_pairs`): KITTI's, Middlebury's, ETH3D's, and `motorcycle`. Their
  rig has to be given. Without one their depth is known up to a factor.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from howfar.datasets.kitti_depth import METRES_PER_COUNT
from howfar.datasets.rig_pairs import CALIBRATIONS, LEFT, RIGHT, KittiPairs, RigPair, StreetPairs
from howfar.datasets.samples import DepthSample, LazySamples, StereoSample
from howfar.datasets.stereo_pairs import MOTORCYCLE, MOTORCYCLE_RIG, open_stereo_pairs
from howfar.datasets.streets import is_index_of_streets, read_index
from howfar.errors import SourceError
from howfar.files import expanded
from howfar.io.depth_units import metres_of
from howfar.io.pictures import read_grey
from howfar.scene import Camera, StereoRig
from howfar.scene.stereo_calibration import StereoCalibration

DEPTH = "depth"
FREE_BASELINE_M = 0.1
"""Of a pair without a rig, whose depth is right up to a factor: about that of a stereo camera."""


@dataclass(frozen=True, slots=True)
class PairsWithDepth:
    """Pairs whose true depth is known.

    Attributes:
        name: What to call them, with their part.
        samples: The pairs, each read when it is asked for.
        has_metres: Whether their rig is known; if not, their depth is right up to a factor, which the name says.
    """

    name: str
    samples: Sequence[DepthSample]
    has_metres: bool = True


def open_pairs_with_depth(path: str | Path, split: str, calibration: StereoCalibration | None = None) -> PairsWithDepth:
    """Open the pairs with known depth that lie at a path.

    Args:
        path: A folder, or `motorcycle`.
        split: The part of the data set; pairs with true disparity have no parts, and are taken all.
        calibration: A rig in the place of their own, of pairs that are rectified.

    Raises:
        SourceError: If a file is missing or cannot be read.
        SettingError: If no such pairs lie there, or there is no such split; when a pair is read, if the rig given does
            not fit it, or wants it rectified.
        MissingExtraError: If scikit-image, which ships the motorcycle, is not installed.
    """
    root = expanded(path)
    if root.is_dir() and is_index_of_streets(root):
        depths = {row.name: row.depth for row in read_index(root)}
        streets = StreetPairs(root)
        return _measured(f"{streets.name} in {root.name}, {split}", streets.split(split), depths.get, calibration)
    if all((root / folder).is_dir() for folder in (LEFT, RIGHT, CALIBRATIONS, DEPTH)):
        kitti = KittiPairs(root)
        return _measured(
            f"{kitti.name} in {root.name}, {split}",
            kitti.split(split),
            lambda name: root / DEPTH / f"{name}.png",
            calibration,
        )
    return _of_disparity(path, calibration)


def _measured(
    name: str, pairs: Sequence[RigPair], depth_of: Callable[[str], Path | None], given: StereoCalibration | None
) -> PairsWithDepth:
    """Pairs with a depth map of the left-hand picture."""

    def load(index: int) -> DepthSample:
        pair = pairs[index]
        camera, rig = _cameras(pair.left, given) or (pair.camera, StereoRig(pair.camera.fx_px, pair.baseline_m))
        depth_m = _depth_m(depth_of(pair.name), pair)
        # As the pictures of a folder of howfar synth are called where their depth alone is read.
        picture = pair.name if "/" in pair.name else f"{LEFT}/{pair.name}.png"
        return DepthSample(picture, pair.left, depth_m, camera, place=pair.place, right=pair.right, rig=rig)

    return PairsWithDepth(name, LazySamples(range(len(pairs)), load))


def _depth_m(path: Path | None, pair: RigPair) -> NDArray[np.float32]:
    if path is None:
        return np.full(pair.left.shape[:2], np.nan, dtype=np.float32)
    counts = read_grey(path)
    if counts.shape != pair.left.shape[:2]:
        raise SourceError(f"{path} is of another size than the picture of {pair.name}: name the depth map of it.")
    return metres_of(counts, METRES_PER_COUNT)


def _of_disparity(path: str | Path, given: StereoCalibration | None) -> PairsWithDepth:
    """Pairs with true disparity, which a rig turns into depth."""
    found = open_stereo_pairs(path)
    samples, own = found.samples(), MOTORCYCLE_RIG if found.layout == MOTORCYCLE else None

    def load(index: int) -> DepthSample:
        sample = samples[index]
        camera, rig = _cameras(sample.left, given) or _own(sample, own)
        depth_m = rig.depth_m(sample.disparity_px)
        depth_m = np.where(depth_m > 0, depth_m, np.float32(np.nan))
        return DepthSample(sample.name, sample.left, depth_m, camera, right=sample.right, rig=rig)

    known = given is not None or own is not None
    name = found.name if known else f"{found.name}, of no known rig: metres are right up to a factor"
    return PairsWithDepth(name, LazySamples(range(len(samples)), load), known)


def _cameras(left: NDArray[np.uint8], given: StereoCalibration | None) -> tuple[Camera, StereoRig] | None:
    """The left-hand camera and the rig as they were given; None where nothing was."""
    if given is None:
        return None
    fitted = given.scaled(left.shape[1], left.shape[0])
    return fitted.left, fitted.rig()


def _own(sample: StereoSample, own: StereoRig | None) -> tuple[Camera, StereoRig]:
    """The camera and the rig of a pair as the data set tells them, or of a usual camera."""
    height, width = sample.left.shape[:2]
    if own is not None:
        return Camera.from_focal(width, height, own.focal_px), own
    camera = Camera.assumed(width, height)
    return camera, StereoRig(camera.fx_px, FREE_BASELINE_M)
