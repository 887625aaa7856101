"""The objects of a video seen from above, with the ways that they came."""

import math
from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.drawing.annotation import letter_size
from howfar.drawing.colours import DARK_TEXT, Colour
from howfar.drawing.labels import object_colour
from howfar.drawing.text import line_height, put_text, text_width
from howfar.drawing.units import Units, distance_text
from howfar.scene import Scene, SceneObject

REACHES_M = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0)
"""What the plot reaches to, the least that holds nine of ten objects; it only grows."""
HELD = 0.9
TRAIL_S = 3.0
"""How long a way stays."""
PAPER: Colour = (250, 250, 250)
LINE: Colour = (205, 205, 205)
VIEW: Colour = (236, 240, 246)
MARGIN = 0.06

Points = deque[tuple[float, float, float]]


class BirdsEye:
    """A plot from above that goes on from frame to frame: the camera is at the bottom, distances are straight ahead."""

    def __init__(self, units: Units = "m") -> None:
        """Begin a video."""
        self._units = units
        self._reach_m = REACHES_M[0]
        self._trails: dict[int, Points] = {}

    def beside(self, picture: NDArray[np.uint8], scene: Scene) -> NDArray[np.uint8]:
        """A picture with the plot of its frame on its right, as high as it is.

        Args:
            picture: H×W×3 uint8 RGB.
            scene: The frame.
        """
        return np.hstack([picture, self.draw(scene, picture.shape[0])])

    def draw(self, scene: Scene, side_px: int) -> NDArray[np.uint8]:
        """The plot of a frame.

        Args:
            scene: The frame.
            side_px: The side of the plot, which is a square.

        Returns:
            side_px×side_px×3 uint8 RGB.
        """
        known = [one for one in scene if one.distance.is_known]
        self._grow([one.depth_m for one in known])
        self._remember(known, scene.time_s or 0.0)
        plot = np.full((side_px, side_px, 3), PAPER, dtype=np.uint8)
        self._draw_ground(plot, scene)
        for one in sorted(known, key=lambda each: -each.depth_m):
            self._draw_object(plot, one)
        return plot

    def _grow(self, depths_m: list[float]) -> None:
        if depths_m:
            held_m = float(np.quantile(depths_m, HELD))
            self._reach_m = max(self._reach_m, next((r for r in REACHES_M if r >= held_m), REACHES_M[-1]))

    def _remember(self, known: list[SceneObject], time_s: float) -> None:
        for one in known:
            if one.track is not None:
                x_m, _, z_m = one.position_m
                self._trails.setdefault(one.track.track_id, deque()).append((time_s, x_m, z_m))
        for number, points in list(self._trails.items()):
            while points and points[0][0] < time_s - TRAIL_S:
                points.popleft()
            if not points:
                del self._trails[number]

    def _place(self, plot: NDArray[np.uint8], x_m: float, z_m: float) -> tuple[int, int]:
        side = plot.shape[0]
        scale = side * (1 - 2 * MARGIN) / self._reach_m
        most = 4 * side  # far outside, for OpenCV's lines
        x, y = side / 2 + x_m * scale, side * (1 - MARGIN) - z_m * scale
        return round(min(max(x, -most), most)), round(min(max(y, -most), most))

    def _draw_ground(self, plot: NDArray[np.uint8], scene: Scene) -> None:
        """What the camera sees as a wedge, and rings of distance."""
        camera, size_px = scene.camera, letter_size(plot)
        far_m = 2 * self._reach_m
        sides = [(edge - camera.cx_px) / camera.fx_px * far_m for edge in (0, camera.width_px)]
        wedge = [self._place(plot, x_m, z_m) for x_m, z_m in ((0.0, 0.0), (sides[0], far_m), (sides[1], far_m))]
        cv2.fillPoly(plot, [np.array(wedge, dtype=np.int32)], VIEW)
        centre = self._place(plot, 0.0, 0.0)
        for share in (0.25, 0.5, 0.75, 1.0):
            ring_px = centre[1] - self._place(plot, 0.0, share * self._reach_m)[1]
            cv2.circle(plot, centre, ring_px, LINE, 1, cv2.LINE_AA)
            text = distance_text(share * self._reach_m, self._units)
            put_text(plot, text, centre[0] + 3, centre[1] - ring_px, size_px, (120, 120, 120))
        cv2.circle(plot, centre, max(3, plot.shape[0] // 90), DARK_TEXT, -1, cv2.LINE_AA)

    def _draw_object(self, plot: NDArray[np.uint8], one: SceneObject) -> None:
        colour, size_px = object_colour(one, 0), letter_size(plot)
        x_m, _, z_m = one.position_m
        thickness = max(1, plot.shape[0] // 240)
        if one.track is not None:
            way = [self._place(plot, x, z) for _, x, z in self._trails.get(one.track.track_id, ())]
            if len(way) > 1:
                cv2.polylines(plot, [np.array(way, dtype=np.int32)], False, colour, thickness, cv2.LINE_AA)
        if math.isfinite(one.distance.low_m):
            near, far = (self._place(plot, x_m * end / z_m, end) for end in (one.distance.low_m, one.distance.high_m))
            cv2.line(plot, near, far, colour, thickness, cv2.LINE_AA)
        x, y = self._place(plot, x_m, z_m)
        radius = max(3, plot.shape[0] // 70)
        cv2.circle(plot, (x, y), radius, colour, -1, cv2.LINE_AA)
        text = one.label if one.track is None else f"#{one.track.track_id}"
        left = min(max(x + radius + 2, 0), plot.shape[1] - text_width(text, size_px))
        if 0 <= y < plot.shape[0]:
            put_text(
                plot,
                text,
                left,
                min(max(0, y - line_height(size_px) // 2), plot.shape[0] - line_height(size_px)),
                size_px,
                DARK_TEXT,
            )
