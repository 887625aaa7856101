"""A box in a picture: the one type for it in every room that measures objects."""

import math

Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels of the picture: left, top, right and bottom edge."""

UNKNOWN_BOX: Box = (math.nan, math.nan, math.nan, math.nan)
"""Stands for a box where there is none."""
