"""Results for people: annotated pictures, depth in colour, tables."""

from howfar.drawing.annotation import draw_scene
from howfar.drawing.depth_view import draw_depth
from howfar.drawing.side_by_side import side_by_side
from howfar.drawing.style import DrawStyle
from howfar.drawing.units import Units

__all__ = ["DrawStyle", "Units", "draw_depth", "draw_scene", "side_by_side"]
