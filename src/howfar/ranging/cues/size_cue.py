"""The distance of an object of known size, from the height of its box in the picture.

A level camera at the height h sees the ground at the distance Z at the slope b = h/Z below the horizon. Take the object
for a cuboid of height H and half extent e along the optical axis, with its centre at the distance Z. In the picture it
reaches from the slope t (top) to b (bottom), both measured downwards from the horizon. Whether the near face (Z − e) or
the far face (Z + e) limits it depends on the side of the horizon:

    t < 0 < b (on both sides of the horizon)   H = (b − t)·(Z − e)
    0 ≤ t     (below the horizon)              H = b·(Z − e) − t·(Z + e)
    b ≤ 0     (above the horizon)              H = b·(Z + e) − t·(Z − e)

In all three cases Z = (H + e·(|b| + |t|)) / (b − t). The cue is the distance of the near face, Z − e: the surface that
the camera sees.

Cuboids are what data sets draw. A detector's box goes round what is seen: the bumper is too high above the ground to be
the lowest, and the wheels stand behind it. The distance by such a box is that of the wheels, and the near face is
nearer by the overhang.

The half extent follows from the angle ψ between a footprint of length L and width W and the optical axis:
e = (L·|cos ψ| + W·|sin ψ|) / 2. The width of the box depends on this angle, but does not determine it: a width between
the length and the diagonal belongs to two angles, and mirror images have the same width. So no equation is solved.
Every angle gets a weight, by how well it explains the width of the box and by how probable the height is that it
implies. The cue is the mean over all angles and heights.

A class can be a mixture of kinds: a truck is a pickup or a lorry. The weight of a kind is its share, times how well it
explains the shape of the box and, where the other cues give a distance, that distance. The cue is the mean over the
kinds; while they are undecided its uncertainty holds all of them. Likewise a part of an object may be hidden, so that
its box is too low: the other cues tell. The boxes of cuboids are whole, whatever stands before them.

Much of what stands and lies in rooms is seldom seen upright and whole: books lean, chairs stand behind tables. What
such a class does have is a box of a usual length, measured as detectors draw it, with a spread that holds all of this.
Objects of one picture are alike, such as books of one shelf and chairs of one set, so that the mean of many is hardly
surer than that of a few: each of n counts for as much less. The frame may cut the box; the object is then longer.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from howfar.ranging.cues.fusion import Estimate
from howfar.ranging.cues.seen import DRAWN_EDGE_SD_PX, Seen
from howfar.ranging.cues.sizes import ClassSize
from howfar.ranging.cues.whole import is_cut_above, is_cut_at_side, is_cut_below, is_upright
from howfar.scene import Camera, Cue

LEAST_HEIGHT_PX = 8.0
"""A lower box gives no distance: the error of its height is too large."""
LEAST_SHARE = 0.05
"""A near face is at least at this share of the centre's distance: what puts it nearer has next to no weight."""
OUTLIERS = 0.1
"""Share of the boxes whose width is of no use, because something hides a part of the object."""
OUTLIER_DENSITY = 1 / 3
"""Probability density of the logarithm of such a width."""
SEEN_SHARE_LOG, SEEN_SHARE_LOG_SD = -0.54, 0.38
"""Mean and standard deviation of the natural logarithm of the share that is seen of the height of an object that is not
seen whole, if every share from a quarter to the whole is equally frequent."""
HIDDEN_SHARE = 0.1
"""Share of the objects of which something hides a part, or that sit, bend or are children, of our own choice. Any share
is then seen of the height."""
ALIKE_SHARE = 0.4
"""Correlation of the logarithms of the boxes' lengths of two objects of a class in one picture. In NYU's 795 training
pictures it is 0.5 of books, bottles and tables, 0.3 of chairs and cups, and 0.1 of bowls (`tools/box_sizes.py`)."""
FOCAL_LOG_SD = {"given": 0.0, "exif": 0.03, "assumed": 0.2}
"""Uncertainty of the focal length by its origin, in log; distances by size and by the ground are proportional to it."""

CUT_NOTE = "the box is cut by the frame"
LOW_NOTE = f"the box is lower than {LEAST_HEIGHT_PX:g} pixels"
SMALL_NOTE = f"the box is smaller than {LEAST_HEIGHT_PX:g} pixels"

