"""The strip under a depth view that says which colour is how far."""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.drawing.colours import (
    DARK_TEXT,
    FAR_SCALE_M,
    FULL_SCALE_M,
    LIGHT_TEXT,
    LINEAR_SHARE,
    colour_places,
    place_on_scale,
)
from howfar.drawing.text import line_height, put_text, size_that_fits, text_width
from howfar.drawing.units import Units, in_units

Tick = tuple[float, str]
"""A place on the scale, 0 to 1, and what stands there."""


def metre_legend(width_px: int, size_px: int, max_m: float | None, units: Units) -> NDArray[np.uint8]:
    """A legend with distances.

    Args:
        width_px: Columns of the strip.
        size_px: Size of its letters.
        max_m: The distance at the right end, where "+" says that farther ones have its colour too; that of the fixed
            scale when None.
        units: Metres or feet.

    Returns:
        H×width_px×3 uint8 RGB.
    """
    end = in_units(max_m or FAR_SCALE_M, units)
    ends = (f"0 {units}", f"{end:.3g}+ {units}")
    even = in_units(max_m or FULL_SCALE_M, units)
    step = _tick_step(even, (1 if max_m else LINEAR_SHARE) * width_px / (3 * size_px))
    marked = [k * step for k in range(1, math.floor(even / step + 0.001) + 1)]
    marked = [one for one in (*marked, *_round_numbers(even, end)) if one < end * 0.999]
    metres = np.array(marked, dtype=np.float32) / np.float32(in_units(1.0, units))
    places = place_on_scale(metres, max_m).tolist()
    return _legend(ends, [(place, f"{one:.3g}") for place, one in zip(places, marked, strict=True)], width_px, size_px)


def relative_legend(width_px: int, size_px: int) -> NDArray[np.uint8]:
    """A legend that says which end is near and which is far, and nothing of metres; H×width_px×3 uint8 RGB."""
    return _legend(("near", "far"), [], width_px, size_px)


def _round_numbers(after: float, before: float) -> list[float]:
    """The numbers of 1, 2 and 5 times a power of ten between two distances."""
    powers = (10.0**k for k in range(math.floor(math.log10(after)), math.ceil(math.log10(before))))
    numbers = (digit * power for power in powers for digit in (1, 2, 5))
    return [one for one in numbers if after < one < before]


def _tick_step(full: float, most: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that has no more ticks than `most` (at least 1) up to full."""
    least = full / max(most, 1.0)
    power = 10.0 ** math.floor(math.log10(least))
    return next(step for step in (power, 2 * power, 5 * power, 10 * power) if step >= least)


def _legend(ends: tuple[str, str], between: Sequence[Tick], width_px: int, size_px: int) -> NDArray[np.uint8]:
    """The bar, near at the left and far at the right, with its ticks below."""
    margin = min(size_px // 2, (width_px - 1) // 2)
    length, bar_height = width_px - 2 * margin, max(4, size_px * 3 // 4)
    foot = margin + bar_height
    strip = np.full((foot + line_height(size_px) + size_px // 2, width_px, 3), LIGHT_TEXT, dtype=np.uint8)
    bar = colour_places(np.linspace(0, 1, length, dtype=np.float32)[None])
    strip[margin:foot, margin : margin + length] = cv2.resize(bar, (length, bar_height))
    size = size_that_fits("  ".join(ends), size_px, length)
    if size is not None:
        _write_ticks(strip, [(0.0, ends[0]), (1.0, ends[1]), *between], margin, foot, size)
    return strip


def _write_ticks(strip: NDArray[np.uint8], ticks: Sequence[Tick], margin: int, top: int, size_px: int) -> None:
    """Write the ticks, leaving out those that would come too near to an earlier one."""
    length = strip.shape[1] - 2 * margin
    mark, gap = max(1, size_px // 12), size_px // 2
    taken: list[tuple[int, int]] = []
    for place, text in ticks:
        width = text_width(text, size_px)
        x = margin + round(place * (length - mark))
        start = min(max(x - width // 2, margin), margin + length - width)
        if any(start < end + gap and begin < start + width + gap for begin, end in taken):
            continue
        taken.append((start, start + width))
        strip[top : top + size_px // 4, x : x + mark] = DARK_TEXT
        put_text(strip, text, start, top + size_px // 5, size_px, DARK_TEXT)
