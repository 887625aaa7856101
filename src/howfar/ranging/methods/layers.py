"""Depth layers: the modes of a box's depths, of which one is taken for the object.

The histogram of the logarithm of the depth is smoothed and cut at its valleys, as a document is thresholded between two
modes (Prewitt and Mendelsohn, Annals of the New York Academy of Sciences 1966). An object is often at its box's centre,
and what is behind it is farther: the layer that the two speak for most is measured.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from howfar.ranging.methods.cells import covered_cells
from howfar.ranging.methods.crops import crop_boxes
from howfar.ranging.methods.method import NO_BOUNDS, Bounds, Method, Readings
from howfar.ranging.methods.statistics import relative_stand_in
from howfar.scene import DepthMap

NAME = "layers"
SIDE = 32
"""Each box is looked at in SIDE × SIDE places."""
BIN = 0.04
"""Width of the histogram's bins, in log depth."""
SMOOTHING = np.array([0.06, 0.24, 0.4, 0.24, 0.06])
"""A Gaussian of one bin's standard deviation."""
VALLEY = 0.8
"""Two modes are apart where the histogram falls between them below this share of the lower one."""
LEAST_SHARE = 0.03
"""A layer of less than this share of the box is noise."""
CENTRE_SD = 0.25
"""Standard deviation, in sides of the box, of the Gaussian that says what is central."""
FAR_WEIGHT = 0.4
"""What a distance behind the nearest layer, in log depth, counts against a share of the centre. The best on 1,345
objects of NYU training pictures with true depth: 4.1 %; a layer's share of the border, counted against it, did harm."""


@dataclass(frozen=True, slots=True)
class Layers(Method):
    """The median of the depth layer that is most probably the object.

    Attributes:
        bounds: Limits in metres on what is looked at.
        name: Name of the method.
    """

    bounds: Bounds = NO_BOUNDS
    name: str = NAME

    def read(self, depth: DepthMap, boxes: NDArray[np.float64], masks: NDArray[np.float32] | None = None) -> Readings:
        """Read boxes off a metric depth map; masks are not looked at."""
        cells = covered_cells(boxes, depth.shape)
        values, shares = np.full(len(boxes), np.nan), np.zeros(len(boxes))
        crops = crop_boxes(depth, boxes, SIDE, 0.0, self.bounds.usable(depth))
        seen = crops.known.any(axis=(1, 2)) & (cells[:, 2:] > cells[:, :2]).all(axis=1)
        for index in np.flatnonzero(seen).tolist():
            values[index] = _object_value(crops.values[index], crops.known[index], depth)
            shares[index] = crops.known[index].mean()
        return Readings(values, cells, shares)

    def on_relative(self, *, bounded: bool = True) -> Method:
        """A statistic, for layers are found in logarithms of depth."""
        return relative_stand_in(self.bounds, bounded=bounded)


def split_layers(logs: NDArray[np.float64]) -> NDArray[np.int64]:
    """The number of the layer, from 0 for the nearest, that each of N logarithms of depth belongs to."""
    bins = np.floor((logs - logs.min()) / BIN).astype(np.int64)
    reach = len(SMOOTHING) // 2
    counts = np.convolve(np.bincount(bins), SMOOTHING)[reach:-reach].tolist()
    cuts = []
    peak = lowest = counts[0]
    valley = 0
    for index, count in enumerate(counts):
        if count < lowest:
            lowest, valley = count, index
        elif lowest < VALLEY * min(peak, count):
            cuts.append(valley)
            peak = lowest = count
        elif count > peak:
            peak = lowest = count
    layers: NDArray[np.int64] = np.searchsorted(np.array(cuts, dtype=np.int64), bins, side="left").astype(np.int64)
    return layers


def _object_value(values: NDArray[np.float32], known: NDArray[np.bool_], depth: DepthMap) -> float:
    """The median of the layer of one box that is most probably the object, in the map's own unit."""
    logs = np.log(depth.to_metres(values[known]).astype(np.float64))
    layers = split_layers(logs)
    count = int(layers.max()) + 1
    share, centre = (np.bincount(layers, weights[known], count) for weights in (_EVEN, _CENTRE))
    medians = np.array([np.median(logs[layers == layer]) if share[layer] else np.inf for layer in range(count)])
    with np.errstate(invalid="ignore"):
        scores = centre - FAR_WEIGHT * (medians - medians.min())
    scores[share < min(LEAST_SHARE, share.max())] = -np.inf
    return float(np.median(values[known][layers == scores.argmax()]))


def _shares(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares


_steps = (np.arange(SIDE) + 0.5) / SIDE
_bell = np.exp(-0.5 * ((_steps - 0.5) / CENTRE_SD) ** 2)
_EVEN = _shares(np.ones((SIDE, SIDE)))
_CENTRE = _shares(np.outer(_bell, _bell))
