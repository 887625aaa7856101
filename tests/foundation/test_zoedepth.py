"""The adapter of ZoeDepth: transformers' network, without the branch between rooms and streets."""

import torch
from torch import nn

from howfar.foundation.zoedepth import ZoeDepth
from tests.foundation.hub_folders import ROOMS, STREETS, zoedepth

IMAGE = torch.randn(1, 3, 64, 96, generator=torch.Generator().manual_seed(0))


def depth(network: nn.Module) -> torch.Tensor:
    with torch.inference_mode():
        return network(IMAGE)


def test_with_one_head_it_is_transformers_own() -> None:
    network = zoedepth(ROOMS)
    given, expected = depth(ZoeDepth(network)), depth(network).predicted_depth
    assert given.shape == (1, 1, 64, 96)
    assert 0 < given.min() < given.max()
    torch.testing.assert_close(given[:, 0], expected, rtol=1e-5, atol=0)


def test_with_two_it_takes_the_one_that_the_picture_votes_for() -> None:
    network, maps = zoedepth(ROOMS, STREETS), []
    for votes in ([5.0, -5.0], [-5.0, 5.0]):
        with torch.no_grad():
            network.metric_head.mlp_classifier.linear2.bias.copy_(torch.tensor(votes))
        given = depth(ZoeDepth(network))
        torch.testing.assert_close(given[:, 0], depth(network).predicted_depth, rtol=1e-5, atol=0)
        maps.append(given)
    assert not torch.allclose(*maps, rtol=1e-2)


def test_normed_bins_stay_within_their_range() -> None:
    network = zoedepth(ROOMS, STREETS, bin_centers_type="normed")
    given, expected = depth(ZoeDepth(network)), depth(network).predicted_depth
    torch.testing.assert_close(given[:, 0], expected, rtol=1e-5, atol=0)
    assert 0 < given.min() <= given.max() <= STREETS["max_depth"]
