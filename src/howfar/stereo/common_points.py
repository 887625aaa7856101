"""Points that are seen in both pictures of a pair, wherever they are: nothing is taken for granted of the pair."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

FEATURES = 900
"""Corners that are looked for in each picture."""

LEVELS, LEVEL_STEP = 4, 1.2
"""Sizes at which corners are looked for, so that a picture of another scale is recognised."""

CORNER_CONTRAST = 10
"""Grey levels by which a corner differs from its surroundings."""

MOST_OF_SECOND_BEST = 0.8
"""How far the best match may be, over the second best: what looks like much else is left out (Lowe 2004)."""

PATCH_PX = 13
"""Side of the patch whose position is refined to fractions of a pixel (Lucas and Kanade 1981)."""

MOST_MOVED_PX = 3.0
"""How far refining may move a point: beyond, it found another one."""

MOST_PATCH_ERROR = 20.0
"""Mean difference of the refined patches in grey levels, brightness aside, above which they are not of one thing."""


@dataclass(frozen=True, eq=False)
class CommonPoints:
    """Points seen in both pictures.

    Attributes:
        left_px: N×2 float64: where they are in the left-hand picture, from the middle of the picture.
        right_px: N×2 float64: and in the right-hand one.
        features: Number of corners that were found in the left-hand and in the right-hand picture.
    """

    left_px: NDArray[np.float64]
    right_px: NDArray[np.float64]
    features: tuple[int, int]

    def __len__(self) -> int:
        return len(self.left_px)


def common_points(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> CommonPoints:
    """Find points in both pictures by ORB (Rublee et al., ICCV 2011), and where exactly they are.

    Args:
        left: H×W uint8, grey.
        right: The same of the right-hand picture.
    """
    right_as_left = _as_bright(right, left)
    orb = cv2.ORB_create(FEATURES, LEVEL_STEP, LEVELS, fastThreshold=CORNER_CONTRAST)  # type: ignore[attr-defined]
    (left_keys, left_words), (right_keys, right_words) = (
        orb.detectAndCompute(each, None) for each in (left, right_as_left)
    )
    features = len(left_keys), len(right_keys)
    pairs = _matches(left_words, right_words) if min(features) > 1 else np.empty((0, 2), dtype=np.intp)
    starts, ends = _positions(left_keys, pairs[:, 0]), _positions(right_keys, pairs[:, 1])
    left_px, right_px = _refined(left, right_as_left, starts, ends)
    middle = (np.array(left.shape[::-1]) - 1) / 2
    return CommonPoints(left_px - middle, right_px - middle, features)


def _as_bright(grey: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture as bright and of as much contrast as another one."""
    (mean,), (spread,) = (np.ravel(each) for each in cv2.meanStdDev(grey))
    (wanted_mean,), (wanted_spread,) = (np.ravel(each) for each in cv2.meanStdDev(other))
    gain = wanted_spread / max(spread, 1.0)
    levels = np.clip(np.rint((np.arange(256) - mean) * gain + wanted_mean), 0, 255).astype(np.uint8)
    changed: NDArray[np.uint8] = cv2.LUT(grey, levels)  # type: ignore[assignment]
    return changed


def _matches(left_words: NDArray[np.uint8], right_words: NDArray[np.uint8]) -> NDArray[np.intp]:
    """M×2 indices of what each takes for the best match of the other, and clearly so."""
    matcher = cv2.BFMatcher(cv2.NORM_HAMMING)
    back = {match.queryIdx: match.trainIdx for match in matcher.match(right_words, left_words)}
    pairs = [
        (best.queryIdx, best.trainIdx)
        for best, second in matcher.knnMatch(left_words, right_words, k=2)
        if best.distance < MOST_OF_SECOND_BEST * second.distance and back[best.trainIdx] == best.queryIdx
    ]
    return np.array(pairs, dtype=np.intp).reshape(-1, 2)


def _positions(keys: "tuple[cv2.KeyPoint, ...]", chosen: NDArray[np.intp]) -> NDArray[np.float32]:
    return np.array([keys[index].pt for index in chosen], dtype=np.float32).reshape(-1, 2)


def _refined(
    left: NDArray[np.uint8], right: NDArray[np.uint8], starts: NDArray[np.float32], ends: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The points of which exactly the same patch is in the other picture, and where it is."""
    if len(starts) == 0:
        return starts.astype(np.float64), ends.astype(np.float64)
    found, status, error = cv2.calcOpticalFlowPyrLK(
        left,
        right,
        starts.reshape(-1, 1, 2),
        ends.reshape(-1, 1, 2).copy(),
        winSize=(PATCH_PX, PATCH_PX),
        maxLevel=0,
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
        criteria=(cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_COUNT, 15, 0.02),
    )
    moved_px = np.linalg.norm(found.reshape(-1, 2) - ends, axis=1)
    sure = (status.ravel() > 0) & (moved_px < MOST_MOVED_PX) & (error.ravel() < MOST_PATCH_ERROR)
    return starts[sure].astype(np.float64), found.reshape(-1, 2)[sure].astype(np.float64)
