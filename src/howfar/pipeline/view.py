"""A scene together with its picture, which can be drawn."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from howfar.drawing.annotation import draw_scene
from howfar.drawing.style import DrawStyle
from howfar.drawing.units import Units
from howfar.io.picture_writer import png_bytes, save_picture
from howfar.scene import DepthMap, Scene
from howfar.scene.exchange import to_supervision


@dataclass(frozen=True, eq=False, kw_only=True)
class View(Scene):
    """The result of `howfar.look`: the scene and its picture.

    Attributes:
        image: H×W×3 uint8 RGB.
        depth: The depth map; unlike a scene, a view always has one.
    """

    image: NDArray[np.uint8]
    depth: DepthMap

    def draw(
        self, *, units: Units = "m", show_far: bool = False, show_region: bool = False, show_interval: bool = False
    ) -> NDArray[np.uint8]:
        """The picture with each object's box, class and distance.

        Args:
            units: Metres or feet on the labels.
            show_far: Draw the objects beyond the maximum depth, as thin grey boxes.
            show_region: Show the region that each distance was measured in.
            show_interval: Add to each label the interval of 80 %: it holds the true distance in four of five cases.

        Returns:
            A new H×W×3 uint8 RGB array.
        """
        return draw_scene(self.image, self, DrawStyle(units, show_far, show_region, show_interval))

    def save(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write the drawn picture.

        Args:
            path: The file to write.
            overwrite: Replace the file if it exists.

        Raises:
            OutputError: If the file exists and overwrite is not set, or it cannot be written.
        """
        save_picture(self.draw(), Path(path), overwrite=overwrite)

    def to_supervision(self) -> Any:
        """The labelled objects as `supervision.Detections`, distances in its `data`.

        Raises:
            MissingExtraError: If supervision is not installed.
        """
        return to_supervision(self)

    def _repr_png_(self) -> bytes:
        """The drawn picture as PNG, for notebooks."""
        return png_bytes(self.draw())
