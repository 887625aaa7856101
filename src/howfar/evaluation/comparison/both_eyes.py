"""Two eyes as a depth estimator, so that they can be compared with networks that have one."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from howfar.errors import SettingError
from howfar.pipeline.pairs import aligned_pair, joined_map, matched_pair
from howfar.scene import DepthEstimator, DepthFacts, DepthMap, Frame
from howfar.stereo import Matcher

BLIND = DepthMap(np.zeros((1, 1), dtype=np.float32), "relative_depth")
"""What one eye sees that is closed: it gives no metres."""


@dataclass(frozen=True, slots=True)
class BothEyes:
    """The depth of pairs, in metres.

    Attributes:
        matcher: Matches the pictures of a pair.
        one_eye: What sees where the pair does not tell, by the left-hand picture, as in `howfar look`; None to leave
            that unknown.
        max_disparity_px: The largest disparity that is looked for; the matcher's own when None.
    """

    matcher: Matcher
    one_eye: DepthEstimator | None = None
    max_disparity_px: int | None = None

    @property
    def facts(self) -> DepthFacts:
        """What is known of it: it gives metres."""
        return DepthFacts(self.matcher.name, "metres")

    def estimate(self, frame: Frame) -> DepthMap:
        """The depth of a rectified pair, at the size of its pictures.

        Raises:
            SettingError: If the frame is no pair with its rig, or the pictures cannot be matched.
        """
        if frame.right is None or frame.rig is None:
            raise SettingError(f"{frame.source} is one picture, and two eyes need two: give the right-hand one too.")
        pair = aligned_pair(frame.image, frame.right, frame.rig)
        found = matched_pair(pair, self.matcher, self.max_disparity_px)
        seen = BLIND if self.one_eye is None else self.one_eye.estimate(frame)
        return DepthMap(joined_map(found, pair.rig, seen).metres(), "metres")


def with_both_eyes(
    networks: Mapping[str, DepthEstimator], matchers: Mapping[str, Matcher], max_disparity_px: int | None = None
) -> dict[str, DepthEstimator]:
    """The networks, each matcher alone, and each with the first network that gives metres where it does not tell.

    Args:
        networks: What sees with one eye, by name.
        matchers: What matches pairs, by name.
        max_disparity_px: The largest disparity that is looked for; each matcher's own when None.
    """
    metric = next((name for name, network in networks.items() if network.facts.is_metric), None)
    everyone = dict(networks)
    for name, matcher in matchers.items():
        everyone[name] = BothEyes(matcher, None, max_disparity_px)
        if metric is not None:
            everyone[f"{name} + {metric}"] = BothEyes(matcher, networks[metric], max_disparity_px)
    return everyone
