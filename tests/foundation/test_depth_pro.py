"""The adapter of Depth Pro: metres as its authors' post-processing has them."""

import math

import pytest
import torch

from howfar.foundation.depth_pro import DepthPro
from tests.foundation.hub_folders import depth_pro

WIDTH_PX = 4000


@pytest.mark.parametrize(
    ("canonical", "angle_deg"),
    [
        pytest.param(0.2, 60.0, id="a usual lens"),
        pytest.param(0.2, 20.0, id="a long one: what looks the same is farther"),
        pytest.param(0.0, 60.0, id="nothing seen: 10 km"),
        pytest.param(1e6, 60.0, id="far too near: a tenth of a millimetre"),
    ],
)
def test_depth_is_the_focal_length_over_width_and_inverse(canonical: float, angle_deg: float) -> None:
    network = depth_pro()
    last = network.head.layers[-2]
    torch.nn.init.zeros_(last.weight)
    torch.nn.init.constant_(last.bias, canonical)
    angle = network.fov_model.head.layers[-1]
    torch.nn.init.zeros_(angle.weight)
    torch.nn.init.constant_(angle.bias, angle_deg)
    with torch.inference_mode():
        given = DepthPro(network)(torch.randn(1, 3, 128, 128))
    focal_px = WIDTH_PX / 2 / math.tan(math.radians(angle_deg) / 2)
    inverse = min(max(canonical * WIDTH_PX / focal_px, 1e-4), 1e4)
    assert given.shape[:2] == (1, 1)
    assert given.flatten().unique().tolist() == pytest.approx([1 / inverse], rel=1e-5)
