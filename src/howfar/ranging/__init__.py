"""Distances of objects, from their boxes and a depth map. The ranging methods are in `howfar.ranging.methods`."""

from howfar.ranging.methods.measure import measure
from howfar.ranging.methods.method import NO_BOUNDS, Bounds, Method
from howfar.ranging.methods.statistics import STATISTICS, method_names, parse_method

__all__ = ["NO_BOUNDS", "STATISTICS", "Bounds", "Method", "measure", "method_names", "parse_method"]
