"""Measuring a depth network: it is shown each picture, and its depth compared with the truth as the protocol says."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.datasets import DepthSample
from howfar.errors import SettingError
from howfar.evaluation.depth.alignment import Alignment, align_depth
from howfar.evaluation.depth.boundaries import BoundarySums, boundary_update
from howfar.evaluation.depth.metrics import (
    Average,
    DepthErrors,
    DepthSums,
    depth_compute,
    depth_update,
    is_depth,
)
from howfar.evaluation.depth.protocols import NYU_EIGEN, Crop, DepthProtocol, crop_rectangle
from howfar.evaluation.rectangles import Rectangle
from howfar.io.resample import resample
from howfar.scene import DepthEstimator, DepthMap, Frame

BoundaryGrid = Literal["none", "picture", "network"]
Number = TypeVar("Number", bound=np.generic)


@dataclass(frozen=True, slots=True)
class DepthOptions:
    """All that decides how a depth network is measured.

    Attributes:
        protocol: What is shown and compared.
        crop: Cut this out of the middle of each picture first, camera included, to see whether the network copes with
            another aspect ratio; compared is what lies in the protocol's window too.
        alignment: How the prediction is fitted to the truth.
        flip: Show the mirrored picture too and take the mean of both outputs.
        boundaries: Measure how well outlines are followed, too: on the pixels of the `picture`, or on the cells of the
            `network`'s own output, where enlarging it blurs nothing.

    Raises:
        SettingError: If there is a crop though the protocol prescribes what is shown.
    """

    protocol: DepthProtocol = NYU_EIGEN
    crop: Crop = "full"
    alignment: Alignment = "none"
    flip: bool = False
    boundaries: BoundaryGrid = "none"

    def __post_init__(self) -> None:
        if self.protocol.feed is not None and self.crop != "full":
            raise SettingError(
                f"The protocol {self.protocol.name} prescribes what the network is shown; leave out the crop "
                f"({self.crop}), or choose another protocol.",
                setting="crop",
            )


@dataclass(frozen=True, eq=False)
class Comparison:
    """One picture's prediction beside its truth, over the part of the picture that the network was shown.

    Attributes:
        name: What the data set calls the picture.
        image: H×W×3 uint8 RGB.
        truth_m: H×W true depth, NaN where unknown.
        predicted_m: H×W prediction as it is compared: aligned and clipped, NaN where unknown.
        valid: H×W bool: the pixels that are compared.
        sums: Sums over these.
        network_s: Time that the network took, pre- and post-processing included.
        boundaries: Sums over the contours between these pixels; None where they are not to be measured.
    """

    name: str
    image: NDArray[np.uint8]
    truth_m: NDArray[np.float32]
    predicted_m: NDArray[np.float32]
    valid: NDArray[np.bool_]
    sums: DepthSums
    network_s: float
    boundaries: BoundarySums | None = None


@dataclass(frozen=True, slots=True)
class ImageScore:
    """The errors of one picture.

    Attributes:
        index: Its index among the samples measured.
        name: What the data set calls it.
        errors: Its errors, NaN where nothing could be compared.
    """

    index: int
    name: str
    errors: DepthErrors


@dataclass(frozen=True, eq=False)
class DepthResult:
    """What was measured.

    Attributes:
        options: How.
        sums: Sums over the compared pixels.
        scores: The errors of each picture shown to the network, in their order.
        network_s: Time that the network took for all of them, pre- and post-processing included.
        boundaries: Sums over the contours of all pictures; None where they were not measured.
    """

    options: DepthOptions
    sums: DepthSums
    scores: tuple[ImageScore, ...]
    network_s: float
    boundaries: BoundarySums | None = None

    @property
    def images(self) -> int:
        """Pictures shown to the network."""
        return len(self.scores)

    def errors(self, average: Average | None = None) -> DepthErrors:
        """The errors, with the mean that the protocol quotes or another."""
        return depth_compute(self.sums, average or self.options.protocol.average)


def evaluate_depth(
    samples: Iterable[DepthSample], network: DepthEstimator, options: DepthOptions | None = None
) -> DepthResult:
    """Measure a depth network.

    Args:
        samples: Pictures of the protocol's data set with their truth.
        network: The network.
        options: How to measure; `DepthOptions()` when None.

    Raises:
        SettingError: If the pictures are not of the protocol's size, or relative depth is not to be aligned.
    """
    options = options or DepthOptions()
    sums, network_s = DepthSums.none(), 0.0
    boundaries = None if options.boundaries == "none" else BoundarySums.none()
    scores: list[ImageScore] = []
    for index, sample in enumerate(samples):
        compared = compare_depth(sample, network, options)
        sums += compared.sums
        network_s += compared.network_s
        if boundaries is not None and compared.boundaries is not None:
            boundaries += compared.boundaries
        scores.append(ImageScore(index, sample.name, depth_compute(compared.sums)))
    return DepthResult(options, sums, tuple(scores), network_s, boundaries)


def compare_depth(sample: DepthSample, network: DepthEstimator, options: DepthOptions) -> Comparison:
    """Predict the depth of one picture and lay it over its truth; raises as `evaluate_depth` does."""
    protocol = options.protocol
    height, width = sample.depth_m.shape
    _check_size(sample.name, width, height, protocol)
    window = protocol.window_of(width, height)
    part = crop_rectangle(width, height, options.crop) if protocol.feed is None else window
    frame = shown(sample, part, protocol)
    start = time.perf_counter()
    depth_map = estimate_depth(network, frame, flip=options.flip)
    network_s = time.perf_counter() - start
    truth_m = part.of(sample.depth_m)
    valid = np.zeros(truth_m.shape, dtype=np.bool_)
    window.within(part).of(valid)[:] = True
    valid &= comparable(truth_m, protocol)
    predicted_m = as_compared(depth_map, truth_m, valid, options)
    sums = depth_update(predicted_m, truth_m, valid, protocol.floor_m)
    boundaries = _boundaries(depth_map, predicted_m, truth_m, valid, options)
    return Comparison(sample.name, part.of(sample.image), truth_m, predicted_m, valid, sums, network_s, boundaries)


def shown(sample: DepthSample, part: Rectangle, protocol: DepthProtocol) -> Frame:
    """What the network is shown of a picture, with the camera that would have taken it.

    Args:
        sample: The picture.
        part: The part to show where the protocol does not prescribe it.
        protocol: How to measure.
    """
    image, camera, cut = sample.image, sample.camera, part
    if protocol.feed is not None:
        size, cut = (protocol.feed.width_px, protocol.feed.height_px), protocol.feed.cut
        image = cv2.resize(image, size, interpolation=cv2.INTER_NEAREST)  # type: ignore[assignment]
        camera = camera.resized(*size)
    part_camera = camera.cropped(cut.x1, cut.y1, cut.x2, cut.y2)
    return Frame(np.ascontiguousarray(cut.of(image)), sample.name, part_camera)


def estimate_depth(network: DepthEstimator, frame: Frame, *, flip: bool = False) -> DepthMap:
    """The network's output for a picture; with `flip`, the mean of it and of the mirrored picture's, mirrored back."""
    straight = network.estimate(frame)
    if not flip:
        return straight
    mirrored = network.estimate(_mirrored(frame))
    values = (straight.values + mirrored.values[:, ::-1]) / np.float32(2)
    return DepthMap(values, straight.kind, straight.valid & mirrored.valid[:, ::-1])


def _mirrored(frame: Frame) -> Frame:
    camera = frame.camera
    mirrored = camera and replace(camera, cx_px=camera.width_px - camera.cx_px)
    return replace(frame, image=np.ascontiguousarray(frame.image[:, ::-1]), camera=mirrored)


def comparable(truth_m: NDArray[np.float32], protocol: DepthProtocol) -> NDArray[np.bool_]:
    """H×W bool: where the truth is known and within the protocol's limits."""
    known = is_depth(truth_m)
    if protocol.limits_m is not None:
        least_m, most_m = protocol.limits_m
        known &= (truth_m > least_m) & (truth_m < most_m)
    return known


