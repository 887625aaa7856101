"""Which of a network's outputs are read: what none but the card can tell is never guessed."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from howfar.errors import ModelError
from howfar.models.card import Card
from howfar.models.layouts import LAYOUTS

ONE = (1,)
"""How many outputs a map of depth, or of weights, is read from."""


def read_outputs(
    outputs: Mapping[str, NDArray[Any]], tensors: tuple[str, ...], counts: Sequence[int], where: str
) -> list[NDArray[np.float32]]:
    """The outputs that a head reads, in single precision: those that the card names, or all of them.

    Args:
        outputs: What the session gave.
        tensors: The names that the card states; none for all.
        counts: From how many outputs the head can be read.
        where: What messages call the network.

    Raises:
        ModelError: If an output is no array, or there are more outputs than are read and the card names none.
    """
    refuse_unnamed(list(outputs), tensors, counts, where)
    read = {name: outputs[name] for name in tensors} if tensors else dict(outputs)
    for name, value in read.items():
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub":
            kind = "texts" if isinstance(value, np.ndarray) else type(value).__name__
            raise ModelError(
                f"The network's output {name!r} holds no array of numbers but {kind}: name others in its "
                "card's tensors, or export it without."
            )
    with np.errstate(over="ignore"):  # what is beyond single precision becomes infinite
        return [value.astype(np.float32, copy=False) for value in read.values()]


def refuse_unnamed(names: Sequence[str], tensors: tuple[str, ...], counts: Sequence[int], where: str) -> None:
    """Raise ModelError where a network has more outputs than are read, and the card does not say which they are."""
    if len(tensors or names) > max(counts):
        raise ModelError(
            f"{where} has {len(tensors or names)} outputs ({', '.join(tensors or names)}), and {max(counts)} "
            f"{'is' if max(counts) == 1 else 'are'} read: name which in the card's [output], such as "
            f'tensors = ["{names[0]}"].'
        )


def check_outputs(names: Sequence[str], card: Card, where: str) -> None:
    """Check that a card says which of a file's outputs are read.

    Args:
        names: The names of the file's outputs.
        card: The file's card.
        where: What messages call the file.

    Raises:
        ModelError: If the card names an output that is not there, or there are more outputs than are read and it names
            none.
    """
    if missing := [name for name in card.tensors if name not in names]:
        raise ModelError(f"{where} has no output {missing[0]!r}, which its card names; there are {', '.join(names)}.")
    if card.detector is not None:
        refuse_unnamed(names, card.detector.tensors, LAYOUTS[card.detector.layout].counts, where)
    if card.depth is not None:
        refuse_unnamed(names, card.depth.tensors, ONE, where)
    if (card.ranging is not None or card.stereo is not None) and len(names) != 1:
        kind = "ranging network" if card.ranging is not None else "network of features"
        raise ModelError(f"{where} has {len(names)} outputs ({', '.join(names)}); a {kind} has one.")
