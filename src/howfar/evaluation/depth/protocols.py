"""How a depth figure is measured: named protocols, so that figures from different sources can be compared."""

import math
from dataclasses import dataclass, replace
from typing import Literal

from howfar.datasets.nyu import EIGEN_CROP_XYXY_PX
from howfar.errors import SettingError
from howfar.evaluation.depth.metrics import Average
from howfar.evaluation.rectangles import Rectangle, RectangleShares, centred

Crop = Literal["full", "portrait", "square", "wide"]

CROP_ASPECTS: dict[Crop, float] = {"portrait": 3 / 4, "square": 1.0, "wide": 16 / 9}
"""Width / height of the centred crops; `full` is the whole picture."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A view of the picture that a protocol prescribes: resized by nearest neighbour, and the middle cut out.

    Attributes:
        width_px: Width that the picture is resized to.
        height_px: Height that it is resized to.
        cut: The part of the resized picture that the network is shown.
    """

    width_px: int
    height_px: int
    cut: Rectangle


@dataclass(frozen=True, slots=True)
class DepthProtocol:
    """How a depth network is measured on one data set.

    The network is shown the whole picture, or the part that `feed` prescribes, each with the camera that would have
    taken it, and makes its own input of it. Its output is resized bilinearly (pixel centres aligned, corners not) to
    the pixels of the picture that it covers.

    Attributes:
        name: What it is called in print.
        source: The paper that it comes from, or whose it is.
        size_px: Width and height of the data set's pictures; None where they vary.
        window: The pixels that are compared. With a feed, the output is laid over exactly these.
        average: The mean that is quoted, over `images` or `pixels`.
        limits_m: Predictions beyond are moved to the nearer limit, and a truth at them or beyond is not compared; None
            where every truth and every finite prediction is compared as it is.
        floor_m: Without limits, what logarithms and ratios take instead of a lower prediction.
        feed: What the network is shown instead of the whole picture.
    """

    name: str
    source: str
    size_px: tuple[int, int] | None
    window: Rectangle | RectangleShares
    average: Average
    limits_m: tuple[float, float] | None
    floor_m: float | None = None
    feed: Feed | None = None

    def window_of(self, width_px: int, height_px: int) -> Rectangle:
        """The pixels that are compared of a picture of this size."""
        return self.window if isinstance(self.window, Rectangle) else self.window.of_size(width_px, height_px)


NYU_EIGEN = DepthProtocol(
    name="nyu-eigen",
    source="Eigen et al. 2014",
    size_px=(640, 480),
    window=Rectangle(*EIGEN_CROP_XYXY_PX),
    average="images",
    limits_m=(0.1, 10.0),
)
"""NYU Depth v2, whose outer frame is made up, without it: rows 45:471, columns 41:601."""

NYU_HYBRID = DepthProtocol(
    name="nyu-hybrid",
    source="Harsányi et al. 2018",
    size_px=(640, 480),
    window=Rectangle(29, 7, 611, 473),
    average="pixels",
    limits_m=None,
    floor_m=1e-3,
    feed=Feed(352, 264, Rectangle(16, 4, 336, 260)),
)
"""NYU Depth v2 as the Hybrid CNN's authors measure: 320×256 pixels at 0.55 of the picture's size are 582×466 of it."""

KITTI_GARG = DepthProtocol(
    name="kitti-garg",
    source="Garg et al. 2016",
    size_px=None,
    window=RectangleShares(0.03594771, 0.40810811, 0.96405229, 0.99189189),
    average="images",
    limits_m=(1e-3, 80.0),
)
"""KITTI's streets without sky, bonnet and margins, up to 80 m."""

FULL = DepthProtocol(
    name="full",
    source="the whole picture; no paper's",
    size_px=None,
    window=RectangleShares(0.0, 0.0, 1.0, 1.0),
    average="images",
    limits_m=(0.1, 80.0),
)
"""Any data set: every pixel whose truth is known, up to a cap that is KITTI's unless another is chosen."""

DEPTH_PROTOCOLS = {protocol.name: protocol for protocol in (NYU_EIGEN, NYU_HYBRID, KITTI_GARG, FULL)}


def find_protocol(name: str) -> DepthProtocol:
    """The protocol of a name.

    Raises:
        SettingError: If there is none.
    """
    if name not in DEPTH_PROTOCOLS:
        raise SettingError(
            f"No depth protocol is called {name!r}; there are {', '.join(DEPTH_PROTOCOLS)}.", setting="protocol"
        )
    return DEPTH_PROTOCOLS[name]


def full_protocol(cap_m: float) -> DepthProtocol:
    """The protocol `full` with another cap, which should be what the data set's sensor or its scenes reach.

    Raises:
        SettingError: If the cap is not above the least depth that is compared.
    """
    least_m = FULL.limits_m[0] if FULL.limits_m else 0.0
    if not (math.isfinite(cap_m) and cap_m > least_m):
        raise SettingError(
            f"Depth is compared up to a cap of more than {least_m:g} metres, not {cap_m:g}.", setting="cap_m"
        )
    return replace(FULL, limits_m=(least_m, cap_m))


def crop_rectangle(width_px: int, height_px: int, crop: Crop) -> Rectangle:
    """The part of a picture of this size that a crop keeps."""
    return centred(width_px, height_px, CROP_ASPECTS.get(crop, width_px / height_px))
