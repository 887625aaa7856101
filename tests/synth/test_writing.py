"""Numbers as they are stored."""

import numpy as np
import pytest

from howfar.synth.writing import depth_counts, disparity_counts


@pytest.mark.parametrize(
    ("depth_m", "counts"),
    [(1.25, 320), (65535 / 256, 65535), (256.0, 0), (np.nan, 0), (np.inf, 0), (0.0001, 1)],
    ids=["256ths of a metre", "the farthest", "beyond", "sky", "without end", "not taken for unknown"],
)
def test_depth_is_stored_as_kitti_does(depth_m: float, counts: int) -> None:
    stored = depth_counts(np.array([[depth_m]]))
    assert stored.dtype == np.uint16
    assert stored[0, 0] == counts


@pytest.mark.parametrize(("disparity_px", "counts"), [(1.5, 384), (255.99, 65533), (256.0, 0), (np.nan, 0), (1e-4, 1)])
def test_disparity_is_stored_as_kitti_does(disparity_px: float, counts: int) -> None:
    assert disparity_counts(np.array([[disparity_px]]))[0, 0] == counts
