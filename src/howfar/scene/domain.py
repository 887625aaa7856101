"""Whether a picture was taken outdoors: the error of a depth network and of the other cues is another there.

Two things tell. The map: rooms end after a few metres, so its far end, the 95 % quantile of its depths, is small. Many
pictures taken outdoors end near as well, so a near end tells little, and a far one much. And the classes: an oven is
met in rooms, a fire hydrant outdoors. Together they give the log odds of a logistic rule. Its numbers were set by hand
on 169 photos of COCO, labelled by eye. With the map of a network that knows streets 82 % of those taken outdoors and
97 % of the others are on the right side of one half, and of those it is sure of (above 0.8, below 0.2) one in a hundred
is wrong; so it was before `NEVER_IN_ROOMS` made 14 of 337 photos surer. 97 % of 327 pictures of NYU's rooms and all 27
pictures of streets are on the right side.
"""

import math
from collections.abc import Collection
from typing import Literal

import numpy as np

from howfar.scene.depth_map import DepthMap

Domain = Literal["rooms", "outdoors"]

UNDECIDED = 0.5
"""The probability where nothing tells."""
ROOMS_REACH_M = 20.0
"""A network that reaches no farther knows rooms alone, and its map shows them everywhere: NYU Depth v2 ends at 10 m,
networks for Hypersim's rooms at 20 m, those for streets at 80 m."""

OUTDOORS = frozenset(
    (
        "airplane", "baseball bat", "baseball glove", "bear", "bench", "bicycle", "bird", "boat", "bus", "car", "cow",
        "cyclist", "elephant", "fire hydrant", "frisbee", "giraffe", "horse", "kite", "motorcycle", "parking meter",
        "pedestrian", "sheep", "skateboard", "skis", "snowboard", "sports ball", "stop sign", "surfboard",
        "tennis racket", "traffic light", "train", "tram", "truck", "umbrella", "van", "zebra",
    )
)  # fmt: skip
"""Classes met outdoors more often than in rooms, by the names of COCO and KITTI, in lower case: they are evidence among
other. Those that `ranging/cues/sizes.toml` calls `outdoors`, met nowhere else, are among them."""
NEVER_IN_ROOMS = frozenset(
    (
        "airplane", "baseball bat", "baseball glove", "bear", "boat", "bus", "elephant", "fire hydrant", "giraffe",
        "horse", "kite", "parking meter", "sheep", "skis", "snowboard", "stop sign", "surfboard", "tennis racket",
        "zebra",
    )
)  # fmt: skip
"""Those of them that the embedded detector finds in none of NYU's 1,449 pictures of rooms, which tell the more.
(Bicycles and cars it finds in eight each: in pictures on walls, and by mistake.)"""
ROOMS = frozenset(
    (
        "bathtub", "bed", "book", "bowl", "couch", "cup", "desk", "dining table", "dresser", "fork", "hair drier",
        "keyboard", "knife", "lamp", "laptop", "microwave", "mouse", "night stand", "oven", "pillow", "refrigerator",
        "remote", "sink", "sofa", "spoon", "table", "television", "toaster", "toilet", "toothbrush", "tv", "vase",
        "wine glass",
    )
)  # fmt: skip
"""Classes met in rooms more often than outdoors, by the names of COCO and NYU, in lower case."""

FAR_END = 0.95
SKY_AS_M = 8.0
"""What is unknown counts as so far: the sky is, to a network that has learned it, and now and then a bright window."""
THINNED = 3
"""Every third row and column of the map are enough for its far end."""
EVEN_END_M = 5.75
"""With this far end, and no class that tells, both are as likely."""
LOG_ODDS_PER_LOG_END = 6.0
LEAST_BY_MAP, MOST_BY_MAP = -1.0, 5.0
"""Limits of the log odds by the map: a near end tells little."""
FIRST_CLASS, FURTHER_CLASSES, NEVER_CLASS = 2.0, 1.0, 1.0
"""Log odds of the first class that tells, of all others together (what is seen in one picture is no independent
evidence), and of one that is never met in rooms, on top. In the 14 of 337 photos of COCO that this last one takes from
below 0.85 to above, nothing but it tells: zebras, giraffes, tennis and the like, outdoors, but for one in a barn."""


def outdoors_probability(depth: DepthMap | None, labels: Collection[str]) -> float:
    """The probability that a picture was taken outdoors, 0 to 1.

    Args:
        depth: Its depth map; one that is relative tells nothing. None to judge by the classes alone, as for the map of
            a network that knows rooms alone and shows them everywhere.
        labels: The classes of its objects.
    """
    by_map = _by_map(depth) if depth is not None and depth.is_metric else 0.0
    names = {label.lower() for label in labels}
    by_outdoors = _by_classes(names & OUTDOORS) + NEVER_CLASS * bool(names & NEVER_IN_ROOMS)
    log_odds = by_map + by_outdoors - _by_classes(names & ROOMS)
    return 1 / (1 + math.exp(-log_odds))


def domain_of(outdoors: float) -> Domain:
    """The likelier domain, by the probability that a picture was taken outdoors."""
    return "outdoors" if outdoors > UNDECIDED else "rooms"


def _by_map(depth: DepthMap) -> float:
    values, known = depth.values[::THINNED, ::THINNED], depth.valid[::THINNED, ::THINNED]
    if not known.any():
        return 0.0
    end_m = float(np.quantile(np.where(known, depth.to_metres(values), SKY_AS_M), FAR_END))
    return min(max(LOG_ODDS_PER_LOG_END * math.log(end_m / EVEN_END_M), LEAST_BY_MAP), MOST_BY_MAP)


def _by_classes(names: Collection[str]) -> float:
    return FIRST_CLASS * (len(names) > 0) + FURTHER_CLASSES * (len(names) > 1)
