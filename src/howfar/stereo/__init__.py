"""From a rectified pair of pictures to disparity: matchers, how certain they are, and checks of the pair."""

from howfar.stereo.matcher import Disparities, Matcher

__all__ = ["Disparities", "Matcher"]