ANGLES = np.arange(36) * (math.pi / 36)
"""The angles ψ that are weighted, in radians."""
HEIGHTS = np.linspace(-2.4, 2.4, 9)
"""The heights that are weighted, as deviations from the mean in standard deviations."""


class _OfKind(NamedTuple):
    """The distance of an object if it is of one kind.

    Attributes:
        mean: Mean of the logarithm of the distance.
        log_sd: Standard deviation of it.
        weight: Weight of the kind, by its share and the shape of the box; not normalised.
    """

    mean: float
    log_sd: float
    weight: float


def size_cue(seen: Seen, camera: Camera, horizon_px: float, other: Estimate | None = None) -> Cue:
    """The distance of the nearest face of an object of known size.

    Args:
        seen: Its box, with the size of its class.
        camera: The picture's camera, held about level.
        horizon_px: The row of the horizon.
        other: What the other cues say, which tells the kinds of a class apart, and whether a part of the object is
            hidden; None if they say nothing.

    Returns:
        The cue. It gives no distance if no size of the class is known or if the box is too low. It gives a bound
        if the frame cuts the box above or below, or if the box does not show the whole object upright: the object is
        then at least as high as what is seen, and at most as far as its size says.
    """
    size = seen.size
    if size is not None and not size.sized_kinds and size.box_m is not None:
        return _by_box(seen, size, camera)
    reason = _why_unknown(seen)
    if size is None or reason:
        return Cue.unknown("size", reason)
    reason = _why_bound(seen, camera)
    if reason:
        return _bound(seen, size, camera, horizon_px, reason)
    kinds = [_of_kind(seen, kind, camera, horizon_px) for kind in size.sized_kinds]
    if other is not None and not seen.is_cuboids:
        kinds += [_partly_hidden(kind) for kind in kinds]
    mean, log_sd = _together(kinds, _weights(kinds, other))
    note = "the box is cut by the frame at the side" if is_cut_at_side(seen, camera) else ""
    return Cue("size", math.exp(mean), log_sd, note=note)


def is_hidden(seen: Seen, camera: Camera, horizon_px: float, depth_cue: Estimate) -> bool:
    """Whether a part of an object of known size is rather hidden than not, by the distance that the depth map gives.

    Args:
        seen: Its box, with the size of its class.
        camera: The picture's camera.
        horizon_px: The row of the horizon.
        depth_cue: What the depth map says.
    """
    size = seen.size
    if size is None or seen.is_cuboids or _why_unknown(seen) or _why_bound(seen, camera):
        return False
    whole = [_of_kind(seen, kind, camera, horizon_px) for kind in size.sized_kinds]
    weights = _weights([*whole, *map(_partly_hidden, whole)], depth_cue)
    return float(weights[len(whole) :].sum()) > 1 / 2


def _bound(seen: Seen, size: ClassSize, camera: Camera, horizon_px: float, reason: str) -> Cue:
    """How far an object that is not seen whole is at most: as far as the highest kind of its class would be."""
    kind = max(size.sized_kinds, key=lambda each: each.height_m or 0.0)
    top, bottom = ((row - horizon_px) / camera.fy_px for row in seen.box_xyxy_px[1::2])
    off_horizon = max(top, -bottom, 0.0)  # on one side of it, the far face limits the box too
    at_most_m = ((kind.height_m or math.nan) + 2 * float(_half_extents_m(kind).max()) * off_horizon) / (bottom - top)
    log_sd = math.hypot(kind.log_sd or math.nan, _height_log_sd(seen), FOCAL_LOG_SD[camera.origin])
    return Cue.bound("size", at_most_m, log_sd, reason)


