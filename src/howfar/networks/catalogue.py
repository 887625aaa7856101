"""The networks that can be trained, or whose published checkpoints can be read, by name."""

from collections.abc import Mapping, Sequence
from typing import Any

from torch import nn

from howfar.errors import SettingError
from howfar.networks import (
    compact_depth,
    disparity_detector,
    eigen2014,
    eigen_fergus2015,
    fcrn,
    foreground,
    hybrid_cnn,
    joint_nanodet,
    joint_nanodet_context,
    joint_yolov5,
    mc_cnn,
    monodepth,
    psmnet,
    ssd,
    unet_depth,
    yolov5,
)
from howfar.networks.entry import CardTask, NetworkEntry, Size

NETWORKS: Mapping[str, NetworkEntry] = {
    entry.name: entry
    for entry in (
        compact_depth.ENTRY,
        unet_depth.ENTRY,
        fcrn.ENTRY,
        hybrid_cnn.ENTRY,
        eigen2014.ENTRY,
        eigen_fergus2015.ENTRY,
        monodepth.ENTRY,
        *yolov5.ENTRIES,
        ssd.ENTRY,
        disparity_detector.ENTRY,
        joint_nanodet.ENTRY,
        joint_nanodet_context.ENTRY,
        joint_yolov5.ENTRY,
        foreground.ENTRY,
        *mc_cnn.ENTRIES,
        psmnet.ENTRY,
    )
}
"""By the names that recipes use."""

KINDS: Mapping[CardTask, str] = {
    "depth": "depth network",
    "detection": "detector",
    "ranging": "ranging network",
    "joint": "joint network",
    "stereo": "stereo network",
}
"""What a network for each task is called in messages."""


def names_of(task: CardTask) -> tuple[str, ...]:
    """The names of the networks for a task."""
    return tuple(name for name, entry in NETWORKS.items() if entry.task == task)


def find_network(name: str, task: CardTask) -> NetworkEntry:
    """What is known of a network for a task.

    Raises:
        SettingError: If there is none of that name.
    """
    if name not in names_of(task):
        raise SettingError(f"No {KINDS[task]} is called {name!r}; there are {', '.join(names_of(task))}.")
    return NETWORKS[name]


def build(entry: NetworkEntry, options: Mapping[str, Any]) -> nn.Module:
    """Build a network with a recipe's options.

    Raises:
        SettingError: If it does not take them.
    """
    try:
        return entry.build(**options)
    except (TypeError, LookupError, ValueError, RuntimeError) as error:
        raise SettingError(
            f"The network {entry.name} cannot be built with the options {dict(options)} ({error}): correct "
            "network.options."
        ) from None


def refuse_sizes(entry: NetworkEntry, sizes_px: Sequence[Size]) -> None:
    """Raise SettingError for a size (width, height) that a network cannot be fed with."""
    for width, height in sizes_px:
        if entry.size_px not in (None, (width, height)):
            own = "×".join(map(str, entry.size_px or ()))
            raise SettingError(
                f"The network {entry.name} takes pictures of {own} and no others, not {width}×{height}: correct "
                "data.sizes_px."
            )
        if width % entry.multiple_px or height % entry.multiple_px:
            raise SettingError(
                f"The network {entry.name} takes widths and heights in multiples of {entry.multiple_px}, not "
                f"{width}×{height}: correct data.sizes_px."
            )
