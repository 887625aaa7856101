"""The figures of stereo benchmarks, over pixels of which the true disparity is known.

D1 is KITTI 2015's (Menze and Geiger, CVPR 2015): wrong by more than 3 pixels and by more than 5 % of the truth. bad-N
is Middlebury's and ETH3D's: wrong by more than N pixels. EPE, the end-point error, is the mean of the absolute error.
All are over the pixels that have an estimate, and coverage says which share of all these are.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

D1_PX, D1_SHARE = 3.0, 0.05
BAD_PX = (1, 2, 4)
WITHIN_SDS = 1.2816
"""Standard deviations that 80 % of normal errors lie within."""


@dataclass(frozen=True, slots=True)
class StereoFigures:
    """The figures of some pixels; NaN where there are none.

    Attributes:
        d1: Share of disparities that are wrong by more than 3 px and 5 %.
        bad1: Share that are wrong by more than 1 px.
        bad2: By more than 2 px.
        bad4: By more than 4 px.
        epe_px: Mean absolute error.
        coverage: Share of the pixels of known truth that have an estimate.
        within80: Share of the errors within 1.28 of the standard deviations that the matcher states, which should be
            80 %.
        pixels: Pixels of known truth.
    """

    d1: float
    bad1: float
    bad2: float
    bad4: float
    epe_px: float
    coverage: float
    within80: float
    pixels: int


@dataclass(slots=True)
class StereoMetric:
    """Counts pair by pair (`update`), and gives the figures of all their pixels together (`compute`)."""

    pixels: int = 0
    estimated: int = 0
    error_px: float = 0.0
    d1: int = 0
    bad: dict[int, int] = field(default_factory=lambda: dict.fromkeys(BAD_PX, 0))
    stated: int = 0
    within: int = 0

    def update(
        self, estimate_px: NDArray[np.floating], sd_px: NDArray[np.floating], truth_px: NDArray[np.floating]
    ) -> None:
        """Add the pixels of one pair.

        Args:
            estimate_px: Disparities of any shape, NaN where there is none.
            sd_px: Their standard deviations, NaN where none is stated; of the same shape.
            truth_px: True disparities, NaN where unknown; of the same shape.
        """
        known = np.isfinite(truth_px)
        given = known & np.isfinite(estimate_px)
        truth = truth_px[given].astype(np.float64)
        errors = np.abs(estimate_px[given] - truth)
        self.pixels += int(known.sum())
        self.estimated += errors.size
        self.error_px += float(errors.sum())
        self.d1 += int(((errors > D1_PX) & (errors > D1_SHARE * truth)).sum())
        for limit in BAD_PX:
            self.bad[limit] += int((errors > limit).sum())
        sds = sd_px[given]
        stated = np.isfinite(sds)
        self.stated += int(stated.sum())
        self.within += int((errors[stated] <= WITHIN_SDS * sds[stated]).sum())

    def compute(self) -> StereoFigures:
        """The figures of all pixels so far."""
        return StereoFigures(
            d1=_share(self.d1, self.estimated),
            bad1=_share(self.bad[1], self.estimated),
            bad2=_share(self.bad[2], self.estimated),
            bad4=_share(self.bad[4], self.estimated),
            epe_px=_share(self.error_px, self.estimated),
            coverage=_share(self.estimated, self.pixels),
            within80=_share(self.within, self.stated),
            pixels=self.pixels,
        )


def _share(part: float, whole: int) -> float:
    return part / whole if whole else float("nan")