def _by_box(seen: Seen, size: ClassSize, camera: Camera) -> Cue:
    """The distance at which the box is as long as those of its class; at most that, where the frame cuts it."""
    width, height = seen.width_px / camera.fx_px, seen.height_px / camera.fy_px
    length = {"width": width, "height": height, "longer": max(width, height)}[size.box_side]
    length_px = length * camera.fy_px
    if length_px < LEAST_HEIGHT_PX:
        return Cue.unknown("size", SMALL_NOTE)
    of_class = (size.box_log_sd or math.nan) * math.sqrt(1 + ALIKE_SHARE * (seen.alike - 1))
    log_sd = math.hypot(of_class, DRAWN_EDGE_SD_PX * math.sqrt(2) / length_px, FOCAL_LOG_SD[camera.origin])
    depth_m = (size.box_m or math.nan) / length
    if is_cut_above(seen, camera) or is_cut_below(seen, camera) or is_cut_at_side(seen, camera):
        large = math.exp(size.box_log_sd or math.nan)  # what fills the frame may be a large one
        return Cue.bound("size", depth_m * large, log_sd, CUT_NOTE)
    return Cue("size", depth_m, log_sd)


def estimate_by_bound(bound: Cue) -> Cue:
    """The distance that a bound by size suggests, if nothing else is known: any share of the height may be seen."""
    log_sd = math.hypot(SEEN_SHARE_LOG_SD, bound.log_sd)
    return replace(bound, depth_m=bound.at_most_m * math.exp(SEEN_SHARE_LOG), log_sd=log_sd)


@lru_cache(maxsize=256)  # joining asks several times for the objects of a picture, by what the other cues say
def _of_kind(seen: Seen, kind: ClassSize, camera: Camera, horizon_px: float) -> _OfKind:
    """The distance of an object if it is of this kind."""
    top, bottom = ((row - horizon_px) / camera.fy_px for row in seen.box_xyxy_px[1::2])
    extents_m = _half_extents_m(kind)[:, None]
    stretch = (abs(bottom) + abs(top)) / (bottom - top)
    height_m, spread = kind.height_m or math.nan, kind.log_sd or math.nan
    z = height_m * np.exp(spread * HEIGHTS) / (bottom - top) + extents_m * stretch
    log_fits = _log_likelihood(seen, kind, camera, z)
    weights = np.exp(log_fits - log_fits.max()) * np.exp(-(HEIGHTS**2) / 2)
    evidence = float(weights.mean() / np.exp(-(HEIGHTS**2) / 2).mean()) * math.exp(float(log_fits.max()))
    weights /= weights.sum()
    overhangs_m = 0.0 if seen.is_cuboids else kind.overhang_m * np.abs(np.cos(ANGLES))[:, None]
    mean, log_sd = _moments(np.log(np.maximum(z - extents_m - overhangs_m, LEAST_SHARE * z)), weights)
    extent_m = float((weights.sum(axis=1) * extents_m[:, 0]).sum())
    footprint = kind.footprint_log_sd * extent_m * (stretch - 1) / math.exp(mean)
    log_sd = math.hypot(log_sd, footprint, _height_log_sd(seen), FOCAL_LOG_SD[camera.origin])
    return _OfKind(mean, log_sd, kind.share * evidence)


def _partly_hidden(kind: _OfKind) -> _OfKind:
    """The distance of an object of this kind of which not all is seen."""
    weight = kind.weight * HIDDEN_SHARE / (1 - HIDDEN_SHARE)
    return _OfKind(kind.mean + SEEN_SHARE_LOG, math.hypot(kind.log_sd, SEEN_SHARE_LOG_SD), weight)


def _weights(kinds: Sequence[_OfKind], other: Estimate | None) -> NDArray[np.float64]:
    """The weights of the kinds of a class, by their own and by what the other cues say; they add up to 1."""
    means, log_sds, weights = np.array(kinds, dtype=np.float64).T
    if other is not None:
        sds = np.hypot(log_sds, other.log_sd)
        agreement = np.exp(-(((means - math.log(other.depth_m)) / sds) ** 2) / 2) / (sds * math.sqrt(2 * math.pi))
        weights = weights * ((1 - OUTLIERS) * agreement + OUTLIERS * OUTLIER_DENSITY)
    normalised: NDArray[np.float64] = weights / weights.sum()
    return normalised


