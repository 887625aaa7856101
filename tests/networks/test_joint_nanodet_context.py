"""NanoDet-g with a depth decoder and a context path."""

import copy
from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from howfar.networks.context_path import ContextPath
from howfar.networks.depth_decoder import FARTHEST_M
from howfar.networks.joint_nanodet_context import JointNanoDetContext
from howfar.networks.nanodet import NanoDetG

CHANNELS = (128, 96, 64)

INNER = (slice(2, -5), slice(2, -5))
"""The cells that neither the edge nor what a picture is padded with reaches."""


@pytest.fixture(scope="module")
def network() -> JointNanoDetContext:
    torch.manual_seed(0)
    network = JointNanoDetContext(classes=3, encoder="lite0").eval()
    nn.init.normal_(network.decoder.head.scores.weight)  # which are zeros at first
    return network


class Pyramid(nn.Module):
    """In place of an encoder: the picture itself at its five strides, in one channel."""

    def forward(self, x: Tensor) -> list[Tensor]:
        return [functional.avg_pool2d(x[:, :1], 2**level) for level in range(1, 6)]


def seeing_itself() -> ContextPath:
    """A context path that adds the picture."""
    path = ContextPath("lite0", CHANNELS)
    path.encoder = Pyramid()  # type: ignore[assignment]  # a stand-in
    path.narrow = nn.ModuleList(nn.Identity() for _ in CHANNELS)
    return path


@pytest.mark.parametrize("size", [(96, 96), (320, 416), (192, 672), (32, 64), (256, 512), (768, 1024)])
def test_what_is_added_lies_on_the_cells_of_the_trunk(network: JointNanoDetContext, size: tuple[int, int]) -> None:
    image = torch.randn(1, 3, *size)
    with torch.inference_mode():
        added = network.context(image)
        *_, eighth, sixteenth, deepest = network.detector.trunk(image)
    assert [each.shape[1] for each in added] == [*CHANNELS]
    assert [each.shape[2:] for each in added] == [each.shape[2:] for each in (deepest, sixteenth, eighth)]


@pytest.mark.parametrize("columns", [9, 10, 11], ids=["whole cells", "one over", "two over"])
def test_a_cell_knows_of_the_place_where_it_lies(columns: int) -> None:
    """A picture that grows evenly to the right and down stays so, but near its edges."""
    height, width = 288, 32 * columns
    ramp = torch.arange(height).float()[:, None] + torch.arange(width).float()[None]
    added: Sequence[Tensor] = seeing_itself()(ramp.expand(1, 3, height, width))
    for stride, each in zip((32, 16, 8), added, strict=True):
        middle = (stride - 1) / 2
        expected = ramp[::stride, ::stride] + 2 * middle
        torch.testing.assert_close(each[0, 0][INNER], expected[INNER])


def test_the_small_picture_has_the_pixels_that_are_there_and_then_nothing() -> None:
    path, seen = seeing_itself(), []
    path.encoder.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    path(torch.ones(1, 3, 32, 64))
    (small,) = seen
    assert small.shape == (1, 3, 32, 32)
    shown = torch.zeros(32, 32)
    shown[:12, :24] = 1.0  # three eighths of 32 and 64 pixels
    torch.testing.assert_close(small[0, 0], shown)


def test_its_detector_is_nanodet_g_alone(network: JointNanoDetContext) -> None:
    image, detector = torch.randn(1, 3, 64, 96), NanoDetG(3).eval()
    detector.load_state_dict(network.detector.state_dict())
    with torch.inference_mode():
        together, alone = network(image).cells, detector(image)
    assert all(torch.equal(one, other) for one, other in zip(together, alone, strict=True))


@pytest.mark.parametrize("part", ["detector.trunk.stem", "context.encoder", *(f"context.narrow.{n}" for n in range(3))])
def test_depth_rests_on_the_trunk_and_on_each_map_of_the_context(network: JointNanoDetContext, part: str) -> None:
    image, changed = torch.randn(1, 3, 64, 96), copy.deepcopy(network)
    [*changed.get_submodule(part).parameters()][-1].data.add_(5.0)
    with torch.inference_mode():
        before, after = network(image).depth_m, changed(image).depth_m
    assert before.shape == (1, 1, 16, 24)
    assert 0 < float(before.min()) <= float(before.max()) <= FARTHEST_M
    assert not torch.allclose(before, after)
