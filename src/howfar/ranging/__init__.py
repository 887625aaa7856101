"""From a box and a depth map to a distance. The methods live in `howfar.ranging.methods`."""

from howfar.ranging.measure import measure
from howfar.ranging.methods import NO_BOUNDS, RECIPES, Bounds, Method, method_names, parse_method

__all__ = ["NO_BOUNDS", "RECIPES", "Bounds", "Method", "measure", "method_names", "parse_method"]
