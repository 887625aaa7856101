"""From a box and a depth map to a distance. The methods live in `howfar.ranging.methods`."""

from howfar.ranging.methods.measure import measure
from howfar.ranging.methods.method import NO_BOUNDS, Bounds, Method
from howfar.ranging.methods.statistics import RECIPES, method_names, parse_method

__all__ = ["NO_BOUNDS", "RECIPES", "Bounds", "Method", "measure", "method_names", "parse_method"]
