"""Anchors for a detector: how well they fit the boxes of a data set, and how to find some that fit better.

YOLOv5 gives a box to every anchor that is off by less than a factor in width and in height, so what counts is ratios.
k-means on box shapes is Redmon and Farhadi's (YOLO9000, CVPR 2017, section 2); here it runs on the logarithms of width
and height.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from howfar.errors import SettingError

MATCH_RATIO = 4.0
"""A box and an anchor belong together when neither side differs by this factor or more."""

ROUNDS = 300
"""An upper limit; k-means stops by itself long before."""


def best_possible_recall(boxes_wh_px: ArrayLike, anchors_px: ArrayLike, threshold: float = MATCH_RATIO) -> float:
    """The share of boxes that some anchor fits: the others cannot be learned.

    Args:
        boxes_wh_px: N×2 width and height of boxes, in pixels of the network's input.
        anchors_px: Widths and heights of the anchors, of any shape that ends in 2.
        threshold: The factor that a fitting anchor's width and height stay below.

    Raises:
        SettingError: If there are no boxes, or a side is not above zero.
    """
    ratios = _shapes(boxes_wh_px, "boxes")[:, None] / _shapes(anchors_px, "anchors")
    factors = np.maximum(ratios, 1 / ratios).max(axis=2)
    return float((factors.min(axis=1) < threshold).mean())


def fit_anchors(boxes_wh_px: ArrayLike, count: int = 9, *, restarts: int = 10, seed: int = 0) -> NDArray[np.float32]:
    """Fit anchors to boxes by k-means on the logarithms of width and height.

    Args:
        boxes_wh_px: N×2 width and height of boxes, in pixels of the network's input.
        count: How many anchors.
        restarts: How many beginnings are tried; the fit with the least mean squared logarithm of the ratios is kept.
        seed: Of the beginnings: the same seed gives the same anchors.

    Returns:
        count×2 width and height in pixels, the smallest area first.

    Raises:
        SettingError: If fewer shapes than anchors are among the boxes, or a side is not above zero.
    """
    boxes = np.log(_shapes(boxes_wh_px, "boxes"))
    shapes = len(np.unique(boxes, axis=0))
    if shapes < count:
        raise SettingError(
            f"{count} anchors need boxes of at least {count} different sizes, and there are {shapes}: use more "
            "pictures, or the usual anchors."
        )
    rng = np.random.default_rng(seed)
    fits = [_k_means(boxes, _spread(boxes, count, rng)) for _ in range(restarts)]
    best = min(fits, key=lambda centres: _squared_distances(boxes, centres).min(axis=1).mean())
    anchors = np.exp(best)
    return anchors[np.argsort(anchors.prod(axis=1))].astype(np.float32)


def _k_means(points: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lloyd's iteration from given centres until nothing changes (Lloyd: Least Squares Quantization in PCM, 1982)."""
    nearest = np.full(len(points), -1)
    for _ in range(ROUNDS):
        before, nearest = nearest, _squared_distances(points, centres).argmin(axis=1)
        if np.array_equal(before, nearest):
            break
        members = [points[nearest == index] for index in range(len(centres))]
        # A centre that has lost all its points stays where it was.
        centres = np.array([own.mean(axis=0) if len(own) else old for own, old in zip(members, centres, strict=True)])
    return centres


def _spread(points: NDArray[np.float64], count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Choose beginnings that lie apart: k-means++ (Arthur and Vassilvitskii, SODA 2007)."""
    centres = points[rng.integers(len(points), size=1)]
    while len(centres) < count:
        weights = _squared_distances(points, centres).min(axis=1)
        centres = np.vstack([centres, points[rng.choice(len(points), p=weights / weights.sum())]])
    return centres


def _squared_distances(points: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    distances: NDArray[np.float64] = np.square(points[:, None] - centres).sum(axis=2)
    return distances


def _shapes(wh_px: ArrayLike, what: str) -> NDArray[np.float64]:
    shapes = np.asarray(wh_px, dtype=np.float64).reshape(-1, 2)
    if not len(shapes) or not np.all(np.isfinite(shapes) & (shapes > 0)):
        raise SettingError(f"The {what} must have a width and a height above zero, and there must be some.")
    return shapes
