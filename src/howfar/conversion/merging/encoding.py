"""Encoding: the segments of all layers of a group, clustered into codewords of each sub-space."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn import functional

from howfar.errors import SettingError

MOST_CODEWORDS = 256
"""As many as one byte tells apart."""

ROUNDS = 30
"""Of k-means, which ends sooner where no segment changes its codeword."""

CHUNK_NUMBERS = 2**19
"""Distances that are held at once: they stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Code:
    """How the layers of a group are encoded.

    Attributes:
        codewords: The most codewords of a sub-space; at most 256.
        segment: How many channels a segment has; fewer in layers that have fewer.
        share: The most codewords as a share of the segments of a sub-space, so that a small layer has a small codebook.
    """

    codewords: int
    segment: int
    share: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """A group of layers as encoded.

    Attributes:
        codewords: S×K×r, S the segments of the layer that has most.
        counts: How many codewords each sub-space has; what is beyond is zero.
        indices: For each layer uint8, O×s×k×k with s of its own.
    """

    codewords: Tensor
    counts: tuple[int, ...]
    indices: tuple[Tensor, ...]


def segments_of(weight: Tensor, length: int) -> Tensor:
    """Cut a weight O×C×k×k along C: S×(O·k·k)×r, the last segment filled up with zeros."""
    outputs, channels, height, width = weight.shape
    count = -(-channels // length)
    whole = functional.pad(weight, (0, 0, 0, 0, 0, count * length - channels))
    pieces = whole.reshape(outputs, count, length, height, width).permute(1, 0, 3, 4, 2)
    return pieces.reshape(count, outputs * height * width, length)


def encode(weights: Sequence[Tensor], code: Code, *, name: str, exact: bool = False, seed: int = 0) -> Encoded:
    """Encode the weights of a group.

    Args:
        weights: O×C×k×k each.
        code: How.
        name: What the group is called in errors.
        exact: Refuse more codewords than there are segments, which the user has asked for in so many words.
        seed: Of the first codewords that k-means begins with.

    Raises:
        SettingError: If there are more codewords than segments, or than one byte tells apart.
    """
    if code.codewords > MOST_CODEWORDS:
        raise SettingError(f"A codebook has at most {MOST_CODEWORDS} codewords a sub-space, not {code.codewords}.")
    length = min(code.segment, max(weight.shape[1] for weight in weights))
    cut = [segments_of(weight, length) for weight in weights]
    most = max(sum(each.shape[1] for each in cut if at < each.shape[0]) for at in range(max(map(len, cut))))
    if exact and code.codewords > most:
        raise SettingError(
            f"The codebook of {name} would be larger than the layer: {code.codewords} codewords for {most} segments; "
            "take fewer."
        )
    words = _count(code, most)
    count = max(map(len, cut))
    codewords = torch.zeros(count, words, length)
    assigned = [torch.zeros(each.shape[:2], dtype=torch.uint8) for each in cut]
    counts: list[int] = []
    edges = sorted({0, *map(len, cut)})
    for first, last in pairwise(edges):
        members = [at for at, each in enumerate(cut) if len(each) >= last]
        points = torch.cat([cut[at][first:last] for at in members], dim=1)
        found, index = cluster(points, _count(code, points.shape[1]), seed)
        counts += [found.shape[1]] * (last - first)
        codewords[first:last, : found.shape[1]] = found
        for at, part in zip(members, torch.split(index, [cut[at].shape[1] for at in members], dim=1), strict=True):
            assigned[at][first:last] = part.to(torch.uint8)
    return Encoded(codewords, tuple(counts), tuple(_index(*pair) for pair in zip(assigned, weights, strict=True)))


def _count(code: Code, segments: int) -> int:
    """The codewords of a sub-space with so many segments."""
    return min(code.codewords, max(1, int(code.share * segments)))


def _index(assigned: Tensor, weight: Tensor) -> Tensor:
    outputs, _, height, width = weight.shape
    return assigned.view(len(assigned), outputs, height, width).transpose(0, 1).contiguous()


def cluster(points: Tensor, words: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """k-means in many sub-spaces at once.

    Args:
        points: S×n×r.
        words: K, at most n.
        seed: Of the first centres.

    Returns:
        The centres S×K×r, and the index S×n of each point's centre. With K = n, the points themselves.
    """
    spaces, count, _ = points.shape
    if words == count:
        return points.clone(), torch.arange(count).expand(spaces, count)
    at_once = max(1, CHUNK_NUMBERS // (count * words))
    parts = [_cluster(part, words, seed + at) for at, part in enumerate(torch.split(points, at_once))]
    return torch.cat([centres for centres, _ in parts]), torch.cat([index for _, index in parts])


def _cluster(points: Tensor, words: int, seed: int) -> tuple[Tensor, Tensor]:
    centres = _first_centres(points, words, torch.Generator().manual_seed(seed))
    index = _nearest(points, centres)
    for _ in range(ROUNDS):
        centres = _means(points, index, centres)
        new = _nearest(points, centres)
        if torch.equal(new, index):
            break
        index = new
    return _means(points, index, centres), index


def _first_centres(points: Tensor, words: int, random: torch.Generator) -> Tensor:
    """k-means++: each further centre is a point, drawn by its squared distance from those that there are."""
    rows = torch.arange(len(points))
    centres = [points[rows, torch.randint(points.shape[1], (len(points),), generator=random)]]
    squared = torch.full(points.shape[:2], torch.inf)
    for _ in range(words - 1):
        squared = torch.minimum(squared, (points - centres[-1][:, None]).square().sum(dim=2))
        drawn = torch.multinomial(squared + 1e-20, 1, generator=random)[:, 0]
        centres.append(points[rows, drawn])
    return torch.stack(centres, dim=1)


def _nearest(points: Tensor, centres: Tensor) -> Tensor:
    products = torch.bmm(points, centres.transpose(1, 2))
    return (centres.square().sum(dim=2)[:, None] - 2 * products).argmin(dim=2)


def _means(points: Tensor, index: Tensor, centres: Tensor) -> Tensor:
    """The mean of each centre's points; a centre without any stays where it was."""
    sums = torch.zeros_like(centres).scatter_add_(1, index[:, :, None].expand(points.shape), points)
    counts = torch.zeros(centres.shape[:2]).scatter_add_(1, index, torch.ones(index.shape))[:, :, None]
    return torch.where(counts > 0, sums / counts.clamp(min=1), centres)
