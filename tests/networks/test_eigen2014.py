"""The network of Eigen et al. 2014."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from howfar.networks import eigen2014
from howfar.networks.eigen2014 import ENTRY, CoarseNetwork, Eigen2014, FineNetwork
from howfar.networks.fcrn import START_M
from tests.networks.checks import assert_export_agrees, output_shape, parameter_count


@pytest.mark.parametrize("fine", [True, False], ids=["both parts", "the coarse part alone"])
def test_depth_has_the_papers_size(fine: bool) -> None:
    assert output_shape(lambda: Eigen2014(fine), (2, 3, 228, 304)) == (2, 1, 55, 74)


def test_it_has_this_many_parameters() -> None:
    assert parameter_count(Eigen2014) == 70_877_171
    assert parameter_count(CoarseNetwork) == 70_757_734
    assert parameter_count(FineNetwork) == 119_437


def test_nearly_all_of_them_are_in_the_fully_connected_layers() -> None:
    with torch.device("meta"):
        coarse = CoarseNetwork()
    connected = sum(each.numel() for part in (coarse.hidden, coarse.log_depth) for each in part.parameters())
    assert connected == 67_010_534


def test_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="takes pictures of 304×228, and this one is 320×240"):
        output_shape(Eigen2014, (1, 3, 240, 320))


def test_the_convolutions_have_the_sizes_of_the_papers_table() -> None:
    with torch.device("meta"):
        x, sizes = torch.zeros(1, 3, 228, 304), []
        for layer in CoarseNetwork().features:
            x = layer(x)
            sizes.append(tuple(x.shape[1:]))
    assert [sizes[0], *sizes[2::3][:2], sizes[-1]] == [(96, 55, 74), (96, 27, 37), (256, 13, 18), (256, 6, 8)]


def test_an_untrained_network_says_a_rooms_usual_depth_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eigen2014, "HIDDEN", 16)
    torch.manual_seed(0)
    with torch.inference_mode():
        depth_m = Eigen2014().eval()(torch.randn(1, 3, 228, 304))
    np.testing.assert_allclose(depth_m.numpy(), START_M, rtol=0.25)


def test_the_fine_part_reads_the_coarse_map_as_its_last_channel() -> None:
    torch.manual_seed(0)
    fine = FineNetwork().requires_grad_(False)
    image, coarse = torch.randn(1, 3, 228, 304), torch.randn(1, 1, 55, 74)
    edges = functional.relu(functional.conv2d(image, fine.first.weight, fine.first.bias, stride=2))
    # The pooling rounds up: 110×148 becomes 55×74, and what would lie outside counts for nothing.
    padded = functional.pad(edges, (0, 1, 0, 1), value=-torch.inf)
    pooled = padded.unfold(2, 3, 2).unfold(3, 3, 2).amax((-2, -1))[..., :55, :74]
    joined = torch.cat((pooled, coarse), dim=1)
    second = functional.relu(functional.conv2d(joined, fine.second.weight, fine.second.bias, padding=2))
    expected = functional.conv2d(second, fine.log_depth.weight, fine.log_depth.bias, padding=2)
    np.testing.assert_allclose(fine(image, coarse).numpy(), expected.numpy(), atol=1e-5)


def test_only_the_fine_part_learns_where_the_coarse_one_is_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eigen2014, "HIDDEN", 16)
    network = Eigen2014()
    network.coarse.requires_grad_(False)
    network(torch.randn(1, 3, 228, 304)).mean().backward()
    assert network.coarse.hidden.weight.grad is None
    assert network.fine.second.weight.grad is not None


def test_the_recipe_can_give_only_this_size() -> None:
    assert ENTRY.size_px == (304, 228)


@pytest.mark.slow
def test_the_exported_network_gives_the_same_depth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eigen2014, "HIDDEN", 16)
    torch.manual_seed(0)
    assert_export_agrees(Eigen2014(), torch.randn(1, 3, 228, 304))
