"""The usual errors of a depth map in metres.

Eigen, Puhrsch, Fergus: Depth Map Prediction from a Single Image using a Multi-Scale Deep Network, NeurIPS 2014,
section 4.1. With d the predicted and t the true depth of a pixel:

    REL    = mean |d − t| / t
    RMSE   = √ mean (d − t)²
    log10  = mean |log₁₀ d − log₁₀ t|
    δk     = share of pixels with max(d/t, t/d) < 1.25ᵏ,  k = 1, 2, 3

The mean is either over the pixels of each image and then over the images (as Eigen's successors print), or pooled over
all pixels of all images at once. They differ, above all for RMSE; whoever prints one says which.

Three pure functions: `depth_update` gives the sums of one image, `depth_compute` the errors from sums, and
`depth_errors` does both. Sums add over images, batches and machines.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError

Average = Literal["images", "pixels"]

DELTA_BASE = 1.25
TERMS = 6
SQUARED = 1
"""Place of the squared error among the terms: the one whose mean still needs a root."""


@dataclass(frozen=True, slots=True)
class DepthErrors:
    """The errors over a set of pixels; all NaN where nothing could be compared.

    Attributes:
        rel: Mean relative error (a share, not per cent).
        rmse_m: Root of the mean squared error.
        log10: Mean absolute difference of the decimal logarithms.
        delta1: Share of pixels that are off by a factor below 1.25.
        delta2: Likewise below 1.25².
        delta3: Likewise below 1.25³.
    """

    rel: float
    rmse_m: float
    log10: float
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
        pixel_sums: Sums over all pixels of the six terms |d − t|/t, (d − t)², |log₁₀ d/t|, and the three δ.
        image_sums: Sums over the images of REL, RMSE, log10, and the three δ.
    """

    images: int
    pixels: int
    truth_pixels: int
    pixel_sums: NDArray[np.float64]
    image_sums: NDArray[np.float64]

    @classmethod
    def none(cls) -> "DepthSums":
        """The sums of no image at all, to begin adding from."""
        return cls(0, 0, 0, np.zeros(TERMS), np.zeros(TERMS))

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
    predicted_m: NDArray[np.float32], truth_m: NDArray[np.float32], valid: NDArray[np.bool_] | None = None
) -> DepthSums:
    """Sum the error terms of one image.

    Args:
        predicted_m: H×W predicted depth; a pixel that is not finite and above zero is not compared, only counted
            against the coverage.
        truth_m: H×W true depth; a pixel that is not finite and above zero is unknown.
        valid: H×W bool: the pixels to look at; all when None.

    Raises:
        SettingError: If the shapes differ.
    """
    shapes = {array.shape for array in (predicted_m, truth_m, valid) if array is not None}
    if len(shapes) > 1:
        raise SettingError(
            f"Depth maps are compared at one size: the prediction is {predicted_m.shape} and the truth {truth_m.shape}"
            + ("." if valid is None else f", with a mask of {valid.shape}.")
        )
    known = _is_depth(truth_m) if valid is None else _is_depth(truth_m) & valid
    compared = known & _is_depth(predicted_m)
    pixels = int(np.count_nonzero(compared))
    if not pixels:
        return DepthSums(0, 0, int(np.count_nonzero(known)), np.zeros(TERMS), np.zeros(TERMS))
    sums = _terms(predicted_m[compared].astype(np.float64), truth_m[compared].astype(np.float64)).sum(axis=1)
    return DepthSums(1, pixels, int(np.count_nonzero(known)), sums, _rooted(sums / pixels))


def depth_compute(sums: DepthSums, average: Average = "images") -> DepthErrors:
    """The errors from sums.

    Args:
        sums: Sums of one or more images.
        average: Mean over `images` of each image's error, or over all `pixels` pooled.
    """
    count = sums.images if average == "images" else sums.pixels
    if not count:
        return DepthErrors(*[float("nan")] * TERMS)
    means = sums.image_sums / count if average == "images" else _rooted(sums.pixel_sums / count)
    return DepthErrors(*means.tolist())


def depth_errors(
    predicted_m: NDArray[np.float32], truth_m: NDArray[np.float32], valid: NDArray[np.bool_] | None = None
) -> DepthErrors:
    """The errors of one image, H×W metres each; see `depth_update` for what is compared."""
    return depth_compute(depth_update(predicted_m, truth_m, valid))


def _is_depth(values: NDArray[np.float32]) -> NDArray[np.bool_]:
    return np.isfinite(values) & (values > 0)


def _terms(predicted_m: NDArray[np.float64], truth_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """The six terms of N pixels, 6×N."""
    error = predicted_m - truth_m
    factor = np.maximum(predicted_m / truth_m, truth_m / predicted_m)
    deltas = [factor < DELTA_BASE**power for power in (1, 2, 3)]
    # The larger of the two ratios is the ratio's distance from 1 either way, so its logarithm needs no absolute value.
    return np.stack([np.abs(error) / truth_m, error**2, np.log10(factor), *deltas])


def _rooted(means: NDArray[np.float64]) -> NDArray[np.float64]:
    rooted = means.copy()
    rooted[SQUARED] = np.sqrt(means[SQUARED])
    return rooted
