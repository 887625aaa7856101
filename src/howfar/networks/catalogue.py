"""The networks that can be trained, and how each wants to be fed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

from torch import nn

from howfar.errors import SettingError
from howfar.networks.compact_depth import CompactDepth
from howfar.networks.efficientnet_lite import PIXEL_MEAN, PIXEL_STD
from howfar.networks.fcrn import FCRN
from howfar.networks.foreground import ForegroundNet
from howfar.networks.hybrid_cnn import HybridCNN
from howfar.networks.unet_depth import UNetDepth
from howfar.networks.yolov5 import SIZES, STRIDES, YOLOv5, yolov5

Network_co = TypeVar("Network_co", bound=nn.Module, covariant=True)


class Entry(Protocol[Network_co]):
    """A network of any kind."""

    @property
    def build(self) -> Callable[..., Network_co]:
        """Its definition; takes the recipe's options."""


@dataclass(frozen=True, slots=True)
class DepthEntry:
    """A depth network.

    Attributes:
        build: Its definition; takes the recipe's options.
        mean: Subtracted from each channel, on the scale 0 to 255.
        std: Then divides it.
        unit_m: Metres that an output of 1 means.
        multiple_px: What the width and the height of a picture must be multiples of.
        deepest: The name of its part that gives the encoder's deepest features, alone or as the last of several maps.
    """

    build: Callable[..., nn.Module]
    mean: tuple[float, float, float] = PIXEL_MEAN
    std: tuple[float, float, float] = PIXEL_STD
    unit_m: float = 1.0
    multiple_px: int = 32
    deepest: str = "layer4"


DEPTH_NETWORKS: Mapping[str, DepthEntry] = {
    "compact": DepthEntry(CompactDepth, deepest="encoder"),
    # Its document names no normalisation. ImageNet's is about that of any photos, and an input around zero is what a
    # first convolution without a normalisation before it learns from best.
    "unet": DepthEntry(UNetDepth, unit_m=10.0, deepest="bottleneck"),
    "fcrn": DepthEntry(FCRN, multiple_px=1),
    "hybrid-cnn": DepthEntry(HybridCNN),
}
"""By the names that recipes use; those with an encoder are fed as its published ImageNet weights expect."""


@dataclass(frozen=True, slots=True)
class DetectorEntry:
    """A detector.

    Attributes:
        build: Its definition; takes the number of classes and the recipe's options.
        mean: Subtracted from each channel, on the scale 0 to 255.
        std: Then divides it.
        multiple_px: What the width and the height of a picture must be multiples of.
    """

    build: Callable[..., YOLOv5]
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (255.0, 255.0, 255.0)
    multiple_px: int = STRIDES[-1]


DETECTOR_NETWORKS: Mapping[str, DetectorEntry] = {
    f"yolov5{size}": DetectorEntry(partial(yolov5, size)) for size in SIZES
}
"""By the names that recipes use."""


@dataclass(frozen=True, slots=True)
class RangingEntry:
    """A network that finds the object in a crop of a depth map.

    Attributes:
        build: Its definition; takes the recipe's options.
    """

    build: Callable[..., nn.Module]


RANGING_NETWORKS: Mapping[str, RangingEntry] = {"foreground": RangingEntry(ForegroundNet)}
"""By the names that recipes use."""


def depth_entry(name: str) -> DepthEntry:
    """What is known of a depth network.

    Raises:
        SettingError: If there is none of that name.
    """
    if name not in DEPTH_NETWORKS:
        raise SettingError(f"No depth network is called {name!r}; there are {', '.join(DEPTH_NETWORKS)}.")
    return DEPTH_NETWORKS[name]


def detector_entry(name: str) -> DetectorEntry:
    """What is known of a detector.

    Raises:
        SettingError: If there is none of that name.
    """
    if name not in DETECTOR_NETWORKS:
        raise SettingError(f"No detector is called {name!r}; there are {', '.join(DETECTOR_NETWORKS)}.")
    return DETECTOR_NETWORKS[name]


def ranging_entry(name: str) -> RangingEntry:
    """What is known of a ranging network.

    Raises:
        SettingError: If there is none of that name.
    """
    if name not in RANGING_NETWORKS:
        raise SettingError(f"No ranging network is called {name!r}; there are {', '.join(RANGING_NETWORKS)}.")
    return RANGING_NETWORKS[name]


def build(entry: Entry[Network_co], name: str, options: Mapping[str, Any]) -> Network_co:
    """Build a network with a recipe's options.

    Raises:
        SettingError: If it does not take them.
    """
    try:
        return entry.build(**options)
    except (TypeError, LookupError, ValueError, RuntimeError) as error:
        raise SettingError(
            f"The network {name} cannot be built with the options {dict(options)} ({error}): correct network.options."
        ) from None


def refuse_sizes(entry: DepthEntry, name: str, sizes_px: Sequence[tuple[int, int]]) -> None:
    """Raise SettingError for a size (width, height) that a network cannot be fed with."""
    for width, height in sizes_px:
        if width % entry.multiple_px or height % entry.multiple_px:
            raise SettingError(
                f"The network {name} takes widths and heights in multiples of {entry.multiple_px}, not "
                f"{width}×{height}: correct data.sizes_px."
            )
