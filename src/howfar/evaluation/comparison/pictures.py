"""Networks beside each other in pictures: their depth on one colour scale, and how far each is from the yardstick."""

import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.drawing.annotation import letter_size
from howfar.drawing.colours import FULL_SCALE_M, colour_places
from howfar.drawing.depth_view import draw_depth
from howfar.drawing.legend import relative_legend
from howfar.drawing.side_by_side import captioned_grid
from howfar.evaluation.comparison.comparison import TRUTH, PictureComparison
from howfar.evaluation.depth.metrics import is_depth
from howfar.evaluation.depth.pictures import FULL_ERROR, draw_error, relative_error
from howfar.io.resample import resample
from howfar.scene import DepthMap

TILE_PX = 320
"""Width of one picture: three of them fill the page."""

A_ROW = 3

FARTHEST_PERCENT = 98.0
"""The colours end at the depth that so many per cent of the yardstick's pixels are nearer than: not at one far gap."""

NEARNESS_SPAN = 3.0
"""The colours of nearness run from so many deviations nearer than the median to as many farther."""

FULL_STEP = 2.0
"""The difference in nearness at which the colours end."""


@dataclass(frozen=True, eq=False)
class ComparisonPicture:
    """A drawn part of a comparison.

    Attributes:
        image: H×W×3 uint8 RGB.
        caption: What it shows.
    """

    image: NDArray[np.uint8]
    caption: str


def draw_networks(comparison: PictureComparison) -> tuple[ComparisonPicture, ComparisonPicture]:
    """The depth of all networks on one colour scale, and the difference of each from the yardstick."""
    return _depths(comparison), _differences(comparison)


def _depths(comparison: PictureComparison) -> ComparisonPicture:
    width, height = _tile_size(comparison)
    maps = dict(comparison.maps)
    if comparison.yardstick == TRUTH:
        maps = {TRUTH: comparison.yardstick_values} | maps
    end_m = _colours_end(comparison)
    photo = cv2.resize(comparison.sample.image, (width, height), interpolation=cv2.INTER_AREA)
    tiles = [np.asarray(photo, dtype=np.uint8)]
    tiles += [_draw_map(values, width, height, end_m) for values in maps.values()]
    scale = "nearness, each on its own scale" if end_m is None else f"metres, colours end at {end_m:.3g} m"
    return ComparisonPicture(
        captioned_grid(tiles, ["the picture", *maps], A_ROW), f"{Path(comparison.name).name}: depth in {scale}."
    )


def _differences(comparison: PictureComparison) -> ComparisonPicture:
    width, height = _tile_size(comparison)
    names = [name for name in comparison.maps if name != comparison.yardstick]
    tiles, captions = [], []
    for name in names:
        error, full = _difference(comparison, name)
        tiles.append(draw_error(resample(error, width, height), full))
        captions.append(f"{name}, SSIM {comparison.sums[name].ssims[0]:.3f}")
    what = f"share of the depth, bright at {FULL_ERROR:g}" if comparison.is_metric else f"bright at {FULL_STEP:g} steps"
    caption = (
        f"{Path(comparison.name).name}: difference from {comparison.yardstick}, black for none ({what} and above)."
    )
    return ComparisonPicture(captioned_grid(tiles, captions, A_ROW), caption)


def _difference(comparison: PictureComparison, name: str) -> tuple[NDArray[np.float32], float]:
    """A map's difference from the yardstick, H×W, NaN where unknown, and where its colours end."""
    values, yardstick = comparison.maps[name], comparison.yardstick_values
    if not comparison.is_metric:
        return np.abs(values - yardstick), FULL_STEP
    return relative_error(values, yardstick, is_depth(yardstick)), FULL_ERROR


def _draw_map(values: NDArray[np.float32], width: int, height: int, end_m: float | None) -> NDArray[np.uint8]:
    """A map with its legend; in nearness where the scale has no end in metres."""
    if end_m is not None:
        return draw_depth(DepthMap(values, "metres"), width, height, max_m=end_m)
    shares = np.clip(0.5 - resample(values, width, height) / np.float32(2 * NEARNESS_SPAN), 0, 1)
    view = colour_places(shares)
    return np.vstack([view, relative_legend(width, letter_size(view))])


def _colours_end(comparison: PictureComparison) -> float | None:
    """The depth in metres at which the colours of all maps end; None where there are no metres."""
    if not comparison.is_metric:
        return None
    known = comparison.yardstick_values[is_depth(comparison.yardstick_values)]
    return math.ceil(10 * np.percentile(known, FARTHEST_PERCENT)) / 10 if known.size else FULL_SCALE_M


def _tile_size(comparison: PictureComparison) -> tuple[int, int]:
    height, width = comparison.sample.image.shape[:2]
    return TILE_PX, max(1, round(height * TILE_PX / width))
