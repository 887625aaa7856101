"""Weights as indices into a codebook, and layers that compute with the codewords.

After Chou, Chan, Lee, Chiu, Chen: Unifying and Merging Well-trained Deep Neural Networks for Inference Stage, IJCAI
2018 (NeuralMerger). The weight O×C×k×k of a convolution is cut along C into S segments of r channels; the segment s of
each filter at each place of the kernel is one of the K codewords of the sub-space s. A fully connected layer is a
convolution of a 1×1 map. Several networks use one codebook.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from howfar.networks.merging.operators import Attributes, dilations, padded, strides


class Codebook(nn.Module):
    """S×K×r codewords, which are trained; a sub-space that has fewer than K is filled up, and the rest never named."""

    def __init__(self, codewords: Tensor, counts: Sequence[int] | None = None) -> None:
        """`counts` are the numbers of codewords of each sub-space; K where they are not given."""
        super().__init__()
        self.codewords = nn.Parameter(codewords.clone())
        self.counts = tuple([codewords.shape[1]] * len(codewords) if counts is None else counts)

    def flat(self) -> Tensor:
        """The codewords of all sub-spaces, one after the other, without what is filled up: T×r."""
        return torch.cat([words[:count] for words, count in zip(self.codewords, self.counts, strict=True)])

    def products(self, x: Tensor) -> Tensor:
        """The inner products of the segments of a map N×C×H×W with the codewords of their sub-spaces: N×S×K×H×W.

        S is the number of segments that the map has, which may be less than the codebook's.
        """
        count, channels, height, width = x.shape
        _, words, length = self.codewords.shape
        segments = -(-channels // length)
        whole = functional.pad(x, (0, 0, 0, 0, 0, segments * length - channels))
        kernels = self.codewords[:segments].reshape(segments * words, length, 1, 1)
        return functional.conv2d(whole, kernels, groups=segments).view(count, segments, words, height, width)


class Products:
    """The inner products of one pass through all networks: those of one map and one codebook are computed once."""

    def __init__(self) -> None:
        self._kept: dict[tuple[object, ...], tuple[Tensor, Tensor]] = {}

    def of(self, codebook: Codebook, x: Tensor) -> Tensor:
        """See `Codebook.products`."""
        key = id(codebook), x.data_ptr(), x.shape, x.stride()
        if key not in self._kept:
            self._kept[key] = x, codebook.products(x)  # the map is kept too, so that no other takes its place
        return self._kept[key][1]

    def __len__(self) -> int:
        """How often products were computed."""
        return len(self._kept)


class EncodedWeight(nn.Module):
    """The weight of one layer: a uint8 index O×S×k×k into a codebook that it may share with other layers."""

    def __init__(self, codebook: Codebook, index: Tensor, channels: int) -> None:
        """`channels` is C, at most S·r."""
        super().__init__()
        self.codebook, self.channels = codebook, channels
        self.register_buffer("index", index)
        first = torch.arange(index.shape[1]) * codebook.codewords.shape[1]
        self.register_buffer("rows", index.long() + first[:, None, None], persistent=False)

    def forward(self) -> Tensor:
        """The weight itself, O×C×k×k."""
        outputs, segments, height, width = self.get_buffer("rows").shape
        length = self.codebook.codewords.shape[2]
        pieces = functional.embedding(self.get_buffer("rows"), self.codebook.codewords.flatten(0, 1))
        return pieces.permute(0, 1, 4, 2, 3).reshape(outputs, segments * length, height, width)[:, : self.channels]

    def convolve(self, x: Tensor, bias: Tensor | None, attributes: Attributes, products: Products) -> Tensor:
        """E-Conv: add up the codewords' inner products by index; the same as the convolution with the weight."""
        index = self.get_buffer("rows")
        kept = padded(products.of(self.codebook, x).flatten(1, 2), attributes)
        (down, right), (row_step, column_step) = strides(attributes), dilations(attributes)
        outputs, _, rows, columns = index.shape
        height = (kept.shape[2] - (rows - 1) * row_step - 1) // down + 1
        width = (kept.shape[3] - (columns - 1) * column_step - 1) // right + 1
        total = x.new_zeros(outputs, x.shape[0] * height * width)
        for row in range(rows):
            for column in range(columns):
                seen = kept[:, :, row * row_step :: down, column * column_step :: right][:, :, :height, :width]
                places = seen.transpose(0, 1).reshape(seen.shape[1], -1)  # all codewords of all segments × all places
                total = total + functional.embedding_bag(index[:, :, row, column], places, mode="sum")
        summed = total.view(outputs, x.shape[0], height, width).transpose(0, 1)
        return summed if bias is None else summed + bias[:, None, None]

    def multiply(self, x: Tensor, bias: Tensor | None, products: Products) -> Tensor:
        """E-FC: the same for vectors ...×C."""
        return self.convolve(x.reshape(-1, x.shape[-1], 1, 1), bias, {}, products).reshape(*x.shape[:-1], -1)


class PlainWeight(nn.Module):
    """The weight of a layer that is not merged."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight.clone())

    def forward(self) -> Tensor:
        """The weight."""
        return self.weight
