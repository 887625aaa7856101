"""Several networks that share codebooks: one model, one file, one pass."""

from collections.abc import Sequence

from torch import Tensor, nn

from howfar.networks.merging.codebook import Codebook, EncodedWeight, PlainWeight, Products
from howfar.networks.merging.graph import GraphNetwork


class MergedNetwork(nn.Module):
    """From an input for each network to the outputs of each."""

    def __init__(self, codebooks: Sequence[Codebook], networks: Sequence[GraphNetwork]) -> None:
        super().__init__()
        self.codebooks = nn.ModuleList(codebooks)
        self.networks = nn.ModuleList(networks)

    def forward(self, *inputs: Tensor, by_codewords: bool = False) -> tuple[tuple[Tensor, ...], ...]:
        """Run all networks.

        With `by_codewords`, each inner product with a codeword is computed once, for all networks that see the same
        map there, and added up by index; else the weights are looked up first, which gives the same.
        """
        products = Products() if by_codewords else None
        return tuple(network(x, products) for network, x in zip(self.networks, inputs, strict=True))

    @property
    def members(self) -> tuple[GraphNetwork, ...]:
        """The networks."""
        return tuple(each for each in self.networks if isinstance(each, GraphNetwork))

    def trained(self, member: int) -> list[nn.Parameter]:
        """What a step for one task changes: the codebooks that this network uses, and its own output layer."""
        found: dict[int, nn.Parameter] = {}
        for weight in self.members[member].weights:
            if isinstance(weight, EncodedWeight):
                found[id(weight.codebook)] = weight.codebook.codewords
            elif isinstance(weight, PlainWeight):
                found[id(weight)] = weight.weight
        return list(found.values())

    def stored_bytes(self) -> int:
        """What codebooks, indices, weights that are not merged, and constants take."""
        values: list[Tensor] = [each.flat() for each in self.codebooks if isinstance(each, Codebook)]
        for member in self.members:
            values += member.constants.values()
            for weight in member.weights:
                values.append(weight.get_buffer("index") if isinstance(weight, EncodedWeight) else weight())
        return sum(value.numel() * value.element_size() for value in values)


def multiplications(network: GraphNetwork, x: Tensor, *, by_codewords: bool) -> tuple[int, int]:
    """The multiplications and the additions by index of one pass through a network's layers.

    Args:
        network: The network.
        x: Its input, 1×C×H×W.
        by_codewords: Count those of E-Conv and E-FC, which multiply with each codeword once; else those of plain
            layers, whose additions go with their multiplications and are not counted.
    """
    values = network.trace(x)
    weights = dict(zip(network.weight_names, network.weights, strict=True))
    multiplied = added = 0
    for step in network.graph.layers():
        seen, given = values[step.inputs[0]], values[step.outputs[0]]
        weight = weights[step.inputs[1]]
        if by_codewords and isinstance(weight, EncodedWeight) and step.attributes.get("group", 1) == 1:
            length = weight.codebook.codewords.shape[2]
            _, segments, height, width = weight.get_buffer("index").shape
            places = seen.numel() // weight.channels
            multiplied += places * sum(weight.codebook.counts[:segments]) * length
            added += given.numel() * segments * height * width
        else:
            multiplied += given.numel() * weight()[0].numel()
    return multiplied, added
