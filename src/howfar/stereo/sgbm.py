"""The default matcher: semi-global block matching, by OpenCV.

The method is that of Hirschmüller (PAMI 2008) with block costs, in OpenCV's variant of three directions, which runs on
all cores. A pixel counts as matched if its best disparity is clearly better than the second best, the match back from
the right-hand picture agrees, and it is no speck of its own. Holes are filled from the farther side.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.stereo.filling import Filled, filled_rows
from howfar.stereo.matcher import Disparities

NAME = "sgbm"
STEP_PX = 16
"""OpenCV's disparities come in multiples of this, in 16ths of a pixel."""
LEAST_REACH_PX = 64
MOST_REACH_SHARE = 0.5
"""Of the picture's width: a rig that sees the same thing so far apart has to look past it."""
PREVIEW_STEP = 4
"""The pair is first matched at a quarter of its size, to see how near the nearest is."""
NEAREST_SHARE = 0.005
"""What is nearer than all but this share of the picture is not looked for."""
REACH_MARGIN_PX = 8
MOST_PX = 1_200_000
"""A larger picture is matched at the size of so many pixels: time grows with the square root of the cube of it."""

BLOCK_PX = 3
SMALL_STEP, LARGE_STEP = 8, 32
"""Penalties for disparities that change by one and by more, for each pixel of a block: those of OpenCV's manual."""
CONTRAST = 63
"""Clips the gradients that are compared."""
UNIQUENESS = 10
"""In per cent: how much better than the second best the best disparity is."""
SPECKLE_PX, SPECKLE_STEP_PX = 100, 2
"""A patch of fewer pixels, which differ by no more than the step, is none."""
AROUND_PX = (7, 7)
"""What is looked at around a pixel to tell how certain its disparity is."""
LEAST_SD_PX, FLAT_SD_PX, FLAT_CONTRAST = 0.2, 0.15, 0.25
"""Errors of matched disparities on smooth surfaces, where the grey levels change by little from column to column. Their
form, like that of the numbers below, is that of the errors of pixels in 100 rendered pairs."""
SD_BY_ROUGHNESS = 2.5
"""Times the standard deviation of the disparities around: a quarter more than for pixels, so that the intervals of
whole objects, whose pixels err together, hold what they should."""
HOLE_SD_PX, SD_BY_STEP, SD_BY_WIDTH = 4.0, 0.8, 0.2
"""Errors in holes: at least, times the difference of both sides, and times the width of the hole."""
BACK_PX = 1
"""How far the match back from the right-hand picture may be off."""


@dataclass(frozen=True, slots=True)
class SgbmMatcher:
    """Semi-global block matching. May be used from several threads at once.

    Attributes:
        name: The matcher's short name.
    """

    name: str = NAME

    def match(
        self, left: NDArray[np.uint8], right: NDArray[np.uint8], max_disparity_px: int | None = None
    ) -> Disparities:
        """Find the disparity of each pixel of the left-hand picture.

        Args:
            left: H×W×3 uint8 RGB, rectified.
            right: H×W×3 uint8 RGB, of the same size.
            max_disparity_px: The largest disparity that is looked for; as far as the pair needs it when None, by a look
                at a small copy of it.

        Raises:
            SettingError: If the pictures differ in size, or the largest disparity is not within the width.
        """
        width = left.shape[1]
        reach_px = checked_reach_px(left, right, max_disparity_px)
        scale = min(1.0, math.sqrt(MOST_PX / (left.shape[0] * width)))
        greys = [_grey(each, scale) for each in (left, right)]
        found = _matched(greys[0], greys[1], math.ceil(reach_px * scale))
        return found if scale == 1.0 else _enlarged(found, (width, left.shape[0]), scale)


