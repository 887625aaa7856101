"""The compact depth network."""

import math

import numpy as np
import pytest
import torch

from howfar.networks.compact_depth import (
    BINS,
    FARTHEST_M,
    NEAREST_M,
    CompactDepth,
    DepthAndClasses,
    LogDepthHead,
)
from tests.networks.checks import assert_export_agrees, parameter_count, without_gradient


@pytest.fixture(scope="module")
def network() -> CompactDepth:
    torch.manual_seed(0)
    return CompactDepth("lite0", classes=5)


@pytest.mark.parametrize(
    ("height", "width"),
    [(32, 32), (64, 96), (96, 64)],
    ids=["the smallest", "a landscape", "a portrait"],
)
def test_depth_has_half_the_pictures_size(network: CompactDepth, height: int, width: int) -> None:
    with torch.inference_mode():
        assert network.eval()(torch.zeros(2, 3, height, width)).shape == (2, 1, height // 2, width // 2)


def test_in_training_the_classes_come_too_at_an_eighth(network: CompactDepth) -> None:
    output = network.train()(torch.zeros(2, 3, 64, 96))
    assert isinstance(output, DepthAndClasses)
    assert output.depth_m.shape == (2, 1, 32, 48)
    assert output.class_scores.shape == (2, 5, 8, 12)


def test_without_classes_training_gives_depth_alone() -> None:
    assert isinstance(CompactDepth("lite0").train()(torch.zeros(2, 3, 32, 32)), torch.Tensor)


@pytest.mark.parametrize(
    ("encoder", "classes", "count"),
    [("lite0", 0, 3_445_088), ("lite1", 0, 4_209_760), ("lite2", 0, 4_863_904), ("lite2", 40, 4_866_504)],
)
def test_it_has_this_many_parameters(encoder: str, classes: int, count: int) -> None:
    assert parameter_count(lambda: CompactDepth(encoder, classes)) == count


def test_the_embedded_size_has_at_most_five_million_parameters_when_it_runs() -> None:
    assert parameter_count(lambda: CompactDepth("lite2")) <= 5_000_000


def test_it_starts_in_the_middle_of_the_range_everywhere(network: CompactDepth) -> None:
    torch.manual_seed(0)
    with torch.inference_mode():
        depth_m = network.eval()(torch.randn(1, 3, 32, 32)).numpy()
    np.testing.assert_allclose(depth_m, math.sqrt(NEAREST_M * FARTHEST_M), rtol=1e-5)


def test_depth_is_the_exponential_of_the_mean_of_the_log_bins() -> None:
    torch.manual_seed(0)
    head, x = LogDepthHead(3), torch.randn(2, 3, 4, 5)
    torch.nn.init.normal_(head.scores.weight, std=3.0)
    scores = np.einsum("nchw,bc->nhwb", x.numpy(), head.scores.weight.detach().numpy().astype(np.float64))
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    shares /= shares.sum(-1, keepdims=True)
    centres = np.linspace(np.log(NEAREST_M), np.log(FARTHEST_M), BINS)
    with torch.inference_mode():
        np.testing.assert_allclose(head(x)[:, 0].numpy(), np.exp(shares @ centres), rtol=1e-4)


@pytest.mark.parametrize(("score", "depth_m"), [(1e4, FARTHEST_M), (-1e4, NEAREST_M)], ids=["farthest", "nearest"])
def test_no_score_leaves_the_range(score: float, depth_m: float) -> None:
    head = LogDepthHead(1)
    head.scores.weight.data = torch.linspace(0, score, BINS)[:, None]
    with torch.inference_mode():
        np.testing.assert_allclose(head(torch.ones(1, 1, 2, 2)).numpy(), depth_m, rtol=1e-5)


def test_the_gradient_reaches_every_parameter() -> None:
    torch.manual_seed(0)
    network = CompactDepth("lite0")
    torch.nn.init.normal_(network.head.scores.weight)  # at their zeros they hide all before them from the gradient
    assert without_gradient(network, torch.randn(2, 3, 64, 64)) == []


@pytest.mark.slow
def test_the_exported_network_gives_the_same_depth() -> None:
    torch.manual_seed(0)
    network = CompactDepth("lite0", classes=4)
    torch.nn.init.normal_(network.head.scores.weight)
    assert_export_agrees(network, torch.randn(1, 3, 32, 64))
