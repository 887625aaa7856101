"""Several depth networks on the same pictures, laid over one yardstick.

The yardstick of a picture is its truth, where that is known; else what two eyes see, where there is a pair; else the
depth of the first network that gives metres.
What networks give in metres is compared as it is, unless it is to be aligned to the truth too; what is relative is
fitted to the yardstick by least squares, each in its own kind of numbers (see `howfar.evaluation.depth.alignment`).
The depth compared is that of the protocol `full`.

Where there is no truth and every network is relative, there are no metres. Each map then has its own scale, nearness:

    n = ± (d − median d) / mean |d − median d|

(Ranftl et al.: Towards Robust Monocular Depth Estimation, TPAMI 2022, equation 5), of a sign that near is large, and
the first network is the yardstick. Depth and inverse depth bend differently, and no scale and shift makes up for that.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from howfar.datasets import DepthSample
from howfar.errors import SettingError
from howfar.evaluation.comparison.hard_surfaces import HardSurface, SurfaceMasks
from howfar.evaluation.comparison.sums import NetworkSums, SurfaceSums
from howfar.evaluation.depth.alignment import Alignment
from howfar.evaluation.depth.boundaries import BoundarySums, boundary_update
from howfar.evaluation.depth.evaluation import DepthOptions, as_compared, comparable
from howfar.evaluation.depth.metrics import DepthSums, depth_update, is_depth
from howfar.evaluation.depth.protocols import FULL, DepthProtocol
from howfar.evaluation.ssim.metric import compare_maps
from howfar.io.resample import resample
from howfar.scene import DepthEstimator, DepthKind, DepthMap, Frame

TRUTH = "the truth"

LEAST_TIMED = 5
"""Looks that the time of a network is the median of, at least; few pictures are looked at several times."""


@dataclass(frozen=True, slots=True)
class ComparisonOptions:
    """How networks are compared.

    Attributes:
        has_truth: Whether the samples' depth is the truth to compare with.
        protocol: The limits of what is compared; `full`, perhaps with another cap.
        alignment: How networks that give metres are fitted to the truth.
        surfaces: Where glass, mirrors and thin things are, for a truth; None where that is not known.
        pair: The name of what two eyes see alone, in a part of each picture; empty where none have two.
    """

    has_truth: bool
    protocol: DepthProtocol = FULL
    alignment: Alignment = "none"
    surfaces: SurfaceMasks | None = None
    pair: str = ""


@dataclass(frozen=True, eq=False)
class PictureComparison:
    """The networks' depth of one picture, beside each other.

    Attributes:
        sample: The picture.
        is_metric: Whether the maps are in metres; else in nearness.
        yardstick: What they are compared with: `TRUTH`, or a network's name.
        yardstick_values: H×W float32 of it, NaN where unknown.
        maps: By the network's name, H×W float32 as it is compared, NaN where unknown.
        kinds: By the network's name, what its numbers meant before.
        sums: By the network's name, what was measured.
    """

    sample: DepthSample
    is_metric: bool
    yardstick: str
    yardstick_values: NDArray[np.float32]
    maps: Mapping[str, NDArray[np.float32]]
    kinds: Mapping[str, DepthKind]
    sums: Mapping[str, NetworkSums]

    @property
    def name(self) -> str:
        """What to call the picture."""
        return self.sample.name


@dataclass(frozen=True, eq=False)
class ComparisonResult:
    """What was measured on all pictures.

    Attributes:
        options: How.
        pictures: How many pictures the networks were shown.
        is_metric: Whether the maps were compared in metres; else in nearness.
        yardstick: What they were compared with: `TRUTH`, or a network's name.
        kinds: By the network's name, what its numbers mean.
        sums: By the network's name, what was measured of it.
    """

    options: ComparisonOptions
    pictures: int
    is_metric: bool
    yardstick: str
    kinds: Mapping[str, DepthKind]
    sums: Mapping[str, NetworkSums]

    def fit_of(self, name: str) -> Alignment:
        """How a network was fitted to the yardstick."""
        return fit_of(self.kinds[name], self.options)


def compare_networks(
    samples: Sequence[DepthSample], networks: Mapping[str, DepthEstimator], options: ComparisonOptions
) -> Iterator[PictureComparison]:
    """Show pictures to networks and compare what they give, picture by picture.

    Args:
        samples: The pictures; without a truth their depth is not looked at.
        networks: The networks by their names, in the order in which they are to be shown.
        options: How to compare.

    Raises:
        SettingError: If a picture is too small for SSIM's window.
        MissingExtraError: If scikit-image is not installed.
    """
    looks = ceil(LEAST_TIMED / max(1, len(samples)))
    for index, sample in enumerate(samples):
        frame = sample.frame
        if index == 0:
            for network in networks.values():
                network.estimate(frame)  # the first look is slower, and does not count
        outputs, times_s = {}, {}
        for name, network in networks.items():
            outputs[name], times_s[name] = _timed(network, frame, looks)
        yield _laid(sample, outputs, times_s, options)


def gather(comparisons: Iterable[PictureComparison], options: ComparisonOptions) -> ComparisonResult:
    """Add up what was measured on all pictures, of which one at a time is kept.

    Raises:
        SettingError: If there is no picture.
    """
    sums: dict[str, NetworkSums] = {}
    pictures, last = 0, None
    for last in comparisons:
        pictures += 1
        sums = {name: sums.get(name, NetworkSums()) + added for name, added in last.sums.items()}
    if last is None:
        raise SettingError("There is no picture to compare networks on: name pictures, or another split.")
    return ComparisonResult(options, pictures, last.is_metric, last.yardstick, last.kinds, sums)


def fit_of(kind: DepthKind, options: ComparisonOptions) -> Alignment:
    """How numbers of a kind are fitted to a yardstick in metres."""
    if kind != "metres":
        return "least-squares"
    return options.alignment if options.has_truth else "none"


def nearness(depth_map: DepthMap, width_px: int, height_px: int) -> NDArray[np.float32]:
    """A map on a scale of its own, resized: 0 is its median, 1 one mean deviation nearer; NaN where unknown."""
    values = _resized(depth_map, width_px, height_px)
    known = values[np.isfinite(values)]
    if not known.size:
        return values
    middle = np.median(known)
    spread = np.abs(known - middle).mean() or np.float32(1)
    scaled: NDArray[np.float32] = ((values - middle) / spread).astype(np.float32)
    return scaled if depth_map.near_is_large else -scaled


def _timed(network: DepthEstimator, frame: Frame, looks: int) -> tuple[DepthMap, tuple[float, ...]]:
    times_s = []
    for _ in range(looks):
        start = time.perf_counter()
        output = network.estimate(frame)
        times_s.append(time.perf_counter() - start)
    return output, tuple(times_s)


@dataclass(frozen=True, eq=False)
class _Yardstick:
    """What the maps of one picture are compared with; see `PictureComparison`."""

    name: str
    values: NDArray[np.float32]
    valid: NDArray[np.bool_]
    is_metric: bool


def _yardstick(sample: DepthSample, outputs: Mapping[str, DepthMap], options: ComparisonOptions) -> _Yardstick:
    height, width = sample.image.shape[:2]
    metric = options.pair or next((name for name, output in outputs.items() if output.is_metric), None)
    if not options.has_truth and metric is None:
        first = next(iter(outputs))
        values = nearness(outputs[first], width, height)
        return _Yardstick(first, values, np.isfinite(values), is_metric=False)
    if options.has_truth or metric is None:
        name, depth_m = TRUTH, sample.depth_m
    else:
        name, depth_m = metric, _clipped(_resized(outputs[metric], width, height), options.protocol)
    return _Yardstick(name, depth_m, comparable(depth_m, options.protocol), is_metric=True)


def _laid(
    sample: DepthSample,
    outputs: Mapping[str, DepthMap],
    times_s: Mapping[str, tuple[float, ...]],
    options: ComparisonOptions,
) -> PictureComparison:
    """Lay the networks' outputs over the picture and measure them."""
    height, width = sample.image.shape[:2]
    yardstick = _yardstick(sample, outputs, options)
    maps = {
        name: _fitted(output, yardstick, options) if yardstick.is_metric else nearness(output, width, height)
        for name, output in outputs.items()
    }
    masks = options.surfaces.masks(sample.name, (height, width)) if options.surfaces else {}
    seen_by_pair = np.isfinite(maps[options.pair]) if options.pair else None
    return PictureComparison(
        sample,
        yardstick.is_metric,
        yardstick.name,
        yardstick.values,
        maps,
        {name: output.kind for name, output in outputs.items()},
        {name: _measured(laid, yardstick, masks, seen_by_pair, times_s[name]) for name, laid in maps.items()},
    )


