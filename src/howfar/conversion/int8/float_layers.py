"""Which layers of a network stay in float: told by their place in the graph, whatever the network is called.

A layer is a convolution or a product with a constant matrix. Layer B comes next after layer A where data flow from A to
B through no other layer. Then

- the **first** layers are those that take the network's input through no other layer;
- the **last** ones are those after which no layer comes;
- a **head** is a last layer with the layers before it, as long as each comes next after one layer alone and has one
  layer alone next after it: back to where ways fork, or to the layer that takes what was joined, which is not of it.

Coordinates, logits and bins are finer than 256 steps, and what a first layer rounds is lost to all others.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import onnx

LAYERS = frozenset(("Conv", "ConvTranspose", "Gemm", "MatMul"))
"""The operators with weights."""

QUANTISED = ("Conv", "Gemm", "MatMul")
"""Those that engines compute in 8 bits."""

PASSING = ("Add", "AveragePool", "Clip", "Concat", "GlobalAveragePool", "LeakyRelu", "MaxPool", "Relu", "Resize")
"""Operators without weights that hand 8 bits on, so that nothing is turned to float and back between two layers."""

INPUT = ""
"""Stands for the network's input among what a layer follows on; no layer is called so."""


@dataclass(frozen=True, slots=True)
class FloatLayers:
    """The layers of a network by their names, in the graph's order.

    Attributes:
        layers: All of them.
        first: Those that take the input.
        heads: Those of the heads, the last ones among them.
        quantised: Those that can be computed in 8 bits, and are neither first nor of a head.
        passing: The nodes that hand 8 bits on: such as are no layers, and come next after a quantised one.
    """

    layers: tuple[str, ...]
    first: tuple[str, ...]
    heads: tuple[str, ...]
    quantised: tuple[str, ...]
    passing: tuple[str, ...]


def find_float_layers(graph: onnx.GraphProto) -> FloatLayers:
    """Find the layers that stay in float.

    Args:
        graph: The graph; each of its nodes has a name of its own, and they are sorted, as ONNX asks for.
    """
    constants = {each.name for each in graph.initializer}
    fed = {each.name for each in graph.input} - constants
    before = _before(graph, constants, fed)
    operators = {node.name: node.op_type for node in graph.node if is_layer(node, constants)}
    layers = tuple(operators)
    after: defaultdict[str, set[str]] = defaultdict(set)
    for layer in layers:
        for earlier in before[layer]:
            after[earlier].add(layer)
    first = tuple(name for name in layers if INPUT in before[name])
    in_heads = _heads([name for name in layers if not after[name]], before, after)
    heads = tuple(name for name in layers if name in in_heads)
    stay = {*first, *heads}
    quantised = tuple(name for name in layers if name not in stay and operators[name] in QUANTISED)
    in_bytes = set(quantised)
    passing = tuple(node.name for node in graph.node if node.op_type in PASSING and before[node.name] & in_bytes)
    return FloatLayers(layers, first, heads, quantised, passing)


def is_layer(node: onnx.NodeProto, constants: Iterable[str]) -> bool:
    """Whether a node is a layer: its weights, which are its second input, are constant."""
    return node.op_type in LAYERS and len(node.input) > 1 and node.input[1] in constants


def _before(graph: onnx.GraphProto, constants: set[str], fed: set[str]) -> dict[str, set[str]]:
    """The layers that come just before each node, and `INPUT` where the network's input does."""
    sources: dict[str, set[str]] = {name: {INPUT} for name in fed}
    before: dict[str, set[str]] = {}
    for node in graph.node:
        found = set().union(*(sources.get(name, set()) for name in node.input))
        before[node.name] = found
        given = {node.name} if is_layer(node, constants) else found
        sources.update((name, given) for name in node.output)
    return before


def _heads(last: list[str], before: Mapping[str, set[str]], after: Mapping[str, set[str]]) -> set[str]:
    """The last layers, and the chains that lead to them and to nothing else."""
    heads = set(last)
    for layer in last:
        earlier = _only(before[layer])
        while earlier and after[earlier] == {layer} and _only(before[earlier]):
            heads.add(earlier)
            layer, earlier = earlier, _only(before[earlier])
    return heads


def _only(names: set[str]) -> str:
    """The name in a set of one; empty, as `INPUT` is, for any other."""
    return next(iter(names)) if len(names) == 1 else ""
