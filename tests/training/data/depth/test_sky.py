"""The sky of renderings is told from what nobody knows."""

import numpy as np

from howfar.datasets import DepthSample
from howfar.scene import Camera
from howfar.training.data.depth.sky import SkyIsFar


def test_unknown_depth_is_infinite_and_known_depth_stays() -> None:
    depth_m = np.array([[1.0, np.nan], [3.0, np.nan]], dtype=np.float32)
    samples = [DepthSample("a", np.zeros((2, 2, 3), dtype=np.uint8), depth_m, Camera.from_focal(2, 2, 2.0))]
    (sample,) = list(SkyIsFar(samples))
    assert sample.name == "a"
    assert sample.depth_m.tolist() == [[1.0, np.inf], [3.0, np.inf]]
    assert sample.depth_m.dtype == np.float32
    assert np.isnan(depth_m).sum() == 2
