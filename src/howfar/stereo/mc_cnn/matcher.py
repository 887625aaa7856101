"""MC-CNN as a matcher of stereo pairs."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.stereo.matcher import Disparities
from howfar.stereo.mc_cnn.checking import Checked, check_left_right, winners
from howfar.stereo.mc_cnn.confidence import Spread, margins_of
from howfar.stereo.mc_cnn.cost import seen_from_right
from howfar.stereo.mc_cnn.cross_aggregation import aggregate, arms_of
from howfar.stereo.mc_cnn.interpolation import interpolate
from howfar.stereo.mc_cnn.refinement import between_pixels, bilateral_mean, median
from howfar.stereo.mc_cnn.semi_global import semi_global_cost
from howfar.stereo.mc_cnn.settings import PipelineSettings
from howfar.stereo.sgbm import checked_reach_px

Cost = Callable[[NDArray[np.uint8], NDArray[np.uint8], int], NDArray[np.float32]]
"""From two H×W×3 uint8 RGB pictures and a number D of disparities to the H×W×D cost of each at each pixel."""


@dataclass(frozen=True, slots=True, eq=False)
class McCnn:
    """Matches by the cost that a network gives, and the stages of the paper; a `Matcher`.

    Attributes:
        cost: What tells the cost: `cost.by_features` or `cost.by_similarity` of a network.
        settings: Of the stages.
        spread: How far off its disparities are, by how clearly they won.
        name: Its short name.
    """

    cost: Cost
    settings: PipelineSettings
    spread: Spread
    name: str = "mc-cnn"

    def match(
        self, left: NDArray[np.uint8], right: NDArray[np.uint8], max_disparity_px: int | None = None
    ) -> Disparities:
        """Find the disparity of each pixel of the left-hand picture; see `Matcher.match`.

        Raises:
            SettingError: If the pictures differ in size, or the largest disparity is not within the width.
        """
        disparities = checked_reach_px(left, right, max_disparity_px) + 1
        cost = self.cost(left, right, disparities)
        return disparity_of(cost, grey_of(left), grey_of(right), self.settings, self.spread)


def grey_of(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """An H×W×3 picture in grey, less its mean and divided by its standard deviation: H×W float32."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    normal: NDArray[np.float32] = (grey - grey.mean()) / max(float(grey.std()), 1e-6)
    return normal


def disparity_of(
    cost: NDArray[np.float32],
    left: NDArray[np.float32],
    right: NDArray[np.float32],
    settings: PipelineSettings,
    spread: Spread,
) -> Disparities:
    """Every stage after the cost.

    Args:
        cost: H×W×D, of the left-hand picture.
        left: H×W grey of it, as `grey_of` gives it.
        right: H×W grey of the right-hand picture.
        settings: Of the stages.
        spread: How far off disparities are.
    """
    other = winners(smooth_cost(seen_from_right(cost), right[:, ::-1], left[:, ::-1], settings))[:, ::-1]
    smooth = smooth_cost(cost, left, right, settings)
    whole = winners(smooth)
    checked = check_left_right(whole, other, cost.shape[2])
    fine = between_pixels(whole, smooth)
    if settings.interpolates:
        fine = interpolate(fine, checked)
    values = bilateral_mean(median(fine), settings.blur_sigma_px, settings.blur_difference_px)
    return Disparities(values, _sds(smooth, whole, checked, spread), checked.correct)


def smooth_cost(
    cost: NDArray[np.float32], left: NDArray[np.float32], right: NDArray[np.float32], settings: PipelineSettings
) -> NDArray[np.float32]:
    """The cost after semi-global matching, with cross-based aggregation before and after it where that is set."""
    if settings.aggregation is None:
        return semi_global_cost(cost, left, right, settings.smoothness)
    arms = arms_of(left, settings.aggregation), arms_of(right, settings.aggregation)
    cost = aggregate(cost, *arms, settings.aggregation.before)
    return aggregate(semi_global_cost(cost, left, right, settings.smoothness), *arms, settings.aggregation.after)


def _sds(smooth: NDArray[np.float32], whole: NDArray[np.intp], checked: Checked, spread: Spread) -> NDArray[np.float32]:
    margins = margins_of(smooth, whole)
    return spread.of(margins, checked.correct)
