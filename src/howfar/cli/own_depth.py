"""Depths of the user's own, which belong to one picture."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from howfar.errors import SettingError
from howfar.io.depth_files import Unit, read_depth
from howfar.scene import DepthMap, Frame


@dataclass(frozen=True, slots=True)
class OwnDepth:
    """The depths of the user's own for the only picture.

    Attributes:
        depth: A depth map that replaces the network's; None for none.
        points: Depths at some pixels that a relative map is aligned to; None for none.
    """

    depth: DepthMap | None = None
    points: DepthMap | None = None

    @classmethod
    def read(cls, depth: Path | None, points: Path | None, unit: Unit, *, one_picture: bool) -> Self:
        """Read the files of `--depth` and `--depth-points`.

        Raises:
            SettingError: If a file is given and there is not exactly one picture.
            SourceError: If a file cannot be read.
        """
        for option, path in (("--depth", depth), ("--depth-points", points)):
            if path is not None and not one_picture:
                raise SettingError(f"{option} goes with one picture: name the picture that the depth map belongs to.")
        return cls(*(None if path is None else read_depth(path, unit) for path in (depth, points)))

    def added_to(self, frame: Frame) -> Frame:
        """The frame with these depths."""
        return replace(frame, depth=self.depth, depth_points=self.points)
