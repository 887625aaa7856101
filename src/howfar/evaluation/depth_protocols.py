"""How a depth figure is to be got: named protocols, so that figures of different places can be compared."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.datasets import DepthSample
from howfar.errors import SettingError
from howfar.evaluation.depth_metrics import Average, DepthErrors, DepthSums, depth_compute, depth_update
from howfar.evaluation.windows import Window, centred
from howfar.models import DepthNetwork

Crop = Literal["full", "portrait", "square", "wide"]

CROP_ASPECTS: dict[Crop, float] = {"portrait": 3 / 4, "square": 1.0, "wide": 16 / 9}
"""Width / height of the centred crops; `full` is the whole picture."""


@dataclass(frozen=True, slots=True)
class DepthProtocol:
    """How a depth network is measured on one data set.

    The whole picture goes through the network with its true camera; the output is resized bilinearly (pixel centres
    aligned, as OpenCV does) to the picture's size and clipped; no alignment to the truth.

    Attributes:
        name: What it is called in print.
        width_px: Width of the data set's pictures.
        height_px: Their height.
        window: The pixels that are compared.
        least_m: Predictions below are raised to this.
        most_m: Predictions above are lowered to this.
        average: The mean that is quoted, over `images` or `pixels`.
    """

    name: str
    width_px: int
    height_px: int
    window: Window
    least_m: float
    most_m: float
    average: Average


NYU_EIGEN = DepthProtocol("nyu-eigen", 640, 480, Window(41, 45, 601, 471), 0.1, 10.0, "images")
"""Eigen et al. 2014 on NYU Depth v2, whose outer frame is made up: rows 45:471, columns 41:601."""

DEPTH_PROTOCOLS = {protocol.name: protocol for protocol in (NYU_EIGEN,)}


@dataclass(frozen=True, eq=False)
class DepthResult:
    """What was measured.

    Attributes:
        protocol: How.
        crop: What was cut out of each picture before it was shown to the network.
        sums: Sums over the compared pixels.
        images: Pictures shown to the network.
        network_s: Time that the network took for all of them, pre- and post-processing included.
    """

    protocol: DepthProtocol
    crop: Crop
    sums: DepthSums
    images: int
    network_s: float

    def errors(self, average: Average | None = None) -> DepthErrors:
        """The errors, with the mean that the protocol quotes or another."""
        return depth_compute(self.sums, average or self.protocol.average)


def find_protocol(name: str) -> DepthProtocol:
    """The protocol of a name.

    Raises:
        SettingError: If there is none.
    """
    if name not in DEPTH_PROTOCOLS:
        raise SettingError(f"No depth protocol is called {name!r}; there are {', '.join(DEPTH_PROTOCOLS)}.")
    return DEPTH_PROTOCOLS[name]


def evaluate_depth(
    samples: Iterable[DepthSample], network: DepthNetwork, protocol: DepthProtocol = NYU_EIGEN, crop: Crop = "full"
) -> DepthResult:
    """Measure a depth network.

    Args:
        samples: Pictures of the protocol's data set with their truth.
        network: A network that gives metres.
        protocol: How to measure.
        crop: Cut this out of the middle of each picture first, camera included, to see whether the network copes with
            another aspect ratio; compared is what lies in the protocol's window too.

    Raises:
        SettingError: If the pictures are not of the protocol's size, or the network's depth is relative.
    """
    cut = crop_window(protocol, crop)
    compared = protocol.window.within(cut)
    sums, images, network_s = DepthSums.none(), 0, 0.0
    for sample in samples:
        part = cropped(_of_size(sample, protocol), cut)
        start = time.perf_counter()
        depth_map = network.predict(part.image, part.camera)
        network_s += time.perf_counter() - start
        predicted_m = as_predicted(depth_map.metres(), protocol, cut)
        sums += depth_update(compared.of(predicted_m), compared.of(part.depth_m))
        images += 1
    return DepthResult(protocol, crop, sums, images, network_s)


def crop_window(protocol: DepthProtocol, crop: Crop) -> Window:
    """The part of the protocol's pictures that a crop keeps."""
    aspect = CROP_ASPECTS.get(crop, protocol.width_px / protocol.height_px)
    return centred(protocol.width_px, protocol.height_px, aspect)


def cropped(sample: DepthSample, window: Window) -> DepthSample:
    """A part of a sample, with the camera that would have taken it."""
    return DepthSample(
        sample.name,
        np.ascontiguousarray(window.of(sample.image)),
        window.of(sample.depth_m),
        sample.camera.cropped(window.x1, window.y1, window.x2, window.y2),
    )


def as_predicted(metres: NDArray[np.float32], protocol: DepthProtocol, cut: Window) -> NDArray[np.float32]:
    """A network's output as the protocol compares it: at the cut-out's size and clipped.

    Args:
        metres: Depth at the network's own resolution; NaN where unknown, which stays unknown.
        protocol: How to measure.
        cut: The part of the picture that the network saw.
    """
    resized = cv2.resize(metres, (cut.width_px, cut.height_px), interpolation=cv2.INTER_LINEAR)
    return np.clip(resized, protocol.least_m, protocol.most_m).astype(np.float32, copy=False)


def _of_size(sample: DepthSample, protocol: DepthProtocol) -> DepthSample:
    height, width = sample.depth_m.shape
    if (width, height) != (protocol.width_px, protocol.height_px):
        raise SettingError(
            f"The protocol {protocol.name} is for pictures of {protocol.width_px}×{protocol.height_px} pixels, and "
            f"{sample.name} has {width}×{height}."
        )
    return sample
