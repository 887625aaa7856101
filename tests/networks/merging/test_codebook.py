"""Encoded weights: by hand, and E-Conv and E-FC against the layer with the decoded weight."""

import pytest
import torch
from torch.nn import functional

from howfar.networks.merging.codebook import Codebook, EncodedWeight, Products


def random_weight(outputs: int, channels: int, kernel: int, *, words: int = 5, length: int = 2) -> EncodedWeight:
    random = torch.Generator().manual_seed(0)
    segments = -(-channels // length)
    index = torch.randint(words, (outputs, segments, kernel, kernel), generator=random).to(torch.uint8)
    return EncodedWeight(Codebook(torch.randn(segments, words, length, generator=random)), index, channels)


def test_a_weight_is_what_its_indices_name() -> None:
    codewords = torch.tensor([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]])
    index = torch.tensor([[0, 1], [1, 1], [1, 0]], dtype=torch.uint8)[:, :, None, None]
    weight = EncodedWeight(Codebook(codewords), index, 3)  # the fourth channel is padding
    assert weight()[:, :, 0, 0].tolist() == [[1, 2, 7], [3, 4, 7], [3, 4, 5]]


def test_a_case_by_hand_of_products_once_and_sums_by_index() -> None:
    codewords = torch.tensor([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]])
    index = torch.tensor([[0, 1], [1, 1], [1, 0]], dtype=torch.uint8)[:, :, None, None]
    weight = EncodedWeight(Codebook(codewords), index, 4)
    x = torch.tensor([1.0, 10.0, 100.0, 1000.0])
    products = weight.codebook.products(x[None, :, None, None])
    assert products[0, :, :, 0, 0].tolist() == [[21, 43], [6500, 8700]]
    bias = torch.tensor([0.5, 0.0, -1.0])
    assert weight.multiply(x[None], bias, Products()).tolist() == [[21 + 8700 + 0.5, 43 + 8700, 43 + 6500 - 1]]


@pytest.mark.parametrize(
    ("kernel", "channels", "attributes"),
    [
        pytest.param(3, 4, {}, id="without a border"),
        pytest.param(3, 4, {"pads": (1, 1, 1, 1)}, id="with a border"),
        pytest.param(5, 3, {"pads": (2, 0, 1, 2)}, id="with another border on each side, and a segment filled up"),
        pytest.param(3, 4, {"strides": (2, 3), "pads": (1, 1, 1, 1)}, id="with strides"),
        pytest.param(3, 4, {"dilations": (2, 1), "pads": (2, 1, 2, 1)}, id="with holes"),
        pytest.param(1, 1, {}, id="of one number"),
    ],
)
def test_e_conv_is_the_convolution_with_the_decoded_weight(kernel: int, channels: int, attributes: dict) -> None:
    weight = random_weight(6, channels, kernel)
    x, bias = torch.randn(2, channels, 11, 9), torch.randn(6)
    top, left, bottom, right = attributes.get("pads", (0, 0, 0, 0))
    expected = functional.conv2d(
        functional.pad(x, (left, right, top, bottom)),
        weight(),
        bias,
        attributes.get("strides", 1),
        dilation=attributes.get("dilations", 1),
    )
    torch.testing.assert_close(weight.convolve(x, bias, attributes, Products()), expected, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(
        weight.convolve(x, None, attributes, Products()), expected - bias[:, None, None], atol=1e-5, rtol=1e-5
    )


def test_e_fc_is_the_product_with_the_decoded_weight_for_any_number_of_axes() -> None:
    weight = random_weight(4, 7, 1)
    x = torch.randn(2, 3, 7)
    torch.testing.assert_close(weight.multiply(x, None, Products()), functional.linear(x, weight().flatten(1)))


def test_inner_products_are_computed_once_for_networks_that_see_the_same_map() -> None:
    weight = random_weight(6, 4, 3)
    other = EncodedWeight(weight.codebook, weight.get_buffer("index")[:2], 4)
    x, products = torch.randn(1, 4, 6, 6), Products()
    weight.convolve(x, None, {}, products)
    other.convolve(x, None, {}, products)
    assert len(products) == 1
    other.convolve(x.clone(), None, {}, products)
    assert len(products) == 2


def test_inner_products_of_one_vector_are_computed_once_too() -> None:
    weight = random_weight(6, 4, 1)
    x, products = torch.randn(3, 4), Products()
    weight.multiply(x, None, products)
    weight.multiply(x, None, products)
    assert len(products) == 1


def test_the_codewords_get_a_gradient_and_the_indices_stay() -> None:
    weight = random_weight(2, 4, 1)
    weight().sum().backward()
    gradient = weight.codebook.codewords.grad
    assert gradient is not None
    counts = torch.bincount(weight.get_buffer("index")[:, 0].flatten().long(), minlength=5)
    assert gradient[0, :, 0].tolist() == counts.tolist()  # each codeword is used as often as it is named
    assert weight.get_buffer("index").dtype == torch.uint8