def _measured(
    laid: NDArray[np.float32],
    yardstick: _Yardstick,
    masks: Mapping[HardSurface, NDArray[np.bool_]],
    seen_by_pair: NDArray[np.bool_] | None,
    times_s: tuple[float, ...],
) -> NetworkSums:
    values, valid = yardstick.values, yardstick.valid
    return NetworkSums(
        depth=depth_update(laid, values, valid) if yardstick.is_metric else DepthSums.none(),
        boundaries=boundary_update(laid, values, valid) if yardstick.name == TRUTH else BoundarySums.none(),
        surfaces={surface: _inside_and_out(laid, yardstick, mask) for surface, mask in masks.items()},
        by_pair=SurfaceSums() if seen_by_pair is None else _inside_and_out(laid, yardstick, seen_by_pair),
        ssims=(_similarity(laid, values, valid),),
        inverse_ssims=(_similarity(_inverse(laid), _inverse(values), valid),) if yardstick.is_metric else (),
        times_s=times_s,
    )


def _inside_and_out(laid: NDArray[np.float32], yardstick: _Yardstick, mask: NDArray[np.bool_]) -> SurfaceSums:
    values, valid = yardstick.values, yardstick.valid
    return SurfaceSums(depth_update(laid, values, valid & mask), depth_update(laid, values, valid & ~mask))


def _fitted(output: DepthMap, yardstick: _Yardstick, options: ComparisonOptions) -> NDArray[np.float32]:
    """An output in metres, of the yardstick's size."""
    measured = DepthOptions(options.protocol, alignment=fit_of(output.kind, options))
    return as_compared(output, yardstick.values, yardstick.valid, measured)


def _similarity(laid: NDArray[np.float32], values: NDArray[np.float32], valid: NDArray[np.bool_]) -> float:
    """SSIM over the yardstick's range, of what is compared."""
    return compare_maps(laid, np.where(valid, values, np.float32(np.nan)), scale="shared").score


def _inverse(depth_m: NDArray[np.float32]) -> NDArray[np.float32]:
    with np.errstate(divide="ignore"):
        inverse: NDArray[np.float32] = np.float32(1) / depth_m
    return np.where(is_depth(inverse), inverse, np.float32(np.nan))


def _resized(output: DepthMap, width_px: int, height_px: int) -> NDArray[np.float32]:
    return resample(np.where(output.valid, output.values, np.float32(np.nan)), width_px, height_px)


def _clipped(depth_m: NDArray[np.float32], protocol: DepthProtocol) -> NDArray[np.float32]:
    limits_m = protocol.limits_m
    return depth_m if limits_m is None else np.clip(depth_m, *limits_m).astype(np.float32, copy=False)
