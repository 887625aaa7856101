"""How long a network and the file that was made of it take here, by each engine that could run them."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from howfar.evaluation.agreement.timing import TURNS, least_in_turns_ms
from howfar.models.card import Card
from howfar.models.check import PICTURE
from howfar.models.openvino_library import has_bf16, is_installed
from howfar.models.preprocess import feed
from howfar.models.run_options import Precision, RunOptions
from howfar.models.session import open_session

WORDS = {"onnxruntime": "ONNX Runtime", "openvino": "OpenVINO"}


def ways_of(card: Card) -> tuple[RunOptions, ...]:
    """How a network can be run on this machine: by each engine, and in bf16 where the processor has it."""
    precision: Precision = "fp32" if card.int8 is None else "int8"
    ways = [RunOptions(engine="onnxruntime", precision=precision)]
    if is_installed():
        ways.append(RunOptions(engine="openvino", precision=precision))
        if card.int8 is None and has_bf16():
            ways.append(RunOptions(engine="openvino", precision="bf16"))
    return tuple(ways)


def times_of(networks: Mapping[str, tuple[Path, Card]], turns: int = TURNS) -> tuple[dict[str, float], tuple[int, int]]:
    """Milliseconds of the networks alone, in turns, on a drawn picture of 640×480.

    Args:
        networks: The file and the card of each, by what it is called; the first is what others are compared with.
        turns: How often each is run.

    Returns:
        The times by name, engine and precision; and the width and height of what they were fed with.
    """
    works, size_px = {}, (0, 0)
    for name, (path, card) in networks.items():
        fed = feed(PICTURE, card)
        size_px = fed.size_px
        for way in ways_of(card):
            session = open_session(path, card, way)
            works[f"{name}, {WORDS[way.engine]} {way.precision}"] = partial(session.run, *fed.tensors)
    return least_in_turns_ms(works, turns), size_px
