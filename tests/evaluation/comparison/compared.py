"""A room of known depth, and networks that see it rightly, wrongly, or up to scale and shift."""

import numpy as np

from howfar.datasets import DepthSample
from howfar.scene import Camera
from tests.evaluation.predictors import Predictor

HEIGHT, WIDTH = 24, 32


def room(name: str = "room") -> DepthSample:
    """A wall 4 m away whose left half is nearer, from 1 to 2 m; its picture tells its depth: red is 20 times it."""
    depth_m = np.full((HEIGHT, WIDTH), 4.0, dtype=np.float32)
    depth_m[:, :16] = np.linspace(1, 2, 16, dtype=np.float32)
    image = np.zeros((HEIGHT, WIDTH, 3), dtype=np.uint8)
    image[..., 0] = np.rint(20 * depth_m)
    return DepthSample(name, image, image[..., 0] / np.float32(20), Camera.assumed(WIDTH, HEIGHT))


def without_truth(sample: DepthSample) -> DepthSample:
    return DepthSample(sample.name, sample.image, np.full_like(sample.depth_m, np.nan), sample.camera)


def depth_of(image: np.ndarray) -> np.ndarray:
    return image[..., 0] / np.float32(20)


RIGHT = Predictor(depth_of)
HALF = Predictor(lambda image: depth_of(image) / 2)
INVERSE = Predictor(lambda image: 7 + 3 / depth_of(image), "relative_inverse")
AFFINE = Predictor(lambda image: 5 + 2 * depth_of(image), "relative_depth")
FLAT = Predictor(lambda image: np.full((HEIGHT, WIDTH), 2.0))