def checked_reach_px(left: NDArray[np.uint8], right: NDArray[np.uint8], max_disparity_px: int | None) -> int:
    """The largest disparity to look for in a pair: the one that is wanted, or as large as its nearest thing needs it.

    Args:
        left: H×W×3 uint8 RGB.
        right: The same of the right-hand camera.
        max_disparity_px: What is wanted; None for what a look at a small copy of the pair tells.

    Raises:
        SettingError: If the pictures differ in size, or what is wanted is not within their width.
    """
    refuse_unlike(left, right, max_disparity_px)
    if max_disparity_px is not None:
        return max_disparity_px
    width = int(left.shape[1])
    most = min(int(MOST_REACH_SHARE * width), width - 1)
    small = [_grey(each, 1 / PREVIEW_STEP) for each in (left, right)]
    found = _matched(small[0], small[1], most // PREVIEW_STEP)
    values = found.values_px[found.matched]
    nearest = float(np.quantile(values, 1 - NEAREST_SHARE)) if values.size else 0.0
    wanted = math.ceil((PREVIEW_STEP * nearest + REACH_MARGIN_PX) / STEP_PX) * STEP_PX
    return max(1, min(max(LEAST_REACH_PX, wanted), most))


def refuse_unlike(left: NDArray[np.uint8], right: NDArray[np.uint8], max_disparity_px: int | None) -> None:
    """Refuse two pictures that cannot be matched.

    Raises:
        SettingError: If they differ in size, or the largest disparity is not within the width.
    """
    if left.shape != right.shape:
        raise SettingError(
            f"The left-hand picture has {left.shape[1]}×{left.shape[0]} pixels and the right-hand one "
            f"{right.shape[1]}×{right.shape[0]}: give both as the cameras took them, of one size.",
            setting="right",
        )
    if max_disparity_px is not None and not 0 < max_disparity_px < left.shape[1]:
        raise SettingError(
            f"The largest disparity lies between 1 and the width of the picture, {left.shape[1]}, not at "
            f"{max_disparity_px}.",
            setting="max_disparity_px",
        )


def _grey(image: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    return _shrunk(np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), dtype=np.uint8), scale)


def _shrunk(grey: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    if scale == 1.0:
        return grey
    size = max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _enlarged(found: Disparities, size: tuple[int, int], scale: float) -> Disparities:
    """Disparities at the size of the picture that was matched smaller; none is a mean of two surfaces."""
    values, sds = (
        np.asarray(cv2.resize(each, size, interpolation=cv2.INTER_NEAREST), dtype=np.float32) / np.float32(scale)
        for each in (found.values_px, found.sd_px)
    )
    matched = cv2.resize(found.matched.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    return Disparities(values, sds, np.asarray(matched, dtype=np.bool_))


def _matched(left: NDArray[np.uint8], right: NDArray[np.uint8], reach_px: int) -> Disparities:
    """Match two grey pictures."""
    count = math.ceil((reach_px + 1) / STEP_PX) * STEP_PX
    # OpenCV leaves out the first columns, as many as there are disparities: these are then columns of a border.
    wide = [cv2.copyMakeBorder(each, 0, 0, count, 0, cv2.BORDER_REPLICATE) for each in (left, right)]
    raw = _sgbm(count).compute(wide[0], wide[1])[:, count:]
    matched = raw >= 0
    here = np.arange(left.shape[1], dtype=np.int32)
    matched &= raw <= here * STEP_PX  # its match lies within the right-hand picture
    filled = filled_rows(raw.astype(np.float32) / np.float32(STEP_PX), matched)
    return Disparities(filled.values_px, _sd_px(left, filled, matched), matched)


def _sgbm(count: int) -> cv2.StereoSGBM:
    area = BLOCK_PX * BLOCK_PX
    return cv2.StereoSGBM.create(
        minDisparity=0,
        numDisparities=count,
        blockSize=BLOCK_PX,
        P1=SMALL_STEP * area,
        P2=LARGE_STEP * area,
        disp12MaxDiff=BACK_PX,
        preFilterCap=CONTRAST,
        uniquenessRatio=UNIQUENESS,
        speckleWindowSize=SPECKLE_PX,
        speckleRange=SPECKLE_STEP_PX,
        mode=cv2.STEREO_SGBM_MODE_SGBM_3WAY,
    )


def _sd_px(left: NDArray[np.uint8], filled: Filled, matched: NDArray[np.bool_]) -> NDArray[np.float32]:
    """How certain each disparity is: by what is seen there, and by how well it goes with those around it."""
    contrast = cv2.blur(np.abs(cv2.Sobel(left, cv2.CV_32F, 1, 0, scale=1 / 8)), AROUND_PX)
    values = np.nan_to_num(filled.values_px)
    mean = cv2.blur(values, AROUND_PX)
    variance = np.maximum(cv2.blur(values * values, AROUND_PX) - mean * mean, 0)
    smooth = LEAST_SD_PX**2 + (FLAT_SD_PX / (contrast + FLAT_CONTRAST)) ** 2
    in_holes = HOLE_SD_PX**2 + (SD_BY_STEP * filled.apart_px) ** 2 + (SD_BY_WIDTH * filled.gap_px) ** 2
    sds = np.sqrt(np.where(matched, smooth + SD_BY_ROUGHNESS**2 * variance, in_holes)).astype(np.float32)
    return np.where(np.isnan(filled.values_px), np.float32(np.nan), sds)
