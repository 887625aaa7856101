"""The weights of an ONNX file that this project exported, by the names that the network knows them by.

The exporter joins each batch normalisation with the convolution before it and keeps the convolution's name. Such a pair
is given the joined weights and a normalisation that adds the joined bias: the same function, as long as its statistics
stay frozen. Half precision is read as it is stored.
"""

import math
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import torch
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # it comes without types
from onnx import numpy_helper
from torch import Tensor, nn

from howfar.errors import ModelError

WRAPPERS = re.compile(r"^(network\.)*")
"""Before each name: the exported module holds the network under this name, which may hold it so again."""

HALF, JOINED_BIAS = "_half", "_bias"


def exported_weights(path: Path, network: nn.Module) -> dict[str, Tensor]:
    """Read the weights of a file for a network of the same definition.

    Args:
        path: An ONNX file that `howfar export` wrote.
        network: Whose names and batch normalisations tell what is looked for.

    Returns:
        Each weight that the file has, in single precision, by its name in the network.

    Raises:
        ModelError: If the file cannot be read, or holds none of the network's weights.
    """
    stored = _stored(path)
    weights = {name: stored[name] for name in network.state_dict() if name in stored}
    for name, module in network.named_modules():
        if isinstance(module, nn.BatchNorm2d) and (bias := stored.get(_joined_bias(name))) is not None:
            weights |= {f"{name}.{key}": value for key, value in _adding(bias, module).items()}
    if not weights:
        raise ModelError(
            f"{path} has no weight of {type(network).__name__} by its name: name a file that was exported from it."
        )
    return weights


def ordered_weights(path: Path, network: nn.Module) -> dict[str, Tensor]:
    """Read the weights of a file whose convolutions stand in the order of a network's own, whatever their names.

    Others name the weights of their files by numbers. Where all shapes agree in their order, the file is taken to be of
    the network.

    Args:
        path: An ONNX file in which every weight is a convolution's, with its bias.
        network: One that has convolutions with biases and no other weights.

    Raises:
        ModelError: If the file cannot be read, or its convolutions are not the network's.
    """
    stored = _stored(path)
    graph = _graph(path)
    pairs = [[stored.get(_plain(name)) for name in node.input[1:3]] for node in graph.node if node.op_type == "Conv"]
    names = [name for name, module in network.named_modules() if isinstance(module, nn.Conv2d)]
    own = network.state_dict()
    weights = {
        f"{name}.{part}": value
        for name, pair in zip(names, pairs, strict=False)
        for part, value in zip(("weight", "bias"), pair, strict=False)
        if value is not None
    }
    if len(names) != len(pairs) or {key: value.shape for key, value in weights.items()} != {
        key: value.shape for key, value in own.items()
    }:
        raise ModelError(
            f"The convolutions of {path} are not those of {type(network).__name__}: name a file of that network."
        )
    return weights


def _plain(name: str) -> str:
    """What a weight is called in the network: without what holds it, and how it is stored."""
    return WRAPPERS.sub("", name.removesuffix(HALF))


def _joined_bias(name: str) -> str:
    """What the bias of a convolution and the normalisation after it is called: both are steps of one sequence."""
    sequence, _, step = name.rpartition(".")
    return f"{sequence}.{int(step) - 1}.weight{JOINED_BIAS}" if step.isdecimal() and len(step) < 9 else ""


def _adding(bias: Tensor, module: nn.BatchNorm2d) -> Mapping[str, Tensor]:
    """The weights of a normalisation that, frozen, adds a bias and does nothing else."""
    return {
        "weight": torch.full_like(bias, math.sqrt(1 + module.eps)),
        "bias": bias,
        "running_mean": torch.zeros_like(bias),
        "running_var": torch.ones_like(bias),
        "num_batches_tracked": torch.tensor(0),
    }


def _graph(path: Path) -> onnx.GraphProto:
    try:
        return onnx.load(path).graph
    except OSError as error:
        raise ModelError(f"The weights {path} cannot be read ({error.strerror}): name an ONNX file.") from None
    except DecodeError:
        raise ModelError(f"{path} is no ONNX file, or a damaged one: export it again.") from None


def _stored(path: Path) -> dict[str, Tensor]:
    graph = _graph(path)
    stored = {each.name.removesuffix(HALF): _tensor(each) for each in graph.initializer}
    # A linear layer is a product and a sum; the exporter names only the sum's bias.
    products = {node.output[0]: node.input[1] for node in graph.node if node.op_type == "MatMul"}
    for node in graph.node:
        if node.op_type == "Add" and node.input[0] in products and node.input[1].endswith(".bias"):
            matrix = stored.get(products[node.input[0]])
            if matrix is not None:
                stored[node.input[1].removesuffix("bias") + "weight"] = matrix.T.contiguous()
    return {WRAPPERS.sub("", name): value for name, value in stored.items()}


def _tensor(initializer: onnx.TensorProto) -> Tensor:
    values = numpy_helper.to_array(initializer)
    return torch.from_numpy(np.array(values, dtype=np.float32 if values.dtype == np.float16 else values.dtype))
