"""Depths of the user's own, which belong to one picture."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from howfar.cli.console import tell
from howfar.errors import SettingError
from howfar.io.depth_files import OwnMap, own_map
from howfar.io.depth_units import AUTO, DepthUnit
from howfar.pipeline.own_depth import taken_as
from howfar.scene import Frame


def depth_unit(name: str, scale: str | None, invalid: Sequence[float] | None) -> DepthUnit:
    """The unit that `--depth-unit`, `--depth-scale` and `--depth-invalid` state.

    Raises:
        SettingError: If both of the first two are given, or one of them is none.
    """
    if scale is not None and name != AUTO:
        raise SettingError("Give either --depth-unit or --depth-scale, the metres of one step.")
    return DepthUnit.parse(name if scale is None else scale, invalid or ())


@dataclass(frozen=True, slots=True)
class OwnDepth:
    """The depths of the user's own for the only picture.

    Attributes:
        depth: A depth map that replaces the network's; None for none.
        points: Depths at some pixels that a relative map is aligned to; None for none.
    """

    depth: OwnMap | None = None
    points: OwnMap | None = None

    @classmethod
    def read(cls, depth: Path | None, points: Path | None, unit: DepthUnit, *, one_picture: bool) -> Self:
        """Read the files of `--depth` and `--depth-points`, and say what their numbers were taken for.

        Raises:
            SettingError: If a file is given and there is not exactly one picture, or a unit and no file.
            SourceError: If a file cannot be read.
        """
        if depth is None and points is None and unit != DepthUnit():
            raise SettingError("A unit of depth goes with --depth or --depth-points: name the file, or leave it out.")
        for option, path in (("--depth", depth), ("--depth-points", points)):
            if path is not None and not one_picture:
                raise SettingError(f"{option} goes with one picture: name the picture that the depth map belongs to.")
        return cls(*(None if path is None else told(path, own_map(path, unit)) for path in (depth, points)))

    def added_to(self, frame: Frame) -> Frame:
        """The frame with these depths."""
        return replace(
            frame,
            depth=self.depth.depth if self.depth else None,
            depth_points=self.points.depth if self.points else None,
            depth_taken_as=taken_as(self.depth, self.points),
        )


def told(path: Path, own: OwnMap) -> OwnMap:
    """The map, after what its numbers were taken for is said on standard error."""
    tell(f"{path}: {own.taken_as}")
    return own
