"""Depths of the user's own, in any of the forms that Python users may give them in, as a part of the frame."""

import warnings
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from howfar.io.depth_files import OwnMap, own_map
from howfar.io.depth_units import Unit
from howfar.scene import DepthEstimator, DepthMap, Frame, Perception
from howfar.scene.caveat import Caveat
from howfar.scene.own_depth import unit_doubt

OwnDepth = DepthMap | str | Path | NDArray[Any]


def with_own_depth(frame: Frame, depth: OwnDepth | None, points: OwnDepth | None, unit: Unit) -> Frame:
    """The frame with depths of the user's own.

    Args:
        frame: The picture.
        depth: A depth map that replaces the network's; None for none.
        points: Depths at some pixels that a relative map is aligned to; None for none.
        unit: What the numbers of files and arrays mean.

    Raises:
        SourceError: If a file or an array is no depth map.
        SettingError: If its values are unlikely in their unit, or it does not fit the picture.
    """
    whole, some = (None if given is None else own_map(given, unit) for given in (depth, points))
    return replace(
        frame,
        depth=whole.depth if whole else None,
        depth_points=some.depth if some else None,
        depth_taken_as=taken_as(whole, some),
    )


def taken_as(depth: OwnMap | None, points: OwnMap | None) -> str:
    """What the numbers of depths of the user's own were taken for; empty where they were given in metres."""
    return next((own.taken_as for own in (depth, points) if own is not None), "")


def with_unit_doubt(perception: Perception, yardstick: DepthEstimator) -> Perception:
    """The perception, with what a metric network has against the unit of depths of the user's own.

    It is for pictures whose own network is relative, and cannot say.
    """
    frame = perception.frame
    own = frame.depth_points if frame.depth is None else frame.depth
    if own is None or not frame.depth_taken_as:
        return perception
    doubt = unit_doubt(own, yardstick.estimate(frame), yardstick.facts.name)
    return replace(perception, doubts=(*perception.doubts, doubt)) if doubt else perception


def warn_of_unit(caveats: Iterable[Caveat]) -> None:
    """Warn, as Python warns, where the unit of depths of the user's own is doubtful."""
    for caveat in caveats:
        if caveat.kind == "unit":
            warnings.warn(caveat.text, UserWarning, stacklevel=3)
