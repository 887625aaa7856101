"""MC-CNN's two networks."""

import cv2
import numpy as np
import pytest
import torch

from howfar.networks.mc_cnn import FeaturesOfPicture, MCCNNAccurate, MCCNNFast
from howfar.stereo.mc_cnn.matcher import grey_of
from tests.networks.checks import assert_export_agrees, output_shape, parameter_count, without_gradient


@pytest.mark.parametrize(
    ("build", "count"),
    [
        pytest.param(lambda: MCCNNFast(4), 111_424, id="fast, KITTI"),
        pytest.param(lambda: MCCNNFast(5), 148_352, id="fast, Middlebury"),
        pytest.param(lambda: MCCNNAccurate(4, 4), 870_449, id="accurate, KITTI"),
        pytest.param(lambda: MCCNNAccurate(5, 3), 835_617, id="accurate, Middlebury"),
    ],
)
def test_it_has_this_many_parameters(build, count: int) -> None:
    assert parameter_count(build) == count


@pytest.mark.parametrize(("layers", "patch"), [(4, 9), (5, 11)], ids=["KITTI", "Middlebury"])
def test_a_patch_becomes_one_vector_and_a_picture_one_for_each_pixel(layers: int, patch: int) -> None:
    assert output_shape(lambda: MCCNNFast(layers), (3, 1, patch, patch)) == (3, 64, 1, 1)
    assert output_shape(lambda: FeaturesOfPicture(MCCNNFast(layers)), (1, 3, 21, 33)) == (1, 64, 21, 33)


def test_vectors_are_of_unit_length_and_may_be_negative() -> None:
    features = MCCNNFast()(torch.randn(2, 1, 13, 15))
    torch.testing.assert_close(features.norm(dim=1), torch.ones(2, 3, 5))
    assert (features < 0).any()


def test_the_picture_is_grey_normalised_and_mirrored_at_its_margins() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (17, 19, 3), dtype=np.uint8)
    network = MCCNNFast(4).eval()
    padded = cv2.copyMakeBorder(grey_of(picture), 4, 4, 4, 4, cv2.BORDER_REFLECT_101)
    with torch.inference_mode():
        expected = network(torch.from_numpy(padded)[None, None])
        found = FeaturesOfPicture(network)(torch.from_numpy(picture).permute(2, 0, 1)[None].float())
    # OpenCV rounds its grey to whole levels.
    assert (expected - found).abs().max() < 0.02


def test_a_picture_of_one_colour_gives_numbers() -> None:
    assert FeaturesOfPicture(MCCNNFast())(torch.full((1, 3, 16, 16), 90.0)).isfinite().all()


def test_the_accurate_network_judges_a_pixel_by_both_patches_in_their_order() -> None:
    network = MCCNNAccurate().eval()
    left, right = torch.randn(2, 2, 1, 13, 11)
    with torch.inference_mode():
        alike = network(left, right)
        assert alike.shape == (2, 1, 3, 1)
        assert ((alike > 0) & (alike < 1)).all()
        assert not torch.allclose(alike, network(right, left))
        torch.testing.assert_close(network(left[:, :, 1:12], right[:, :, 1:12])[:, :, 0], alike[:, :, 1])


@pytest.mark.parametrize("layers", [4, 5])
def test_the_gradient_reaches_every_parameter(layers: int) -> None:
    # Of a sum of unit vectors: of their length itself nothing would be learned.
    assert without_gradient(MCCNNFast(layers), torch.randn(2, 1, 15, 15)) == []
    network = MCCNNAccurate(layers)
    network(*torch.randn(2, 2, 1, 13, 13)).sum().backward()
    assert all(each.grad is not None and each.grad.isfinite().all() for each in network.parameters())


def test_before_its_training_the_accurate_network_tells_patches_apart() -> None:
    torch.manual_seed(0)
    left, right = torch.randn(2, 64, 1, 11, 11)
    with torch.inference_mode():
        assert MCCNNAccurate()(left, right).std() > 0.02


@pytest.mark.slow
def test_the_exported_fast_network_gives_the_same_features() -> None:
    assert_export_agrees(FeaturesOfPicture(MCCNNFast()), 255 * torch.rand(1, 3, 24, 31))
