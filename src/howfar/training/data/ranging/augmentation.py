"""What chance does to the depth and to the boxes that the learned ranging method is trained on.

The depth is the truth, or what a depth network would make of it: softer edges, and errors that change slowly over the
picture. Boxes are moved as a detector's are.
"""

import cv2
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from howfar.scene import DepthMap
from howfar.training.bounds import NotNegative, Share
from howfar.training.data.ranging.samples import RangingSample

NETWORK_PX = (160, 128)
"""Width and height of what a depth network gives."""

NOISE_GRID = (6, 5)
"""Width and height of the coarse grid that a network's slow errors are drawn on."""


class RangingAugmentation(Struct, frozen=True, forbid_unknown_fields=True):
    """Ranges that random choices are drawn from.

    Attributes:
        moved: Probability that a box is moved.
        most_move: How far a moved box's sides go at most, as a share of its width or height.
        flip: Probability of a horizontal flip.
        predicted: Probability that the depth is what a network gave, where there are such maps.
        softened: Probability that it is else as a network would give it.
        blur_cells: Least and greatest standard deviation of its softening, in its cells.
        noise: Standard deviation of its slow errors, in log depth.
    """

    moved: Share = 0.6
    most_move: NotNegative = 0.12
    flip: Share = 0.5
    predicted: Share = 0.5
    softened: Share = 0.5
    blur_cells: tuple[NotNegative, NotNegative] = (0.6, 2.2)
    noise: NotNegative = 0.06


def depth_shown(sample: RangingSample, augmentation: RangingAugmentation, rng: np.random.Generator) -> DepthMap:
    """What a network gave, or the truth softened as a network's, or the truth itself, by chance."""
    if sample.predicted is not None and rng.uniform() < augmentation.predicted:
        return sample.predicted
    return softened(sample.depth, augmentation, rng) if rng.uniform() < augmentation.softened else sample.depth


def moved(box: NDArray[np.float64], augmentation: RangingAugmentation, rng: np.random.Generator) -> NDArray[np.float64]:
    """A box with each side moved by chance, or as it is."""
    sides = np.tile(box[2:] - box[:2], 2)
    shift: NDArray[np.float64] = rng.uniform(-augmentation.most_move, augmentation.most_move, 4) * sides
    return box + shift if rng.uniform() < augmentation.moved else box


def softened(depth: DepthMap, augmentation: RangingAugmentation, rng: np.random.Generator) -> DepthMap:
    """True depth as a network would give it: in its resolution, with softer edges and slow errors.

    Unknown depths count as the picture's median, as a network's map has no holes.
    """
    logs = np.log(depth.values, out=np.full(depth.shape, np.nan, dtype=np.float32), where=depth.valid)
    logs = np.where(depth.valid, logs, np.nanmedian(logs) if depth.valid.any() else 0.0)
    small = cv2.resize(logs.astype(np.float32), NETWORK_PX, interpolation=cv2.INTER_AREA)
    blur = rng.uniform(*augmentation.blur_cells)
    soft = cv2.GaussianBlur(small, (0, 0), blur) if blur else small
    coarse = rng.normal(0.0, augmentation.noise, NOISE_GRID[::-1]).astype(np.float32)
    slow = cv2.resize(coarse, NETWORK_PX, interpolation=cv2.INTER_CUBIC)
    return DepthMap(np.exp(soft + slow, dtype=np.float32), "metres")
