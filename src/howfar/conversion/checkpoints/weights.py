"""Weights out of the files that others publish, without running code from them.

A file holds a plain `state_dict`, or a pickle of a whole network such as the official checkpoints of YOLOv5. Only the
weights' own numbers are taken out of it; those of an optimiser beside them are passed over.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from howfar.conversion.checkpoints.pytorch import PyTorchFile, open_pytorch_file, read_numbers
from howfar.conversion.checkpoints.restricted_pickle import StandIn, StoredNumbers, StoredTensor, shown
from howfar.errors import ModelError

WEIGHT_KEYS = ("ema", "average", "model", "state_dict", "model_state_dict", "network")
"""The keys that checkpoints keep weights under, averaged ones first; `average` and `network` are howfar's own."""

WRAPPER = "module."

MOST_NAMES = 20_000_000
"""Characters in all names of a network: in a file of a few bytes a module can contain itself, and so have no end."""


def read_weights(path: str | Path) -> dict[str, Tensor]:
    """Read the weights of a checkpoint.

    They are looked for under each of `WEIGHT_KEYS`, in this order, and then at the top. The `module.` that training on
    several devices puts before every name is taken off.

    Args:
        path: A .pt or .pth file, of today's format or the one before PyTorch 1.6; it need not be trusted.

    Returns:
        Each weight by its name, in the file's own precision (official detectors: half).

    Raises:
        ModelError: If the file cannot be read, asks to run code, is damaged or of another kind, or has no weights.
    """
    where = str(path)
    file = open_pytorch_file(Path(path))
    stored = _find_weights(file.tree, where)
    if not stored:
        raise ModelError(
            f"{where} has no weights at its top or under {', '.join(WEIGHT_KEYS)}, but {_outline(file.tree)}: name a "
            "checkpoint of a network."
        )
    return _tensors(file, _bare(stored), where)


def load_weights(network: nn.Module, weights: Mapping[str, Tensor], *, source: str) -> None:
    """Put weights into a network, in the network's precision; where they do not fit it stays as it was.

    Args:
        network: A network that has the same names and shapes; one on the meta device takes the weights themselves.
        weights: Weights by name, such as `read_weights` gives.
        source: Where they come from, for errors.

    Raises:
        ModelError: If names are missing or unknown, or shapes differ.
    """
    own = network.state_dict()
    missing = [name for name in own if name not in weights]
    unknown = [name for name in weights if name not in own]
    reshaped = [name for name in own if name in weights and own[name].shape != weights[name].shape]
    if missing or unknown or reshaped:
        example = _misfit(reshaped[0], own, weights) if reshaped else shown((missing + unknown)[0])
        raise ModelError(
            f"{source} belongs to another network than {type(network).__name__}: of its {len(own)} weights "
            f"{len(missing)} are missing, {len(reshaped)} have another shape and {len(unknown)} more are unknown (such "
            f"as {example}); choose the file, or the size and classes of the network, that belong together."
        )
    cast = {name: value.to(own[name].dtype) for name, value in weights.items()}
    network.load_state_dict(cast, assign=any(value.is_meta for value in own.values()))


def _misfit(name: str, own: Mapping[str, Tensor], weights: Mapping[str, Tensor]) -> str:
    sizes = ["×".join(map(str, tensors[name].shape)) or "one number" for tensors in (weights, own)]
    return f"{name}: {sizes[0]} instead of {sizes[1]}"


def _find_weights(tree: Any, where: str) -> dict[str, StoredTensor]:
    kept = [tree.get(key) for key in WEIGHT_KEYS] if isinstance(tree, dict) else []
    for content in (*kept, tree):
        found = dict(_network_tensors(content, where) if isinstance(content, StandIn) else _plain_tensors(content))
        if found:
            return found
    return {}


def _bare(stored: dict[str, StoredTensor]) -> dict[str, StoredTensor]:
    """The tensors without the prefix of PyTorch's DataParallel, where all have it."""
    if not all(name.startswith(WRAPPER) for name in stored):
        return stored
    return {name.removeprefix(WRAPPER): tensor for name, tensor in stored.items()}


def _plain_tensors(content: Any) -> Iterator[tuple[str, StoredTensor]]:
    """The tensors of a state dictionary; none of a dictionary that holds others, which is something else."""
    if isinstance(content, dict) and not any(isinstance(value, (dict, list, tuple)) for value in content.values()):
        for name, value in content.items():
            if isinstance(name, str) and isinstance(value, StoredTensor):
                yield name, value


def _network_tensors(network: StandIn, where: str) -> Iterator[tuple[str, StoredTensor]]:
    """The tensors that the `state_dict` of a pickled network would have, by the names it would give them."""
    waiting, written = [("", network)], 0
    while waiting:
        prefix, module = waiting.pop()
        hidden = module.state.get("_non_persistent_buffers_set")
        for attribute in ("_parameters", "_buffers", "_modules"):
            for name, value in _named(module, attribute):
                written += len(prefix) + len(name)
                if written > MOST_NAMES:
                    raise ModelError(f"{where} has a network without end in it, and was refused: download it again.")
                if isinstance(value, StandIn):
                    waiting.append((f"{prefix}{name}.", value))
                elif isinstance(value, StoredTensor) and not (isinstance(hidden, list) and name in hidden):
                    yield prefix + name, value


def _named(module: StandIn, attribute: str) -> list[tuple[str, Any]]:
    """What a module keeps by name in one of its attributes."""
    kept = module.state.get(attribute)
    return [(name, value) for name, value in kept.items() if isinstance(name, str)] if isinstance(kept, dict) else []


def _outline(tree: Any) -> str:
    if isinstance(tree, dict):
        return f"holds {', '.join(shown(str(name)) for name in list(tree)[:8]) or 'nothing'}"
    return f"is an object of {shown(tree.name)}" if isinstance(tree, StandIn) else f"is a {type(tree).__name__}"


def _tensors(file: PyTorchFile, stored: Mapping[str, StoredTensor], where: str) -> dict[str, Tensor]:
    runs: dict[StoredNumbers, Tensor] = {}
    weights = {}
    for name, tensor in stored.items():
        if tensor.numbers not in runs:
            runs[tensor.numbers] = read_numbers(file, tensor.numbers, where)
        weights[name] = torch.as_strided(runs[tensor.numbers], tensor.shape, tensor.strides, tensor.offset)
    return weights
