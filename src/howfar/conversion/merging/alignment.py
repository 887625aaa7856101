"""Which layers of several networks share a codebook: strictly increasing correspondences."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from howfar.conversion.merging.reading import Source
from howfar.errors import ModelError, SettingError
from howfar.networks.merging.graph import CONVOLUTION, FULLY_CONNECTED, as_kernel

KINDS = (CONVOLUTION, "Conv in groups", FULLY_CONNECTED)
"""Layers of one kind are aligned with each other. Those in groups see few channels, and are a kind of their own."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A weight that is merged.

    Attributes:
        member: Which of the networks it belongs to.
        weight: Its name there.
        kind: One of `KINDS`.
        numbers: How many numbers it has.
    """

    member: int
    weight: str
    kind: str
    numbers: int


Group = tuple[Layer, ...]
"""Layers with one codebook, at most one of each network."""


def mergeable(source: Source, member: int) -> list[Layer]:
    """The layers of a network, in their order, but for its output layers."""
    ends = source.graph.output_layers()
    layers: dict[str, Layer] = {}
    kept = {step.inputs[1] for step in source.graph.layers() if step.name in ends}
    for step in source.graph.layers():
        name = step.inputs[1]
        if name in kept or name in layers:
            continue
        if name not in source.constants:
            raise ModelError(
                f"The layer {step.name} of {source.name} has a weight that is computed, not stored: merge networks of "
                "plain convolutions and fully connected layers."
            )
        weight = source.constants[name]
        if step.op == CONVOLUTION and weight.ndim != 4:
            raise ModelError(
                f"The layer {step.name} of {source.name} is a convolution of {weight.ndim - 2} dimensions, and the "
                "method covers those of pictures: choose another network."
            )
        grouped = step.op == CONVOLUTION and step.attributes.get("group", 1) > 1
        layers[name] = Layer(member, name, KINDS[1] if grouped else step.op, as_kernel(weight).numel())
    return list(layers.values())


def align(sources: Sequence[Source], told: Mapping[str, str] | None = None) -> list[Group]:
    """Find the groups of layers with one codebook.

    Of each kind, every network is aligned with the one that has most layers of it, whose every layer begins a group. A
    rule finds the pairs where none is told: as many as there are layers in the shorter network, strictly increasing,
    with the least sum of |log(n/m)| over the numbers n and m of weights of each pair, because layers of one size share
    most of a codebook.

    Args:
        sources: The networks.
        told: Pairs of the user's, LAYER of the first network: LAYER of the second; then these alone are pairs.

    Raises:
        SettingError: If a pair names no layer that is merged, joins two kinds, or crosses another.
        ModelError: If the networks have no kind of layer in common.
    """
    if told and len(sources) != 2:
        raise SettingError(
            "Pairs can be told for two networks, not for more: leave the alignment to the rule.", setting="align"
        )
    layers = [mergeable(source, member) for member, source in enumerate(sources)]
    groups: list[Group] = []
    shared = False
    for kind in KINDS:
        own = [[layer for layer in of if layer.kind == kind] for of in layers]
        longest = max(range(len(own)), key=lambda member: len(own[member]))
        partners: dict[str, list[Layer]] = {layer.weight: [layer] for layer in own[longest]}
        alone: list[Group] = []
        for member, of in enumerate(own):
            if member == longest:
                continue
            partner_of = dict(told or {}) if member == 0 else {second: first for first, second in (told or {}).items()}
            pairs = _told(of, own[longest], partner_of) if told else _pairs(of, own[longest])
            shared |= bool(pairs)
            for at, layer in enumerate(of):
                if at in pairs:
                    partners[own[longest][pairs[at]].weight].append(layer)
                else:
                    alone.append((layer,))
        groups += [tuple(sorted(each, key=lambda layer: layer.member)) for each in partners.values()] + alone
    if told:
        _refuse_unused(sources, layers, told, groups)
    if not shared:
        names = " and ".join(source.name for source in sources)
        raise ModelError(
            f"{names} cannot be aligned: beside their output layers they have no kind of layer in common; merge "
            "networks that both have convolutions, or both fully connected layers."
        )
    return groups


def _pairs(shorter: Sequence[Layer], longer: Sequence[Layer]) -> dict[int, int]:
    """For each layer of the shorter network the partner's place, by dynamic programming over both."""
    best = [[0.0] * (len(longer) + 1)] + [[math.inf] * (len(longer) + 1) for _ in shorter]
    for i, one in enumerate(shorter, 1):
        for j, other in enumerate(longer, 1):
            paired = best[i - 1][j - 1] + abs(math.log(one.numbers / other.numbers))
            best[i][j] = min(best[i][j - 1], paired)
    pairs: dict[int, int] = {}
    j = len(longer)
    for i in range(len(shorter), 0, -1):
        while best[i][j - 1] == best[i][j]:  # the earliest of equally good partners
            j -= 1
        pairs[i - 1] = j = j - 1
    return pairs


def _told(shorter: Sequence[Layer], longer: Sequence[Layer], partner_of: Mapping[str, str]) -> dict[int, int]:
    places = {layer.weight: at for at, layer in enumerate(longer)}
    pairs = {}
    for at, layer in enumerate(shorter):
        partner = places.get(partner_of.get(layer.weight, ""))
        if partner is not None:
            pairs[at] = partner
    if sorted(pairs.values()) != list(pairs.values()):
        raise SettingError(
            "Pairs of layers that are told cross each other: both networks' layers have to come in their order.",
            setting="align",
        )
    return pairs


def _refuse_unused(
    sources: Sequence[Source], layers: Sequence[Sequence[Layer]], told: Mapping[str, str], groups: Sequence[Group]
) -> None:
    made = {tuple(layer.weight for layer in group) for group in groups if len(group) > 1}
    for pair in told.items():
        if pair in made:
            continue
        for name, of, source in zip(pair, layers, sources, strict=True):
            if name not in {layer.weight for layer in of}:
                names = ", ".join(layer.weight for layer in of)
                raise SettingError(
                    f"{source.name} has no layer {name} that is merged; it has {names}.", setting="align"
                )
        raise SettingError(
            f"{pair[0]} and {pair[1]} cannot be aligned: they are layers of two kinds, or one of them has another "
            "partner.",
            setting="align",
        )
