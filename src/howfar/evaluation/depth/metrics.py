"""The usual errors of a depth map in metres.

With d the predicted and t the true depth of a pixel, and g = ln d − ln t:

    REL      = mean |d − t| / t
    RMSE     = √ mean (d − t)²
    log10    = mean |log₁₀ d − log₁₀ t|
    log10²   = mean (log₁₀ d − log₁₀ t)²
    RMSE log = √ mean g²
    SILog    = 100 · √(mean g² − (mean g)²)
    δk       = share of pixels with max(d/t, t/d) < 1.25ᵏ,  k = 1, 2, 3

Eigen, Puhrsch, Fergus: Depth Map Prediction from a Single Image using a Multi-Scale Deep Network, NeurIPS 2014,
section 4.1; SILog is the root of its scale-invariant error (twice D of equation 1), times 100 as the KITTI depth
benchmark prints it. Some papers give the formula of log10² and print the figures of log10.

The mean is either over the pixels of each image and then over the images (as Eigen's successors print), or pooled over
all pixels of all images at once. They differ, above all for RMSE and SILog; whoever prints one says which.

Three pure functions: `depth_update` gives the sums of one image, `depth_compute` the errors from sums, and
`depth_errors` does both. Sums add over images, batches and machines.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError

Average = Literal["images", "pixels"]

DELTA_BASE = 1.25
TERMS = 8
"""What is summed over pixels: |d − t|/t, (d − t)², |log₁₀ d/t|, (log₁₀ d/t)², ln d/t, and the three δ."""

FIGURES = 9
"""What follows from the means of the terms: the fields of `DepthErrors`."""


@dataclass(frozen=True, slots=True)
class DepthErrors:
    """The errors over a set of pixels; all NaN where nothing could be compared.

    Attributes:
        rel: Mean relative error (a share, not per cent).
        rmse_m: Root of the mean squared error.
        log10: Mean absolute difference of the decimal logarithms.
        log10_squared: Mean squared difference of the decimal logarithms.
        rmse_log: Root of the mean squared difference of the natural logarithms.
        silog: Standard deviation of that difference, times 100: what is left when one factor for all is forgiven.
        delta1: Share of pixels that are off by a factor below 1.25.
        delta2: Likewise below 1.25².
        delta3: Likewise below 1.25³.
    """

    rel: float
    rmse_m: float
    log10: float
    log10_squared: float
    rmse_log: float
    silog: float
    delta1: float
    delta2: float
    delta3: float


@dataclass(frozen=True, eq=False)
class DepthSums:
    """What has to be kept of some images to know their errors; two of them add up.

    Attributes:
        images: Images with at least one compared pixel.
        pixels: Compared pixels.
        truth_pixels: Pixels whose true depth is known, compared or not.
        pixel_sums: Sums over all pixels of the `TERMS`.
        image_sums: Sums over the images of each one's errors, in the order of `DepthErrors`.
    """

    images: int
    pixels: int
    truth_pixels: int
    pixel_sums: NDArray[np.float64]
    image_sums: NDArray[np.float64]

    @classmethod
    def none(cls, truth_pixels: int = 0) -> "DepthSums":
        """The sums of no image at all, to begin adding from, or of one without a pixel that can be compared."""
        return cls(0, 0, truth_pixels, np.zeros(TERMS), np.zeros(FIGURES))

    def __add__(self, other: "DepthSums") -> "DepthSums":
        return DepthSums(
            self.images + other.images,
            self.pixels + other.pixels,
            self.truth_pixels + other.truth_pixels,
            self.pixel_sums + other.pixel_sums,
            self.image_sums + other.image_sums,
        )

    @property
    def coverage(self) -> float:
        """Share of the pixels with a known truth that were compared; NaN when there are none."""
        return self.pixels / self.truth_pixels if self.truth_pixels else float("nan")


def depth_update(
    predicted_m: NDArray[np.float32],
    truth_m: NDArray[np.float32],
    valid: NDArray[np.bool_] | None = None,
    floor_m: float | None = None,
) -> DepthSums:
    """Sum the error terms of one image.

    Args:
        predicted_m: H×W predicted depth; a pixel that is not finite and above zero is not compared, only counted
            against the coverage.
        truth_m: H×W true depth; a pixel that is not finite and above zero is unknown.
        valid: H×W bool: the pixels to look at; all when None.
        floor_m: Compare every finite prediction, also one of zero or below, and raise it to this
            in the logarithms and ratios, which are not defined below.

    Raises:
        SettingError: If the shapes differ.
    """
    shapes = {array.shape for array in (predicted_m, truth_m, valid) if array is not None}
    if len(shapes) > 1:
        raise SettingError(
            f"Depth maps are compared at one size: the prediction is {predicted_m.shape} and the truth {truth_m.shape}"
            + ("." if valid is None else f", with a mask of {valid.shape}.")
        )
    known = is_depth(truth_m) if valid is None else is_depth(truth_m) & valid
    compared = known & (is_depth(predicted_m) if floor_m is None else np.isfinite(predicted_m))
    pixels, truth_pixels = int(np.count_nonzero(compared)), int(np.count_nonzero(known))
    if not pixels:
        return DepthSums.none(truth_pixels)
    sums = _terms(predicted_m[compared].astype(np.float64), truth_m[compared].astype(np.float64), floor_m or 0.0).sum(
        axis=1
    )
    return DepthSums(1, pixels, truth_pixels, sums, _figures(sums / pixels))


def depth_compute(sums: DepthSums, average: Average = "images") -> DepthErrors:
    """The errors from sums.

    Args:
        sums: Sums of one or more images.
        average: Mean over `images` of each image's error, or over all `pixels` pooled.
    """
    count = sums.images if average == "images" else sums.pixels
    if not count:
        return DepthErrors(*[float("nan")] * FIGURES)
    means = sums.image_sums / count if average == "images" else _figures(sums.pixel_sums / count)
    return DepthErrors(*means.tolist())


def depth_errors(
    predicted_m: NDArray[np.float32],
    truth_m: NDArray[np.float32],
    valid: NDArray[np.bool_] | None = None,
    floor_m: float | None = None,
) -> DepthErrors:
    """The errors of one image, H×W metres each; see `depth_update` for what is compared."""
    return depth_compute(depth_update(predicted_m, truth_m, valid, floor_m))


def is_depth(values: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which values, of any shape, can be a depth: those that are finite and above zero."""
    return np.isfinite(values) & (values > 0)


def _terms(predicted_m: NDArray[np.float64], truth_m: NDArray[np.float64], floor_m: float) -> NDArray[np.float64]:
    """The terms of N pixels, TERMS×N."""
    error = predicted_m - truth_m
    ratio = np.maximum(predicted_m, floor_m) / truth_m
    log = np.log(ratio)
    log10 = np.abs(log) / math.log(10)
    factor = np.maximum(ratio, 1 / ratio)
    deltas = [factor < DELTA_BASE**power for power in (1, 2, 3)]
    return np.stack([np.abs(error) / truth_m, error**2, log10, log10**2, log, *deltas])


def _figures(means: NDArray[np.float64]) -> NDArray[np.float64]:
    """The errors from the means of the terms, in the order of `DepthErrors`."""
    rel, squared, log10, log10_squared, log = means[:5].tolist()
    log_squared = math.log(10) ** 2 * log10_squared
    variance = max(0.0, log_squared - log**2)  # rounding may leave a little less than nothing
    heads = [rel, math.sqrt(squared), log10, log10_squared, math.sqrt(log_squared), 100 * math.sqrt(variance)]
    return np.array([*heads, *means[5:]])
