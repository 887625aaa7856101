"""A feed-forward network as a graph of steps, as ONNX describes it, run by PyTorch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from howfar.errors import ModelError
from howfar.networks.merging.codebook import EncodedWeight, PlainWeight, Products
from howfar.networks.merging.operators import ACTIVATIONS, OPERATORS, convolution

CONVOLUTION, FULLY_CONNECTED = "Conv", "Linear"
"""The steps that have weights. The second is x·Wᵀ + b for vectors ...×C with W of O×C."""

WEIGHTED = (CONVOLUTION, FULLY_CONNECTED)


Shape = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        op: What it does: a name of `OPERATORS`, or one of `WEIGHTED`.
        name: What it is called, in one network once.
        inputs: The names of what it takes; empty for an optional one that is left out. A weighted step takes a map, its
            weight and perhaps its bias.
        outputs: The names of what it gives.
        attributes: Its settings, as ONNX names them.
    """

    op: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Graph:
    """The steps of a network in an order in which they can be run.

    Attributes:
        input: The name of its input.
        input_shape: Its shape; a text is a length that may be any.
        outputs: The names of its outputs.
        output_shapes: Their shapes.
        steps: The steps.
    """

    input: str
    input_shape: Shape
    outputs: tuple[str, ...]
    output_shapes: tuple[Shape, ...]
    steps: tuple[Step, ...]

    def layers(self) -> tuple[Step, ...]:
        """The steps with weights."""
        return tuple(step for step in self.steps if step.op in WEIGHTED)

    def output_layers(self) -> frozenset[str]:
        """The names of the steps with weights that no other such step comes after."""
        after: set[str] = set()
        ends: set[str] = set()
        for step in reversed(self.steps):
            weighted = step.op in WEIGHTED
            if weighted and not after & {*step.outputs}:
                ends.add(step.name)
            if weighted or after & {*step.outputs}:
                after |= {*step.inputs}
        return frozenset(ends)

    def results(self) -> Mapping[str, str]:
        """The name of each layer's output, after its activation where one follows, by the layer's name."""
        takers: dict[str, list[Step]] = {}
        for step in self.steps:
            for name in step.inputs:
                takers.setdefault(name, []).append(step)
        results = {}
        for layer in self.layers():
            after = takers.get(layer.outputs[0], [])
            activated = len(after) == 1 and after[0].op in ACTIVATIONS and layer.outputs[0] not in self.outputs
            results[layer.name] = after[0].outputs[0] if activated else layer.outputs[0]
        return results


class GraphNetwork(nn.Module):
    """Runs a graph.

    The weights of its layers are trained; biases and what else is constant are not.
    """

    def __init__(self, graph: Graph, weights: Mapping[str, nn.Module], constants: Mapping[str, Tensor]) -> None:
        """`weights` gives a `PlainWeight` or an `EncodedWeight` for each name of a weight, O×C×k×k or O×C×1×1.

        Raises:
            ModelError: If a step is none that can be run.
        """
        super().__init__()
        for step in graph.steps:
            if step.op not in OPERATORS and step.op not in WEIGHTED:
                raise ModelError(
                    f"The layer {step.name} is of the type {step.op}, which merging does not know: merge networks of "
                    "convolutions, fully connected layers, pooling and activations."
                )
        self.graph = graph
        self.weight_names = tuple(weights)
        self.weights = nn.ModuleList(weights.values())
        self.constants = dict(constants)

    def forward(self, x: Tensor, products: Products | None = None) -> tuple[Tensor, ...]:
        """Give all outputs; with `products`, by adding up codewords' inner products (E-Conv and E-FC)."""
        values = self.trace(x, products)
        return tuple(values[name] for name in self.graph.outputs)

    def trace(self, x: Tensor, products: Products | None = None) -> dict[str, Tensor]:
        """Give the output of every step, by its name."""
        values: dict[str, Tensor] = {**self.constants, self.graph.input: x}
        weights = dict(zip(self.weight_names, self.weights, strict=True))
        for step in self.graph.steps:
            inputs = [values.get(name) for name in step.inputs]
            try:
                given: Tensor | tuple[Tensor, ...]
                if step.op in WEIGHTED:
                    given = _weighted(step, inputs, weights[step.inputs[1]], products)
                else:
                    given = OPERATORS[step.op](inputs, step.attributes)
            except (LookupError, RuntimeError, TypeError, ValueError) as error:
                reason = str(error).partition("\n")[0].rstrip(".")
                raise ModelError(
                    f"The layer {step.name} ({step.op}) cannot be run: {reason}; check that the network is fed what it "
                    "takes."
                ) from None
            values.update(zip(step.outputs, given if isinstance(given, tuple) else (given,), strict=False))
        return values


def _weighted(step: Step, inputs: list[Tensor | None], weight: nn.Module, products: Products | None) -> Tensor:
    x, bias = inputs[0], inputs[2] if len(inputs) > 2 else None
    if x is None:
        raise ValueError("its input is missing")
    if products is not None and isinstance(weight, EncodedWeight) and step.attributes.get("group", 1) == 1:
        if step.op == CONVOLUTION:
            return weight.convolve(x, bias, step.attributes, products)
        return weight.multiply(x, bias, products)
    if step.op == CONVOLUTION:
        return convolution(x, weight(), bias, step.attributes)
    return functional.linear(x, weight().flatten(1), bias)


def plain_network(graph: Graph, constants: Mapping[str, Tensor]) -> GraphNetwork:
    """A graph with the weights that it came with, which are among its constants."""
    names = tuple(dict.fromkeys(layer.inputs[1] for layer in graph.layers()))
    weights = {name: PlainWeight(as_kernel(constants[name])) for name in names}
    return GraphNetwork(graph, weights, {name: value for name, value in constants.items() if name not in weights})


def as_kernel(weight: Tensor) -> Tensor:
    """A weight O×C as O×C×1×1; one of four axes as it is."""
    return weight[:, :, None, None] if weight.ndim == 2 else weight


def outputs_of(network: GraphNetwork, x: Tensor) -> dict[str, Tensor]:
    """The output of each layer, activated, by the layer's name."""
    values = network.trace(x)
    return {name: values[result] for name, result in network.graph.results().items()}


@torch.no_grad()
def originals_of(network: GraphNetwork, x: Tensor) -> dict[str, Tensor]:
    """The same, as what others are compared with."""
    return outputs_of(network, x)
