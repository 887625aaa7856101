"""A picture with depth and semantic classes."""

import numpy as np

from howfar.datasets import DepthSample
from howfar.datasets.nyu import NYU_CAMERA
from howfar.datasets.samples import UNKNOWN_CLASS

CHAIR, BOOKS, WALL = 4, 22, 0


def pair() -> DepthSample:
    """A chair 2 m away and books 3 m away before a wall at 5 m."""
    classes = np.full((480, 640), WALL, dtype=np.uint8)
    classes[200:300, 100:180], classes[100:150, 400:480] = CHAIR, BOOKS
    classes[:40] = UNKNOWN_CLASS
    depth_m = np.select([classes == CHAIR, classes == BOOKS], [2.0, 3.0], 5.0).astype(np.float32)
    return DepthSample("room", np.zeros((480, 640, 3), np.uint8), depth_m, NYU_CAMERA, classes)
