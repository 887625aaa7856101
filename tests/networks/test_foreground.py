"""The network that finds an object in its crop."""

import pytest
import torch

from howfar.networks.foreground import ForegroundNet
from tests.networks.checks import parameter_count


@pytest.mark.parametrize(("count", "side"), [(1, 32), (5, 32), (2, 16)])
def test_each_crop_gets_a_weight_for_each_place(count: int, side: int) -> None:
    network = ForegroundNet().eval()
    with torch.inference_mode():
        weights = network(torch.randn(count, 3, side, side))
    assert weights.shape == (count, side, side)
    assert 0 <= weights.min() <= weights.max() <= 1


def test_it_is_well_under_a_hundred_thousand_weights() -> None:
    assert parameter_count(ForegroundNet) == 92_041


def test_a_mirrored_crop_has_the_mirrored_weights() -> None:
    torch.manual_seed(0)
    network, crops = ForegroundNet().eval(), torch.randn(3, 3, 32, 32)
    with torch.inference_mode():
        torch.testing.assert_close(network(crops.flip(3)), network(crops).flip(2), rtol=0, atol=1e-6)


def test_in_training_it_gives_logits() -> None:
    torch.manual_seed(0)
    network = ForegroundNet().train()
    torch.nn.init.constant_(network.score.bias, -5.0)
    assert network(torch.randn(4, 3, 32, 32)).max() < 0