def as_compared(
    depth_map: DepthMap, truth_m: NDArray[np.float32], valid: NDArray[np.bool_], options: DepthOptions
) -> NDArray[np.float32]:
    """A network's output as it is compared: at the truth's size, in metres, aligned and clipped.

    Args:
        depth_map: The output, laid over the same part of the picture as the truth.
        truth_m: H×W true depth.
        valid: H×W bool: the pixels that are compared, which an alignment is fitted to.
        options: How to measure.

    Returns:
        H×W float32 metres, NaN where unknown.
    """
    limits_m = options.protocol.limits_m
    height, width = truth_m.shape
    resized = resample(_readings(depth_map, keep_all=limits_m is None), width, height)
    most_m = np.inf if limits_m is None else limits_m[1]
    predicted_m = align_depth(resized, depth_map.kind, truth_m, valid, options.alignment, most_m)
    return predicted_m if limits_m is None else np.clip(predicted_m, *limits_m).astype(np.float32, copy=False)


def _boundaries(
    depth_map: DepthMap,
    predicted_m: NDArray[np.float32],
    truth_m: NDArray[np.float32],
    valid: NDArray[np.bool_],
    options: DepthOptions,
) -> BoundarySums | None:
    if options.boundaries == "none":
        return None
    if options.boundaries == "picture":
        return boundary_update(predicted_m, truth_m, valid)
    truth_there_m, valid_there = _picked(truth_m, depth_map.shape), _picked(valid, depth_map.shape)
    predicted_there_m = as_compared(depth_map, truth_there_m, valid_there, options)
    return boundary_update(predicted_there_m, truth_there_m, valid_there)


def _picked(values: NDArray[Number], shape: tuple[int, int]) -> NDArray[Number]:
    """The nearest value at the middle of each cell of a grid: a mean of two depths is the depth of nothing."""
    rows, columns = (
        ((np.arange(cells) + 0.5) * pixels / cells).astype(np.int64)
        for cells, pixels in zip(shape, values.shape, strict=True)
    )
    return values[np.ix_(rows, columns)]


def _readings(depth_map: DepthMap, *, keep_all: bool) -> NDArray[np.float32]:
    """The output's numbers, NaN where unknown: a metric depth that is not above zero, unless all are to be kept."""
    return depth_map.values if keep_all else np.where(depth_map.valid, depth_map.values, np.float32(np.nan))


def _check_size(name: str, width_px: int, height_px: int, protocol: DepthProtocol) -> None:
    if protocol.size_px is not None and (width_px, height_px) != protocol.size_px:
        raise SettingError(
            f"The protocol {protocol.name} is for pictures of {protocol.size_px[0]}×{protocol.size_px[1]} pixels, and "
            f"{name} has {width_px}×{height_px}: choose the protocol full, which takes any size.",
            setting="protocol",
        )
