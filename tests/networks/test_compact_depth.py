"""The compact depth network."""

import math

import numpy as np
import pytest
import torch

from howfar.errors import SettingError
from howfar.networks.class_output import CLASS_PROBABILITIES
from howfar.networks.compact_depth import (
    BINS,
    FARTHEST_M,
    FITTED_LOG_SD,
    NEAREST_M,
    CompactDepth,
    InTraining,
    LogDepthHead,
    exported_form,
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
    assert isinstance(output, InTraining)
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


def shares_of(head: LogDepthHead, x: torch.Tensor) -> np.ndarray:
    weight, bias = (values.detach().numpy().astype(np.float64) for values in (head.scores.weight, head.scores.bias))
    scores = np.einsum("nchw,bc->nhwb", x.numpy(), weight) + bias
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    return shares / shares.sum(-1, keepdims=True)


def test_a_head_of_64_bins_to_120_m_gives_its_mean_and_its_spread() -> None:
    torch.manual_seed(0)
    head, x = LogDepthHead(3, 64, 120.0), torch.randn(2, 3, 4, 5)
    torch.nn.init.normal_(head.scores.weight, std=3.0)
    shares, centres = shares_of(head, x), np.linspace(np.log(NEAREST_M), np.log(120.0), 64)
    mean = shares @ centres
    spread = np.sqrt((shares * (centres - mean[..., None]) ** 2).sum(-1))
    with torch.inference_mode():
        depth_m, log_sd = head.with_spread(x)
        torch.testing.assert_close(depth_m, head(x))
    np.testing.assert_allclose(depth_m[:, 0].numpy(), np.exp(mean), rtol=1e-4)
    np.testing.assert_allclose(log_sd[:, 0].numpy(), spread, atol=1e-4)


def test_a_head_is_fitted_to_log_depth_that_is_linear_in_the_features_beyond_its_range_too() -> None:
    rng = np.random.default_rng(0)
    features = rng.uniform(0, 1, (4, 3, 6, 7)).astype(np.float32)
    slopes = np.array((0.9, -0.6, 0.4))
    log_depth = np.einsum("nchw,c->nhw", features, slopes) + 0.5
    head = LogDepthHead(3, 64, 120.0)
    head.fit(torch.from_numpy(features), torch.from_numpy(np.exp(log_depth[:, None])).float())
    shares = shares_of(head, torch.from_numpy(features))
    assert np.abs(shares.sum(-1) - 1).max() < 1e-9
    # A Gaussian round the line, as far as the ends of the bins let it be one.
    centres = np.linspace(np.log(NEAREST_M), np.log(120.0), 64)
    expected = np.exp(-((centres - log_depth[..., None]) ** 2) / (2 * FITTED_LOG_SD**2))
    np.testing.assert_allclose(shares, expected / expected.sum(-1, keepdims=True), atol=1e-4)
    farther = np.zeros((1, 3, 1, 1), dtype=np.float32)
    farther[0, 0] = 3.0
    with torch.inference_mode():
        np.testing.assert_allclose(head(torch.from_numpy(farther)).item(), np.exp(0.9 * 3 + 0.5), rtol=0.01)


def test_a_network_goes_on_from_another_with_other_bins() -> None:
    torch.manual_seed(0)
    old, new = CompactDepth("lite0"), CompactDepth("lite0", bins=64, farthest_m=120.0)
    torch.nn.init.normal_(old.head.scores.weight, std=0.1)
    pictures = torch.randn(4, 3, 64, 64)
    new.go_on_from(old, pictures)
    torch.testing.assert_close(new.up[3].filters[0][0].weight, old.up[3].filters[0][0].weight)
    with torch.inference_mode():
        errors = (new.eval()(pictures) / old.eval()(pictures)).log().abs()
    assert errors.mean() < 0.05
    assert not new.head.has_bins(old.head.centres)


def test_with_64_bins_to_120_m_it_still_has_at_most_six_million_parameters() -> None:
    assert parameter_count(lambda: CompactDepth("lite2", bins=64, farthest_m=120.0)) == 4_864_704


@pytest.mark.slow
def test_the_exported_network_gives_the_same_depth() -> None:
    torch.manual_seed(0)
    network = CompactDepth("lite0", classes=4)
    torch.nn.init.normal_(network.head.scores.weight)
    assert_export_agrees(network, torch.randn(1, 3, 32, 64))


def test_the_exported_form_gives_the_probabilities_of_the_classes_after_the_depth() -> None:
    torch.manual_seed(0)
    network = CompactDepth("lite0", classes=5, export_classes=True)
    form, image = exported_form(network).eval(), torch.randn(1, 3, 64, 96)
    assert form.more_outputs == (CLASS_PROBABILITIES,)
    with torch.inference_mode():
        depth_m, probabilities = form(image)
        torch.testing.assert_close(depth_m, network(image))
    assert probabilities.shape == (1, 5, 8, 12)
    torch.testing.assert_close(probabilities.sum(1), torch.ones(1, 8, 12))


@pytest.mark.parametrize(
    "options",
    [{"classes": 0}, {"classes": 5, "log_sd": True}],
    ids=["without classes", "with the spread as well"],
)
def test_classes_that_cannot_be_exported_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(SettingError, match="leave out export_classes"):
        CompactDepth("lite0", export_classes=True, **options)
