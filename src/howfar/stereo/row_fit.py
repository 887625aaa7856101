"""How the rows of the right-hand picture lie to those of the left-hand one, by points that both see."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from howfar.stereo.common_points import CommonPoints

TRIALS = 300
"""Random triples of points that a plane is laid through: with half of the points wrong, none is right in 10⁻¹⁷."""

INLIER_PX = 1.0
"""How far a point's row may be from the fit for both to be of one thing,"""

FITTED_PX = 0.5
"""and for it to count in the fit: reflections and repeated patterns are near it by chance."""

LEAST_POINTS = 30
"""With fewer nothing is said of rows,"""

LEAST_FOR_KEYSTONE = 100
"""and with fewer than these nothing of the part that grows to the corners: too few are there."""

SURE_SDS = 3.0
"""How many standard errors what is off must stand out by."""

OUTPOSTS = 0.2
"""Share of the points, of those with the most leverage, that nothing may rest on alone."""

WITHIN = 0.8
"""How far out, of the way from the middle to the edges, rows are looked at: beyond there are few points."""


@dataclass(frozen=True, eq=False)
class RowFit:
    """What the rows of the right-hand picture are off by: shift + roll·x + scale·y + keystone·x·y.

    x and y are counted from the middle of the right-hand picture. The sum is added to its rows to get those of the
    left-hand one.

    Attributes:
        shift_px: In the middle.
        roll: For a pixel to the right: the sine of the angle that the picture is to be turned by, clockwise.
        scale: For a pixel down: by which share the picture is to grow.
        keystone: For a pixel to the right and down: where the two cameras look to different sides.
        sure: The size of the four, less what may be chance.
        inliers: N bool: which points it describes.
        gain: The share of the points that it describes to `FITTED_PX`, less the share of those whose rows are as near
            as they are.
    """

    shift_px: float
    roll: float
    scale: float
    keystone: float
    sure: NDArray[np.float64]
    inliers: NDArray[np.bool_]
    gain: float

    @property
    def share(self) -> float:
        """The share of the points that it describes."""
        return float(self.inliers.mean())

    def parts_px(self, width_px: int, height_px: int) -> NDArray[np.float64]:
        """What each of the four makes towards the edge of the picture, less what may be chance."""
        x, y = WITHIN * width_px / 2, WITHIN * height_px / 2
        reach = np.array([1.0, x, y, x * y])
        parts: NDArray[np.float64] = self.sure * reach
        return parts


def fit_rows(points: CommonPoints) -> RowFit | None:
    """Fit the rows of all points but those that do not belong; None if there are too few."""
    if len(points) < LEAST_POINTS:
        return None
    x, y = points.right_px.T
    off = points.left_px[:, 1] - y
    terms = np.stack([np.ones_like(x), x, y, x * y], axis=1)
    used = 4 if len(points) >= LEAST_FOR_KEYSTONE else 3
    inliers = _most_agreed(terms[:, :3], off)
    values, errors = np.zeros(4), np.zeros(4)
    for _ in range(3):
        if inliers.sum() < LEAST_POINTS // 2:
            return None
        values[:used], errors[:used] = _least_squares(terms[inliers, :used], off[inliers])
        inliers = np.abs(off - terms @ values) < FITTED_PX
    shift_px, roll, scale, keystone = values.tolist()
    sure = np.minimum(_beyond_chance(values, errors), _without_outposts(terms[inliers, :used], off[inliers]))
    left_over_px = np.abs(off - terms @ values)
    gain = float(np.mean(left_over_px < FITTED_PX) - np.mean(np.abs(off) < FITTED_PX))
    return RowFit(shift_px, roll, scale, keystone, sure, left_over_px < INLIER_PX, gain)


def _beyond_chance(values: NDArray[np.float64], errors: NDArray[np.float64]) -> NDArray[np.float64]:
    surplus: NDArray[np.float64] = np.maximum(np.abs(values) - SURE_SDS * errors, 0)
    return surplus


def _without_outposts(terms: NDArray[np.float64], off: NDArray[np.float64]) -> NDArray[np.float64]:
    """What is beyond chance without the points that have the most say: a few that lie alone may be wrong."""
    leverage = np.einsum("ij,jk,ik->i", terms, np.linalg.pinv(terms.T @ terms), terms)
    kept = leverage <= np.quantile(leverage, 1 - OUTPOSTS)
    sure = np.zeros(4)
    sure[: terms.shape[1]] = _beyond_chance(*_least_squares(terms[kept], off[kept]))
    return sure


def _most_agreed(terms: NDArray[np.float64], off: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The points that lie on the plane which most of them lie on (RANSAC, Fischler and Bolles 1981)."""
    rng = np.random.default_rng(0)  # the same pair, the same verdict
    triples = rng.integers(0, len(off), (TRIALS, 3))
    matrices = terms[triples]
    sound = np.abs(np.linalg.det(matrices)) > 1.0
    planes = np.linalg.solve(matrices[sound], off[triples[sound]][..., None])[..., 0]
    agree = np.abs(off - planes @ terms.T) < FITTED_PX
    if not len(agree):
        return np.zeros(len(off), dtype=np.bool_)
    best: NDArray[np.bool_] = agree[agree.sum(axis=1).argmax()]
    return best


def _least_squares(
    terms: NDArray[np.float64], off: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The values of the terms, and their standard errors."""
    reach = np.abs(terms).max(axis=0) + 1e-9
    scaled = terms / reach
    inverse = np.linalg.pinv(scaled.T @ scaled)
    values = inverse @ (scaled.T @ off)
    spread = np.sqrt(np.sum((off - scaled @ values) ** 2) / max(1, len(off) - terms.shape[1]))
    return values / reach, spread * np.sqrt(np.diag(inverse)) / reach
