"""How alike two maps look: their structural similarity (SSIM) as 8-bit pictures.

Wang, Bovik, Sheikh, Simoncelli: Image Quality Assessment: From Error Visibility to Structural Similarity, IEEE
Transactions on Image Processing 2004, as scikit-image computes it: mean over all positions of a 7×7 window. It is −1 to
1, 1 for equal maps.

How a map becomes 8 bits decides the score: `each` spreads every map from its own least to its own greatest value, so
that a wrong scale and shift cost nothing; `shared` spreads both over the truth's values.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.errors import MissingExtraError, SettingError
from howfar.evaluation.depth.alignment import Alignment, fit
from howfar.evaluation.rectangles import Rectangle
from howfar.io.depth_files import ASPECT_TOLERANCE
from howfar.io.resample import resample

Scale = Literal["each", "shared"]

WINDOW_PX = 7
"""Side of the window that scikit-image looks through; half of it at the margins does not count."""

REGIONS = 3
"""Boxes drawn at most."""

WORST_SHARE = 0.05
"""The share of the map that the worst regions are taken from."""

LEAST_DIFFERENCE = 0.1
"""A region has to be this unlike (1 − SSIM) to be called bad at all."""

REGION_SHARE = 1 / 30
"""Side of the square that differences are averaged over to find regions, as a share of the map's shorter side."""


@dataclass(frozen=True, eq=False)
class SsimResult:
    """How alike a prediction and its truth are.

    Attributes:
        score: The mean structural similarity over the known pixels, −1 to 1; NaN where nothing is known.
        local: H×W structural similarity of each pixel's surroundings, −1 to 1.
        prediction: H×W uint8 prediction as it was compared.
        truth: H×W uint8 truth as it was compared.
        known: H×W bool: where both are known; elsewhere both were set to 0.
        regions: Boxes round the worst regions, worst first.
    """

    score: float
    local: NDArray[np.float64]
    prediction: NDArray[np.uint8]
    truth: NDArray[np.uint8]
    known: NDArray[np.bool_]
    regions: tuple[Rectangle, ...]


def compare_maps(
    prediction: NDArray[np.float32],
    truth: NDArray[np.float32],
    *,
    scale: Scale = "each",
    alignment: Alignment = "none",
) -> SsimResult:
    """Compare a predicted map with the true one, both of one kind: two depth maps, or two disparity maps.

    Args:
        prediction: Predicted values, NaN where unknown; a map of another size is resized bilinearly to the truth's.
        truth: H×W true values, NaN where unknown.
        scale: How they become 8 bits; see the module.
        alignment: How the prediction is fitted to the truth before.

    Raises:
        SettingError: If a setting is unknown, the maps are of different aspect ratios, or too small for SSIM's window.
        MissingExtraError: If scikit-image is not installed.
    """
    if scale not in get_args(Scale):
        raise SettingError(f"Maps are scaled to 8 bits by {' or '.join(get_args(Scale))}, not by {scale!r}.")
    prediction = _of_size(prediction, truth)
    known = np.isfinite(prediction) & np.isfinite(truth)
    prediction = fit(prediction[known], truth[known], alignment).of(prediction)
    true8 = to_8bit(truth, known, truth)
    predicted8 = to_8bit(prediction, known, truth if scale == "shared" else prediction)
    score, local = _structural_similarity(predicted8, true8)
    if not known.all():
        score = _mean_inside(local, known)
    return SsimResult(score, local, predicted8, true8, known, worst_regions(local, known))


def to_8bit(values: NDArray[np.float32], known: NDArray[np.bool_], reference: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Spread a map over 0 to 255, rounded; what lies outside of the range is moved to its end.

    Args:
        values: H×W values.
        known: H×W bool: the pixels that count; the others become 0.
        reference: H×W values whose least and greatest known ones become 0 and 255.
    """
    inside = reference[known & np.isfinite(reference)]
    if not inside.size:
        return np.zeros(values.shape, dtype=np.uint8)
    low, high = float(inside.min()), float(inside.max())
    spread = (values.astype(np.float64) - low) / max(high - low, float(np.finfo(np.float32).tiny)) * 255
    return np.where(known & np.isfinite(spread), np.clip(np.rint(spread), 0, 255), 0).astype(np.uint8)


def worst_regions(local: NDArray[np.float64], known: NDArray[np.bool_], most: int = REGIONS) -> tuple[Rectangle, ...]:
    """Boxes round the regions where two maps are least alike.

    The difference 1 − SSIM is averaged over small squares; of the `WORST_SHARE` of the pixels where it is greatest,
    each connected region gets a box, and the regions with the greatest sums are kept.

    Args:
        local: H×W structural similarity.
        known: H×W bool: the pixels that count.
        most: Boxes at most.

    Returns:
        The boxes, worst first; none where all is alike.
    """
    difference = np.where(known, 1 - local, 0.0)
    side = max(WINDOW_PX, round(min(local.shape) * REGION_SHARE))
    smooth = cv2.blur(difference, (side, side))
    bad = (smooth >= max(LEAST_DIFFERENCE, float(np.quantile(smooth, 1 - WORST_SHARE)))).astype(np.uint8)
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(bad)
    sums = np.bincount(labels.ravel(), weights=difference.ravel(), minlength=count)[1:]
    worst = np.argsort(-sums, kind="stable")[:most] + 1
    return tuple(Rectangle(x, y, x + wide, y + high) for x, y, wide, high, _ in boxes[worst].tolist())


def _of_size(prediction: NDArray[np.float32], truth: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = truth.shape
    rows, columns = prediction.shape
    if min(height, width) < WINDOW_PX:
        raise SettingError(f"SSIM looks at {WINDOW_PX}×{WINDOW_PX} pixels at a time; this map has {width}×{height}.")
    if abs(columns * height / (rows * width) - 1) > ASPECT_TOLERANCE:
        raise SettingError(
            f"The prediction has {columns}×{rows} values and the truth {width}×{height}, another aspect ratio: give "
            "maps of the same picture."
        )
    return resample(prediction, width, height)


def _mean_inside(local: NDArray[np.float64], known: NDArray[np.bool_]) -> float:
    """The mean over the known pixels, without the margins that scikit-image leaves out too."""
    pad = (WINDOW_PX - 1) // 2
    inside = (slice(pad, -pad), slice(pad, -pad))
    values = local[inside][known[inside]]
    return float(values.mean()) if values.size else float("nan")


def _structural_similarity(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> tuple[float, NDArray[np.float64]]:
    try:
        from skimage.metrics import structural_similarity
    except ImportError:
        raise MissingExtraError("SSIM", "eval") from None
    settings = {"win_size": WINDOW_PX, "data_range": 255, "full": True}
    score, local = structural_similarity(one, other, **settings)  # type: ignore[no-untyped-call]
    return float(score), local