def _together(kinds: Sequence[_OfKind], weights: NDArray[np.float64]) -> tuple[float, float]:
    """Mean and standard deviation of the logarithm of the distance over the kinds of a class."""
    if len(kinds) == 1:
        return kinds[0].mean, kinds[0].log_sd
    mean, between = _moments(np.array([kind.mean for kind in kinds]), weights)
    return mean, math.hypot(between, math.sqrt(float(weights @ np.array([kind.log_sd for kind in kinds]) ** 2)))


def _moments(values: NDArray[np.float64], weights: NDArray[np.float64]) -> tuple[float, float]:
    """The weighted mean and standard deviation of values; the weights add up to 1."""
    mean = float((weights * values).sum())
    return mean, math.sqrt(float((weights * (values - mean) ** 2).sum()))


def _why_unknown(seen: Seen) -> str:
    """Why the size says nothing; empty if it can say something."""
    if seen.size is None or not seen.size.sized_kinds:
        return "no known size"
    return LOW_NOTE if seen.height_px < LEAST_HEIGHT_PX else ""


def _why_bound(seen: Seen, camera: Camera) -> str:
    """Why the size gives a bound alone; empty if it can give a distance."""
    if is_cut_above(seen, camera) or is_cut_below(seen, camera):
        return CUT_NOTE
    return "" if is_upright(seen) else "not upright, or not whole"


def _height_log_sd(seen: Seen) -> float:
    """Standard deviation of the natural logarithm of the height of a box."""
    return seen.edge_sd_px * math.sqrt(2) / seen.height_px


def _half_extents_m(size: ClassSize) -> NDArray[np.float64]:
    """The half extent along the optical axis in metres, for each of the angles."""
    if size.length_m is None or size.width_m is None:
        return np.zeros(len(ANGLES))
    extents: NDArray[np.float64] = (size.length_m * np.abs(np.cos(ANGLES)) + size.width_m * np.abs(np.sin(ANGLES))) / 2
    return extents


def _log_likelihood(seen: Seen, size: ClassSize, camera: Camera, z: NDArray[np.float64]) -> NDArray[np.float64]:
    """The log-likelihood of the width of a box for each distance in z, whose rows are the angles."""
    if size.length_m is None or size.width_m is None:
        return np.full_like(z, math.log(OUTLIER_DENSITY))
    box, observed = seen.box_xyxy_px, seen.width_px
    middle = ((box[0] + box[2]) / 2 - camera.cx_px) / camera.fx_px
    expected = camera.fx_px * _seen_width(size.length_m, size.width_m, middle, z)
    off = math.log(observed) - np.log(expected)
    if is_cut_at_side(seen, camera):
        off = np.maximum(off, 0.0)  # the part that is cut off is unknown: the object is at least as wide
    variance = size.footprint_log_sd**2 + 2 * (seen.edge_sd_px / observed) ** 2
    fits = np.exp(-(off**2) / (2 * variance)) / math.sqrt(2 * math.pi * variance)
    result: NDArray[np.float64] = np.log((1 - OUTLIERS) * fits + OUTLIERS * OUTLIER_DENSITY)
    return result


def _seen_width(length_m: float, width_m: float, middle: float, z: NDArray[np.float64]) -> NDArray[np.float64]:
    """The width of a footprint in the picture, as a difference of slopes X/Z.

    Args:
        length_m: Length of the footprint in metres.
        width_m: Width of the footprint in metres.
        middle: The slope X/Z of the middle of the box.
        z: Distance of the centre in metres, for each angle (rows) and each height (columns).

    Returns:
        The widths, of the shape of z.
    """
    cos, sin = np.cos(ANGLES), np.sin(ANGLES)
    across, along = [], []
    for ahead, aside in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        across.append((ahead * length_m * sin + aside * width_m * cos)[:, None] / 2)
        along.append(z + (ahead * length_m * cos - aside * width_m * sin)[:, None] / 2)
    # A corner behind the camera is impossible: the small depth makes the width huge and the weight of the angle tiny.
    depths = np.maximum(np.array(along), 1e-3)
    centre = middle * z
    for _ in range(2):  # the middle of the box is not exactly at the centre of the footprint
        slopes = (centre + np.array(across)) / depths
        low, high = slopes.min(axis=0), slopes.max(axis=0)
        centre = centre + (middle - (low + high) / 2) * z
    result: NDArray[np.float64] = high - low
    return result
