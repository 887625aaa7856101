"""A merging at the size of a test: two small networks and tasks made of what they answer."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from howfar.conversion.merging.reading import read_source
from howfar.networks.merging.graph import plain_network
from howfar.training.merging.run import Place
from tests.conversion.merging.networks import deeper, small


def answered(path: Path, count: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Random inputs of a network, and the classes that it says they have."""
    source = read_source(path)
    _, *shape = source.graph.input_shape
    inputs = np.random.default_rng(seed).normal(size=(count, *shape)).astype(np.float32)  # type: ignore[arg-type]
    with torch.no_grad():
        (output,) = plain_network(source.graph, source.constants)(torch.from_numpy(inputs))
    return inputs, output.argmax(dim=1).numpy()


def place(folder: Path, **changed: Any) -> Place:
    """Networks, their tasks, and where the result goes; `changed` arrays replace or, when None, take away others."""
    paths = small(folder / "a.onnx"), deeper(folder / "b.onnx")
    arrays: dict[str, Any] = {}
    for letter, path in zip("ab", paths, strict=True):
        arrays[f"{letter}_inputs"], arrays[f"{letter}_labels"] = answered(path, 200, seed=0)
        arrays[f"{letter}_test_inputs"], arrays[f"{letter}_test_labels"] = answered(path, 100, seed=1)
    kept = {name: value for name, value in {**arrays, **changed}.items() if value is not None}
    np.savez(folder / "tasks.npz", **kept)
    return Place(paths, folder / "tasks.npz", folder / "out")
