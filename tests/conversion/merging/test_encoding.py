"""Encoding: exact where there are as many codewords as segments, by hand where there are fewer."""

import pytest
import torch

from howfar.conversion.merging.encoding import Code, cluster, encode, segments_of
from howfar.errors import SettingError
from howfar.networks.merging.codebook import Codebook, EncodedWeight


def decoded(weights: list[torch.Tensor], code: Code) -> list[torch.Tensor]:
    encoded = encode(weights, code, name="layer")
    book = Codebook(encoded.codewords)
    pairs = zip(encoded.indices, weights, strict=True)
    return [EncodedWeight(book, index, weight.shape[1])().detach() for index, weight in pairs]


@pytest.mark.parametrize(
    "shapes",
    [
        pytest.param([(6, 4, 3, 3), (5, 8, 1, 1)], id="kernels and numbers of channels that differ"),
        pytest.param([(6, 1, 5, 5), (4, 3, 3, 3)], id="one channel beside three"),
        pytest.param([(7, 5, 1, 1), (3, 6, 1, 1)], id="a last segment that is not full"),
        pytest.param([(9, 4, 3, 3)], id="a layer alone"),
    ],
)
@pytest.mark.parametrize("length", [1, 2, 4])
def test_as_many_codewords_as_segments_give_the_weights_back(shapes: list[tuple[int, ...]], length: int) -> None:
    torch.manual_seed(0)
    weights = [torch.randn(shape) for shape in shapes]
    for weight, again in zip(weights, decoded(weights, Code(256, length)), strict=True):
        torch.testing.assert_close(again, weight, atol=1e-5, rtol=0)


def test_segments_go_along_the_channels() -> None:
    weight = torch.arange(6.0).reshape(2, 3, 1, 1)
    assert segments_of(weight, 2).tolist() == [[[0, 1], [3, 4]], [[2, 0], [5, 0]]]


def test_a_case_by_hand_both_networks_share_the_mean_of_their_segments() -> None:
    one = torch.tensor([[0.0, 0.0], [10.0, 10.0]])[:, :, None, None]
    other = torch.tensor([[1.0, 1.0], [11.0, 11.0]])[:, :, None, None]
    first, second = decoded([one, other], Code(2, 2))
    assert first[:, :, 0, 0].tolist() == [[0.5, 0.5], [10.5, 10.5]]
    assert torch.equal(first, second)


def test_the_index_is_a_byte_and_has_a_place_for_each_1x1_kernel() -> None:
    encoded = encode([torch.randn(6, 4, 3, 3)], Code(7, 2), name="layer")
    assert encoded.codewords.shape == (2, 7, 2)
    assert encoded.indices[0].shape == (6, 2, 3, 3)
    assert encoded.indices[0].dtype == torch.uint8


def test_k_means_finds_clusters_that_are_far_apart() -> None:
    torch.manual_seed(0)
    middles = torch.tensor([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]])
    points = (middles[:, None] + 0.1 * torch.randn(3, 20, 2)).reshape(1, 60, 2)
    centres, index = cluster(points, 3)
    expected = points.view(3, 20, 2).mean(dim=1)
    distances = torch.cdist(expected, centres[0]).min(dim=1).values
    assert float(distances.max()) < 1e-5
    assert [len(set(index[0, at : at + 20].tolist())) for at in (0, 20, 40)] == [1, 1, 1]


def test_the_same_seed_gives_the_same_codebook() -> None:
    points = torch.randn(3, 50, 2)
    assert torch.equal(cluster(points, 6, seed=3)[0], cluster(points, 6, seed=3)[0])


def test_more_codewords_are_never_worse() -> None:
    torch.manual_seed(0)
    weights = [torch.randn(32, 4, 3, 3)]
    errors = [float((decoded(weights, Code(words, 2))[0] - weights[0]).square().mean()) for words in (2, 8, 32, 128)]
    assert errors == sorted(errors, reverse=True)


def test_a_share_keeps_the_codebook_of_a_small_layer_small() -> None:
    assert encode([torch.randn(40, 4, 1, 1)], Code(64, 2, share=0.25), name="layer").codewords.shape[1] == 10


def test_a_sub_space_of_fewer_segments_has_fewer_codewords() -> None:
    encoded = encode([torch.randn(4, 2, 1, 1), torch.randn(6, 4, 1, 1)], Code(256, 2), name="layer")
    assert encoded.counts == (10, 6)  # the first two channels of both, and two that the second alone has
    assert Codebook(encoded.codewords, encoded.counts).flat().shape == (16, 2)


def test_a_codebook_that_is_asked_to_be_larger_than_its_layer_is_refused() -> None:
    with pytest.raises(SettingError, match="codebook of layer would be larger than the layer: 20 codewords for 6"):
        encode([torch.randn(6, 4, 1, 1)], Code(20, 2), name="layer", exact=True)


def test_more_codewords_than_a_byte_tells_apart_are_refused() -> None:
    with pytest.raises(SettingError, match="at most 256"):
        encode([torch.randn(600, 4, 1, 1)], Code(257, 2), name="layer")
