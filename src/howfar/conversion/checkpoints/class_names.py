"""The names of a detector's classes, out of a checkpoint that is a pickle of a whole network."""

from pathlib import Path
from typing import Any

from howfar.conversion.checkpoints.pytorch import open_pytorch_file
from howfar.conversion.checkpoints.restricted_pickle import StandIn
from howfar.conversion.checkpoints.weights import WEIGHT_KEYS


def read_class_names(path: Path) -> tuple[str, ...]:
    """Read the class names that official detectors carry beside their weights, without running code from the file.

    Args:
        path: A .pt file; it need not be trusted.

    Returns:
        The names in the order of the class numbers; none where the file has none, or not one printable name for each
        number from 0.

    Raises:
        ModelError: If the file asks to run code, is damaged or of another kind.
    """
    tree = open_pytorch_file(path).tree
    kept = [tree.get(key) for key in WEIGHT_KEYS] if isinstance(tree, dict) else []
    for network in (*kept, tree):
        if isinstance(network, StandIn) and (names := _in_order(network.state.get("names"))):
            return names
    return ()


def _in_order(names: Any) -> tuple[str, ...]:
    """Names as a list, or under their numbers as newer files have them."""
    if isinstance(names, dict):
        names = [names.get(number) for number in range(len(names))]
    if not isinstance(names, list):
        return ()
    return tuple(names) if all(isinstance(name, str) and name.isprintable() for name in names) else ()
