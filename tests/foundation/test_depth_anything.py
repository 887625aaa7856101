"""The adapter of Depth Anything: transformers' network for any size, in its three published sizes."""

import pytest
import torch
from transformers import DepthAnythingForDepthEstimation

from howfar.errors import SettingError
from howfar.foundation.depth_anything import ORIGINAL_OFFSET, DepthAnything
from howfar.foundation.depth_anything_sizes import SIZES, feature_blocks
from tests.foundation.small_networks import FOUR_BLOCKS

PICTURES = [
    pytest.param((70, 70), id="the size of its training"),
    pytest.param((98, 126), id="landscape"),
    pytest.param((140, 56), id="portrait"),
]


def small(max_depth_m: float | None = None, offset: float = 0.0) -> DepthAnything:
    torch.manual_seed(0)
    return DepthAnything(FOUR_BLOCKS, (1, 2, 3, 4), max_depth_m, offset).eval()


@pytest.mark.parametrize("max_depth_m", [None, 20.0], ids=["relative", "metric"])
@pytest.mark.parametrize("size", PICTURES)
def test_without_an_offset_it_is_transformers_own(size: tuple[int, int], max_depth_m: float | None) -> None:
    network = small(max_depth_m)
    theirs = DepthAnythingForDepthEstimation(network.network.config).eval()
    theirs.load_state_dict(network.network.state_dict())
    image = torch.randn(2, 3, *size)
    with torch.inference_mode():
        given, expected = network(image), theirs(image).predicted_depth
    assert given.shape == (2, 1, *size)
    torch.testing.assert_close(given[:, 0], expected, rtol=1e-4, atol=1e-6 * (max_depth_m or 1))


@pytest.mark.parametrize(("size", "same"), [((70, 70), True), ((98, 126), False)], ids=["its own size", "another"])
def test_the_offset_counts_away_from_the_size_of_the_training(size: tuple[int, int], same: bool) -> None:
    image = torch.randn(1, 3, *size)
    with torch.inference_mode():
        plain, offset = small(20.0)(image), small(20.0, ORIGINAL_OFFSET)(image)
    assert torch.equal(plain, offset) is same


def test_metres_end_at_the_maximum_depth() -> None:
    network = small(80.0)
    torch.nn.init.constant_(network.network.head.conv3.bias, 100.0)
    with torch.inference_mode():
        assert network(torch.randn(1, 3, 70, 70)).flatten().unique().tolist() == [80.0]


@pytest.mark.parametrize(("size", "millions"), [("small", 24.8), ("base", 97.5), ("large", 335.3)])
def test_the_published_sizes_have_as_many_weights_as_published(size: str, millions: float) -> None:
    with torch.device("meta"):
        network = DepthAnything(SIZES[size], feature_blocks(2, SIZES[size].blocks))
    assert sum(weight.numel() for weight in network.parameters()) / 1e6 == pytest.approx(millions, abs=0.06)


@pytest.mark.parametrize(
    ("version", "blocks", "read"),
    [
        pytest.param(1, 12, (9, 10, 11, 12), id="V1 reads the last four"),
        pytest.param(1, 24, (21, 22, 23, 24), id="of ViT-L too"),
        pytest.param(2, 12, (3, 6, 9, 12), id="V2 reads the end of each quarter"),
        pytest.param(2, 24, (5, 12, 18, 24), id="but of ViT-L the fifth and not the sixth"),
        pytest.param(2, 40, (10, 20, 30, 40), id="as of ViT-g"),
    ],
)
def test_the_blocks_that_the_head_reads(version: int, blocks: int, read: tuple[int, ...]) -> None:
    assert feature_blocks(version, blocks) == read


def test_a_size_that_is_no_multiple_of_14() -> None:
    with pytest.raises(SettingError, match="multiples of 14, not 640×480: resize the picture"):
        small()(torch.zeros(1, 3, 480, 640))
