"""From trained networks to one with shared codebooks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor, nn

from howfar.conversion.merging.alignment import Group, Layer
from howfar.conversion.merging.encoding import Code, encode
from howfar.conversion.merging.reading import Source
from howfar.errors import SettingError
from howfar.networks.merging.codebook import Codebook, EncodedWeight, PlainWeight
from howfar.networks.merging.graph import FULLY_CONNECTED, GraphNetwork, as_kernel
from howfar.networks.merging.merged import MergedNetwork


@dataclass(frozen=True, slots=True)
class Codes:
    """How all groups are encoded.

    Attributes:
        convolution: Convolutions.
        fully_connected: Fully connected layers.
        layers: Others for the groups that these layers, by the names of their weights, belong to.
    """

    convolution: Code
    fully_connected: Code
    layers: Mapping[str, Code]

    def of(self, group: Group) -> tuple[Code, bool]:
        """A group's code, and whether it was told for this group."""
        for layer in group:
            if layer.weight in self.layers:
                return self.layers[layer.weight], True
        return (self.fully_connected if group[0].kind == FULLY_CONNECTED else self.convolution), False


def merge(
    sources: Sequence[Source],
    groups: Sequence[Group],
    codes: Codes,
    *,
    seed: int = 0,
    done: Callable[[str], object] = lambda _: None,
) -> MergedNetwork:
    """Encode the groups; `done` is called after each with its name.

    Raises:
        SettingError: If a code cannot be, or is for a layer that is in no group.
    """
    known = {layer.weight for group in groups for layer in group}
    if unknown := sorted({*codes.layers} - known):
        raise SettingError(f"There is no layer {unknown[0]} that is merged; there are {', '.join(sorted(known))}.")
    weights: list[dict[str, nn.Module]] = [{} for _ in sources]
    codebooks = []
    for group in groups:
        kernels = [_kernel(sources, layer) for layer in group]
        code, told = codes.of(group)
        encoded = encode(kernels, code, name=group[0].weight, exact=told, seed=seed)
        codebooks.append(Codebook(encoded.codewords, encoded.counts))
        for layer, index, kernel in zip(group, encoded.indices, kernels, strict=True):
            weights[layer.member][layer.weight] = EncodedWeight(codebooks[-1], index, kernel.shape[1])
        done(group[0].weight)
    return MergedNetwork(codebooks, [_network(*pair) for pair in zip(sources, weights, strict=True)])


def _kernel(sources: Sequence[Source], layer: Layer) -> Tensor:
    return as_kernel(sources[layer.member].constants[layer.weight])


def _network(source: Source, encoded: Mapping[str, nn.Module]) -> GraphNetwork:
    names = dict.fromkeys(step.inputs[1] for step in source.graph.layers())
    weights = {name: encoded.get(name) or PlainWeight(as_kernel(source.constants[name])) for name in names}
    constants = {name: value for name, value in source.constants.items() if name not in weights}
    return GraphNetwork(source.graph, weights, constants)
