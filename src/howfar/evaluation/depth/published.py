"""Figures that papers print, to be shown beside measured ones.

They are quoted, not measured here: each stands for its own authors' training data, crop and averaging.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PublishedDepth:
    """One row of a paper's table of depth errors; see `DepthErrors` for the figures, NaN where none is printed.

    Attributes:
        name: The network.
        source: Where it was published.
        rel: Mean relative error.
        rmse_m: Root of the mean squared error.
        log10: Mean absolute difference of the decimal logarithms.
        delta1: Share of pixels that are off by a factor below 1.25.
        delta2: Likewise below 1.25².
        delta3: Likewise below 1.25³.
    """

    name: str
    source: str
    rel: float
    rmse_m: float
    log10: float
    delta1: float
    delta2: float
    delta3: float


NYU_PUBLISHED = (
    PublishedDepth("Eigen et al.", "NeurIPS 2014", 0.215, 0.907, math.nan, 0.611, 0.887, 0.971),
    PublishedDepth("Wang et al.", "CVPR 2015", 0.220, 0.745, math.nan, 0.605, 0.890, 0.970),
    PublishedDepth("Eigen and Fergus", "ICCV 2015", 0.158, 0.641, math.nan, 0.769, 0.950, 0.988),
    PublishedDepth("Laina et al.", "3DV 2016", 0.137, 0.597, 0.059, 0.818, 0.955, 0.988),
    PublishedDepth("Hybrid CNN (Harsányi et al.)", "MISSI 2018", 0.130, 0.593, 0.057, 0.833, 0.960, 0.989),
)
"""Table I of Harsányi, Kiss, Majdik, Szirányi: A Hybrid CNN Approach for Single Image Depth Estimation, on the 654 test
pictures of NYU Depth v2."""

NYU_PUBLISHED_NOTE = (
    "Published rows: Harsányi et al. 2018, Table I. The last two were measured by its authors with nyu-hybrid, pooled "
    "over pixels; the others quote their own papers, each with its own crop and mean."
)

PUBLISHED: dict[str, tuple[PublishedDepth, ...]] = {"nyu-eigen": NYU_PUBLISHED, "nyu-hybrid": NYU_PUBLISHED}
"""By the name of the protocol that they may stand beside."""
