"""Whether two pictures are a rectified pair, found out before they give metres, and small faults repaired.

What is judged are points that both pictures show, wherever they are: how their rows differ over the picture, and on
which side of infinity they lie. A pair with too few of them is not judged.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.scene.frame import Frame
from howfar.stereo.common_points import CommonPoints, common_points
from howfar.stereo.pair_verdict import PairFault, PairVerdict
from howfar.stereo.row_fit import LEAST_POINTS, RowFit, fit_rows
from howfar.stereo.sgbm import SgbmMatcher

__all__ = ["PairFault", "PairVerdict", "check_pair", "repaired_pair"]

LARGEST_SIDE_PX = 1600
"""Larger pictures are made smaller before they are looked at."""

ROWS_PX = 1.0
"""Rows that are farther apart make matching fail."""

RELATED_SHARE = 1 / 30
"""Share of the corners that pictures of one place and moment have in common at least: of good pairs 1/20 was seen,"""

MATCHED_AT_PX = 640
"""The width at which pixels are matched from both sides, whatever corners say:"""

RELATED_MATCHED = 0.3
"""two pictures belong together if such a share of the pixels is (of 154 pictures of different places at most 0.28 were,
of 100 good pairs at least 0.32),"""

STILL_MATCHED = 0.45
"""and are of one moment if such a share is: chosen between 25 pairs of a drive with a moment in between, of which at
most 0.39 were, and two pairs with a fence along the road, of which 0.54 and 0.67 were. Its bars, each taken for the
next, lie like points seen by a camera that moves along."""

RICH = 100
"""where each of them has so many corners,"""

AGREED_SHARE, LEAST_AGREED, AGREED_PX = 0.65, 8, 1.5
"""unless so many of them, and at least so many, are moved by the same number of rows: glitter has corners, too."""

LEAST_GAIN = 0.18
"""Share of the points whose rows fit only when they are corrected, below which nothing is wrong with them. Of 76 small
faults it was 0.22 at least; of a good pair, whose few points are of blurred things seen from close by, 0.14."""

FITTING_SHARE = 0.5
"""Share of the points whose rows fit together at least: of good pairs 0.63 was seen, and what two places have in common
by chance fits hardly anywhere."""

SAME_PX = 0.5
"""What has no more parallax has none,"""

SAME_MIDDLE_PX = 0.12
"""if as much of it is to the left as to the right."""

SAME_SHARE = 0.9
"""Share of the points that is required to have none."""

BEHIND_PX = 1.0
"""Disparity below that of infinity that is no error of measurement."""

SWAPPED_BEHIND, LEAST_BEHIND = 0.1, 12
"""Share, and number, of the points of swapped pictures that are behind infinity at least,"""

SWAPPED_SHARE = 0.95
"""and the share of all that is in front of it once they are in their place."""

TOED_BEHIND = 0.3
"""Share of the points behind infinity that no good pair has: a pattern that repeats itself puts some there."""

MOVED_GAIN = 0.12
"""Share of the points that only a moved camera explains, above which it was moved."""

MOVED_SHARE = 0.8
"""Share of the points that the movement explains at least."""

NEAR_EPIPOLE = 1.0
"""In widths from the middle: towards a point so near, cameras side by side do not lie."""

DARKER, FLATTER = 30.0, 1.6
"""Grey levels, and ratio of contrasts, by which the same things do not differ in pictures of cameras set alike."""

AROUND_PX = 9
"""Side of the square around a point whose grey level is compared."""

FAR_DARKER = 45.0
"""Grey levels by which two pictures on the whole do not differ, where there are no things to compare."""

MOST_SHIFT_SHARE, MOST_ROLL_DEG = 0.03, 5.0
"""What is repaired: moved by so much of the height, turned by so many degrees. Beyond, more is wrong with the rig."""


def check_pair(left: NDArray[np.uint8], right: NDArray[np.uint8], offset_px: float = 0.0) -> PairVerdict:
    """Find out whether two pictures are a rectified pair.

    Args:
        left: H×W×3 uint8 RGB.
        right: The same of the right-hand camera.
        offset_px: Difference of the principal points, x_right − x_left: what is infinitely far has the disparity
            −offset_px (`StereoRig.offset_px`).
    """
    if left.shape != right.shape:
        return PairVerdict((_size_fault(left, right),))
    shrink = min(1.0, LARGEST_SIDE_PX / max(left.shape))
    grey_left, grey_right = (_grey(each, shrink) for each in (left, right))
    points = common_points(grey_left, grey_right)
    exposure = tuple(_exposure_faults(grey_left, grey_right, points))
    matched_share = cache(partial(_matched_share, left, right))  # which takes long, and is seldom asked for
    unrelated = PairVerdict((UNRELATED, *exposure), len(points))
    if _is_unrelated(points):
        return _unless_matched(unrelated, matched_share)
    if len(points) < LEAST_POINTS:
        return PairVerdict(exposure, len(points))
    fit = fit_rows(points)
    if fit is None:
        return _unless_matched(unrelated, matched_share)
    turned_px = fit.roll * points.right_px[:, 1]  # by as much, turning the picture moves a point to the left
    disparity_px = (points.left_px[:, 0] - points.right_px[:, 0] + turned_px)[fit.inliers]
    if _is_same(disparity_px, offset_px * shrink):
        return PairVerdict((SAME, *exposure), len(points))
    if _has_moved(points, fit) and matched_share() < STILL_MATCHED:
        return PairVerdict((MOMENTS, *exposure), len(points))
    if fit.share < FITTING_SHARE:
        return _unless_matched(unrelated, matched_share)
    geometry = _geometry(fit, grey_left.shape[1], grey_left.shape[0], shrink)
    sides = _sides(disparity_px, offset_px * shrink, geometry)
    sign = -1.0 if sides.swapped else 1.0  # what moves the one picture down moves the other one up
    return PairVerdict(
        (*sides.faults, *geometry.faults, *exposure),
        len(points),
        sides.swapped,
        sign * geometry.row_shift_px,
        sign * geometry.roll_deg,
    )


def repaired_pair(frame: Frame, verdict: PairVerdict) -> Frame:
    """The frame with its pictures swapped, its right-hand one turned and moved, as the verdict on it wants.

    Its notes say what was done. Whether the cameras look to different sides cannot be seen in two pictures, so that
    distances of a repaired pair rest on the rig more than others.

    Raises:
        SettingError: If a fault cannot be repaired.
    """
    if frame.right is None or verdict.is_good:
        return frame
    if not verdict.is_repairable:
        beyond = " ".join(fault.text for fault in verdict.faults if not fault.repairable)
        raise SettingError(f"The pair cannot be repaired. {beyond}")
    left, right = (frame.right, frame.image) if verdict.swapped else (frame.image, frame.right)
    notes = list(frame.notes)
    if verdict.swapped:
        notes.append("The two pictures of the pair were swapped, and are taken the other way round.")
    if verdict.row_shift_px or verdict.roll_deg:
        right = _moved(right, verdict.row_shift_px, verdict.roll_deg)
        notes.append(
            f"The right-hand picture was turned by {verdict.roll_deg:.2f} degrees and moved down by "
            f"{verdict.row_shift_px:.1f} px, to lie in the rows of the left-hand one; if the cameras also look to "
            "different sides, distances are wrong: compare one that you know."
        )
    return replace(frame, image=left, right=right, notes=tuple(notes))


def _moved(image: NDArray[np.uint8], down_px: float, clockwise_deg: float) -> NDArray[np.uint8]:
    """A picture turned about its middle and then moved down; its edges are drawn out."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -clockwise_deg, 1.0)
    matrix[1, 2] += down_px
    moved: NDArray[np.uint8] = cv2.warpAffine(  # type: ignore[assignment]
        image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return moved


UNRELATED = PairFault(
    "unrelated",
    "The two pictures have hardly anything in common: give two that were taken side by side at the same moment.",
)
SAME = PairFault(
    "same",
    "Nothing is nearer in one picture than in the other, as of one picture given twice or a baseline of 0: give the "
    "picture of the second camera.",
)
MOMENTS = PairFault(
    "moments",
    "The cameras have moved between the two pictures, so they are of different moments: give those of one moment, and "
    "let one signal trigger both cameras.",
)


def _size_fault(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> PairFault:
    sizes = " and ".join(f"{each.shape[1]}×{each.shape[0]}" for each in (left, right))
    return PairFault("size", f"The two pictures differ in size, {sizes} pixels: give both as the cameras took them.")


def _grey(image: NDArray[np.uint8], shrink: float) -> NDArray[np.uint8]:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    if shrink < 1:
        grey = cv2.resize(grey, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    return grey  # type: ignore[return-value]


def _exposure_faults(left: NDArray[np.uint8], right: NDArray[np.uint8], points: CommonPoints) -> Iterator[PairFault]:
    """What differs in brightness: around the points that both show, or on the whole where there are too few."""
    enough = len(points) >= LEAST_POINTS
    greys_left = _around(left, points.left_px) if enough else left
    greys_right = _around(right, points.right_px) if enough else right
    mean_left, mean_right, spread_left, spread_right = (
        float(of(greys)) for of in (np.mean, np.std) for greys in (greys_left, greys_right)
    )
    advice = "set both cameras to one fixed exposure."
    darker, brighter = sorted([(mean_left, spread_left), (mean_right, spread_right)])
    # Of pictures without common things, the darker one shows others if it has more contrast.
    comparable = enough or darker[1] <= FLATTER * brighter[1]
    if comparable and brighter[0] - darker[0] > (DARKER if enough else FAR_DARKER):
        word = "brighter" if mean_right > mean_left else "darker"
        yield PairFault(
            "exposure",
            f"The right-hand picture is {word} than the left-hand one (grey level {mean_right:.0f}, not "
            f"{mean_left:.0f} of 255): {advice}",
        )
    elif enough and max(spread_left, spread_right) > FLATTER * max(1.0, min(spread_left, spread_right)):
        word = "more" if spread_right > spread_left else "less"
        yield PairFault("exposure", f"The right-hand picture has much {word} contrast than the left-hand one: {advice}")


def _around(grey: NDArray[np.uint8], points_px: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The mean grey level around points that are counted from the middle of the picture."""
    middle = (np.array(grey.shape[::-1]) - 1) / 2
    columns, rows = np.rint(points_px + middle).astype(np.intp).T
    blurred = cv2.blur(grey, (AROUND_PX, AROUND_PX))
    levels: NDArray[np.uint8] = blurred[rows.clip(0, grey.shape[0] - 1), columns.clip(0, grey.shape[1] - 1)]
    return levels


def _unless_matched(verdict: PairVerdict, matched_share: Callable[[], float]) -> PairVerdict:
    """A verdict that two pictures have nothing in common; without that fault if much of one is found in the other."""
    if matched_share() < RELATED_MATCHED:
        return verdict
    return replace(verdict, faults=tuple(fault for fault in verdict.faults if fault != UNRELATED))


def _matched_share(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> float:
    """The share of the pixels that are matched from both sides."""
    scale = min(1.0, MATCHED_AT_PX / left.shape[1])
    small_left, small_right = (
        np.asarray(cv2.resize(each, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        for each in (left, right)
    )
    return float(SgbmMatcher().match(small_left, small_right).matched.mean())


def _is_unrelated(points: CommonPoints) -> bool:
    """Whether there is much to see in both pictures, and hardly anything of it in the other one."""
    corners = min(points.features)
    if corners < RICH or len(points) >= RELATED_SHARE * corners:
        return False
    if len(points) < LEAST_AGREED:
        return True
    rows = points.left_px[:, 1] - points.right_px[:, 1]
    return float(np.mean(np.abs(rows - np.median(rows)) < AGREED_PX)) < AGREED_SHARE


def _is_same(disparity_px: NDArray[np.float64], offset_px: float) -> bool:
    """Whether all points are where they were, or all infinitely far, to within errors to both sides."""
    for nothing_px in {0.0, -offset_px}:
        off = disparity_px - nothing_px
        if abs(np.median(off)) < SAME_MIDDLE_PX and np.mean(np.abs(off) < SAME_PX) > SAME_SHARE:
            return True
    return False


def _has_moved(points: CommonPoints, fit: RowFit) -> bool:
    """Whether a camera that moved towards what it sees, or away from it, explains what rows do not."""
    if fit.share > 1 - MOVED_GAIN:
        return False
    try:
        matrix, explained = cv2.findFundamentalMat(points.left_px, points.right_px, cv2.USAC_MAGSAC, 1.0, 0.999, 500)
    except cv2.error:  # OpenCV's sampling can end without any model
        return False
    if matrix is None or matrix.shape != (3, 3):
        return False
    share = float(explained.mean())
    if share < max(MOVED_SHARE, fit.share + MOVED_GAIN):
        return False
    x, y, w = np.linalg.svd(matrix)[2][-1]
    reach = float(np.abs(points.left_px[:, 0]).max())
    return bool(math.hypot(x, y) < NEAR_EPIPOLE * 2 * reach * abs(w))


def _geometry(fit: RowFit, width_px: int, height_px: int, shrink: float) -> PairVerdict:
    """What is wrong with the rows, and what would mend it."""
    shift, roll, scale, keystone = fit.parts_px(width_px, height_px)
    shift_px, roll_deg = fit.shift_px / shrink, math.degrees(math.asin(np.clip(fit.roll, -1, 1)))
    small = abs(fit.shift_px) <= MOST_SHIFT_SHARE * height_px and abs(roll_deg) <= MOST_ROLL_DEG
    if small and keystone <= ROWS_PX and fit.gain < LEAST_GAIN:
        return PairVerdict()
    mendable = small and max(scale, keystone) <= ROWS_PX
    faults = []
    if keystone > ROWS_PX or not small:
        worst = max(shift, roll, scale, keystone) / shrink
        faults.append(
            PairFault(
                "rectification",
                f"The pair is not rectified (rows are up to {worst:.1f} px apart): give the calibration of its "
                "cameras, by which it is rectified.",
            )
        )
    else:
        if shift > ROWS_PX:
            faults.append(PairFault("rows", _rows_text(shift_px, mendable=mendable), mendable))
        if roll > ROWS_PX:
            faults.append(PairFault("rotation", _roll_text(roll_deg, mendable=mendable), mendable))
        if scale > ROWS_PX:
            faults.append(PairFault("scale", _scale_text(fit.scale)))
    wrong = any(fault.repairable for fault in faults)
    return PairVerdict(tuple(faults), row_shift_px=shift_px if wrong else 0.0, roll_deg=roll_deg if wrong else 0.0)


def _rows_text(shift_px: float, *, mendable: bool) -> str:
    word = "lower" if shift_px < 0 else "higher"
    return (
        f"What the right-hand picture shows is {abs(shift_px):.1f} px {word} than in the left-hand one: "
        f"{_advice(mendable=mendable)}."
    )


def _roll_text(roll_deg: float, *, mendable: bool) -> str:
    word = "anticlockwise" if roll_deg > 0 else "clockwise"
    return f"The right-hand picture is turned by {abs(roll_deg):.2f} degrees {word}: {_advice(mendable=mendable)}."


def _advice(*, mendable: bool) -> str:
    return "rectify the pair by its calibration" + (", or let it be repaired" if mendable else "")


def _scale_text(scale: float) -> str:
    word = "smaller" if scale > 0 else "larger"
    return (
        f"The right-hand picture shows everything {abs(scale):.1%} {word}, as of another focal length or zoom: give "
        "the calibration of both, by which the pair is rectified."
    )


def _sides(disparity_px: NDArray[np.float64], offset_px: float, geometry: PairVerdict) -> PairVerdict:
    """Whether the pictures are swapped, or much lies behind infinity."""
    behind = disparity_px + offset_px < -BEHIND_PX
    if behind.mean() < SWAPPED_BEHIND or behind.sum() < LEAST_BEHIND:
        return PairVerdict()
    if any(fault.kind in ("rectification", "scale") for fault in geometry.faults):
        return PairVerdict()  # which moves points to the sides as well
    in_front = float(np.mean(-disparity_px + offset_px > -BEHIND_PX))
    if in_front > max(SWAPPED_SHARE, 1 - behind.mean()):
        text = (
            "The two pictures are swapped, for the right-hand one is from further left: give them the other way round."
        )
        return PairVerdict((PairFault("swapped", text, repairable=True),), swapped=True)
    if behind.mean() < TOED_BEHIND:
        return PairVerdict()
    text = (
        f"{behind.mean():.0%} of the points would be farther than infinity, so the cameras look to different sides or "
        "the offset of the rig is wrong: calibrate the pair."
    )
    return PairVerdict((PairFault("offset", text),))
