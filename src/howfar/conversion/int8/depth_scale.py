"""The scale of a depth network whose numbers were rounded, brought back to that of its source."""

from dataclasses import replace

import numpy as np

from howfar.models.card import Card
from howfar.scene import DepthMap


def scale_of(source: DepthMap, other: DepthMap) -> float:
    """What the other map is multiplied by to be as far as the source's in the middle: exp(median ln source/other).

    Args:
        source: Metres.
        other: Metres, of the same shape.

    Returns:
        The factor; NaN where no cell is known in both.
    """
    known = source.valid & other.valid
    if not known.any():
        return float("nan")
    return float(np.exp(np.median(np.log(source.values[known]) - np.log(other.values[known]))))


def median_scale(scales: list[float]) -> float:
    """The scale for all pictures from those of each; 1 where none is known."""
    known = [each for each in scales if np.isfinite(each)]
    return float(np.exp(np.median(np.log(known)))) if known else 1.0


def rescaled(card: Card, scale: float) -> Card:
    """The card of an int8 depth network with a scale in it.

    Depth is the output times the picture's focal length over `focal_px`, so that is where the scale goes. A network
    that takes care of the camera itself has none, and stays as it is.
    """
    depth, facts = card.depth, card.int8
    if depth is None or depth.focal_px is None or facts is None:
        return card
    return replace(
        card, depth=replace(depth, focal_px=depth.focal_px / scale), int8=replace(facts, depth_scale=round(scale, 6))
    )
