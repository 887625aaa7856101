"""Depths of the user's own, in any of the forms that Python users may give them in, as a part of the frame."""

import warnings
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from howfar.io.depth_files import own_map
from howfar.io.depth_units import Unit
from howfar.scene import DepthMap, Frame
from howfar.scene.caveat import Caveat

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
        depth_taken_as=whole.taken_as if whole else "",
    )


def warn_of_unit(caveats: Iterable[Caveat]) -> None:
    """Warn, as Python warns, where the unit of depths of the user's own is doubtful."""
    for caveat in caveats:
        if caveat.kind == "unit":
            warnings.warn(caveat.text, UserWarning, stacklevel=3)
