"""The adapter of MiDaS 3: transformers' network, of any size where it has no part that is tied to one."""

import pytest
import torch

from howfar.foundation.dpt import DPT, takes_any_size
from tests.foundation.hub_folders import dpt, hybrid_dpt


@pytest.mark.parametrize(
    ("make", "any_size"),
    [pytest.param(dpt, True, id="a plain vision transformer"), pytest.param(hybrid_dpt, False, id="the hybrid")],
)
def test_of_a_square_picture_it_gives_transformers_own(make, any_size: bool) -> None:
    network, image = make(), torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        given, expected = DPT(network)(image), network(image).predicted_depth
    assert given.shape == (2, 1, 64, 64)
    assert expected.max() > 0
    torch.testing.assert_close(given[:, 0], expected, rtol=1e-4, atol=1e-6)
    assert takes_any_size(network) is any_size


@pytest.mark.parametrize("size", [(64, 96), (128, 32)], ids=["landscape", "portrait"])
def test_other_sizes_give_maps_of_their_own_size(size: tuple[int, int]) -> None:
    with torch.inference_mode():
        given = DPT(dpt())(torch.randn(1, 3, *size))
    assert given.shape == (1, 1, *size)
    assert given.min() < given.max()


def test_a_picture_turned_by_a_right_angle_is_no_other_shape_to_it() -> None:
    """Rows and columns are not mixed up: the same numbers go in whichever way the picture lies."""
    network = dpt()
    with torch.no_grad():  # a network without directions
        for name, value in network.named_parameters():
            if value.dim() == 4 and value.shape[-1] > 1:
                value.copy_((value + value.transpose(2, 3)) / 2)
            if name.endswith("position_embeddings"):
                grid = value[0, 1:].unflatten(0, (4, 4))
                value[0, 1:] = ((grid + grid.transpose(0, 1)) / 2).flatten(0, 1)
    image = torch.randn(1, 3, 64, 96)
    with torch.inference_mode():
        lying, standing = DPT(network)(image), DPT(network)(image.transpose(2, 3))
    torch.testing.assert_close(lying, standing.transpose(2, 3), rtol=1e-3, atol=1e-5)
