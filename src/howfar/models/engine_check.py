"""Do both engines give the same for a file? OpenVINO rewrites a network before it runs it, and may do so wrongly."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from howfar.errors import HowfarError, ModelError
from howfar.models.card import Card
from howfar.models.check import PICTURE, picture_with_things
from howfar.models.detector import CardDetector
from howfar.models.layouts import LAYOUTS
from howfar.models.openvino_library import is_installed
from howfar.models.preprocess import feed, input_planes
from howfar.models.run_options import RunOptions
from howfar.models.session import Session, open_session

MOST_APART = 0.05
"""How far numbers of two engines may be apart, as a share of the largest of their output. In single precision it was at
most 0.00005 in fourteen files, and 0.01 in files of half precision, in which ONNX Runtime rounds and OpenVINO does not.
A network that was rewritten wrongly is off by tens of per cent."""
LEAST = 1e-6
"""An output whose largest number is below this is compared as if it were this."""
RANKED = ("end2end", "rtdetr")
"""Layouts whose rows the network chooses and sorts by score itself: two that are nearly equal may change places."""

Outputs = Mapping[str, NDArray[Any]]


class _Compared(NamedTuple):
    """Numbers that are compared, by what a sentence calls them."""

    name: str
    values: NDArray[Any]
    is_ranked: bool


def check_engines(path: Path, card: Card, threads: int | None = None) -> float | None:
    """Run a file by ONNX Runtime and by OpenVINO, both in fp32, on a drawn room and on noise of the same size.

    Args:
        path: The ONNX file.
        card: Its card.
        threads: Threads of each; None for every core.

    Returns:
        How far they are apart, as `difference` has it; None where nothing is compared: OpenVINO is not installed, an
        engine does not run the file, or it is an int8 file, whose roundings are each engine's own.

    Raises:
        ModelError: If OpenVINO gives something else.
    """
    if not is_installed() or card.int8 is not None:
        return None
    inputs = dict(_inputs(card))
    try:
        by_openvino = open_session(path, card, RunOptions(threads, engine="openvino", precision="fp32"))
        found = [by_openvino.run(*tensors) for tensors in inputs.values()]
        by_onnx_runtime = open_session(path, card, RunOptions(threads, engine="onnxruntime", precision="fp32"))
        expected = [by_onnx_runtime.run(*tensors) for tensors in inputs.values()]
    except HowfarError:  # it says so itself to whoever asks for it
        return None
    worst = 0.0
    for fed, right, outputs in zip(inputs, expected, found, strict=True):
        what, apart = difference(card, by_onnx_runtime, right, outputs)
        if apart > MOST_APART:
            raise ModelError(
                f"OpenVINO computes {path} wrongly: for {fed} {_words(what, apart)}: take the engine onnxruntime.",
                setting="engine",
            )
        worst = max(worst, apart)
    return worst


def _words(what: str, apart: float) -> str:
    if np.isinf(apart):
        return f"{what} has another shape than ONNX Runtime's, or no numbers (NaN) in other places"
    return f"it differs from ONNX Runtime by {apart:.0%} of the largest number in {what}"


def difference(card: Card, session: Session, expected: Outputs, found: Outputs) -> tuple[str, float]:
    """The output that differs most, and its largest difference as a share of its largest number.

    It is infinite where the shapes differ, or one of both alone has no number. A detector's scores are compared by
    themselves too: beside boxes in pixels they would not count. Of outputs with ranked rows each column is sorted, and
    its mean difference taken (the Wasserstein distance of first order).
    """
    pairs = zip(_compared(card, session, expected), _compared(card, session, found), strict=True)
    apart = {one.name: _apart(one.values, other.values, is_ranked=one.is_ranked) for one, other in pairs}
    most = max(apart, key=lambda name: apart[name])
    return most, apart[most]


def _inputs(card: Card) -> Iterator[tuple[str, tuple[NDArray[np.float32], ...]]]:
    """What a network is run on, the same every time: smooth areas with edges, and every frequency at once."""
    drawn = _drawn(card)
    yield "a drawn room", drawn
    random = np.random.default_rng(0)
    yield (
        "noise",
        tuple(
            input_planes(random.integers(0, 256, (*tensor.shape[2:], 3), dtype=np.uint8), spec)
            for tensor, spec in zip(drawn, card.inputs, strict=True)
        ),
    )


def _drawn(card: Card) -> tuple[NDArray[np.float32], ...]:
    if card.stereo is None:
        return feed(PICTURE, card).tensors
    # What pairs are matched by takes pictures as they are and looks at a few pixels round each: a small one tells all.
    small = picture_with_things(160, 120)
    return tuple(input_planes(small, spec) for spec in card.inputs)


def _compared(card: Card, session: Session, outputs: Outputs) -> Iterator[_Compared]:
    """The outputs that are read, and scores once more by themselves."""
    if card.detector is None:
        yield from (_Compared(f"the output {name!r}", outputs[name], False) for name in card.tensors or outputs)
        return
    of_detector, is_ranked = card.detector.tensors or tuple(outputs), card.detector.layout in RANKED
    for name in card.tensors or outputs:
        yield _Compared(f"the output {name!r}", outputs[name], is_ranked and name in of_detector)
    arrays = CardDetector(card, session).arrays(outputs)
    scores = LAYOUTS[card.detector.layout].parts(arrays, len(card.detector.classes))[1]
    yield _Compared(f"the scores of the output {' and '.join(map(repr, of_detector))}", scores, is_ranked)


def _apart(expected: NDArray[Any], found: NDArray[Any], *, is_ranked: bool) -> float:
    """The difference of two arrays, as `difference` has it."""
    if expected.shape != found.shape:
        return np.inf
    if not expected.size:
        return 0.0
    one, other = (each.astype(np.float64) for each in (expected, found))
    if is_ranked:
        one, other = (np.sort(each, axis=-2) for each in (one, other))
    with np.errstate(invalid="ignore"):
        off = np.where((one == other) | (np.isnan(one) & np.isnan(other)), 0.0, np.abs(one - other))
    off[np.isnan(off)] = np.inf
    largest = float(np.abs(one, where=np.isfinite(one), out=np.zeros_like(one)).max())
    return float((off.mean(axis=-2) if is_ranked else off).max()) / max(largest, LEAST)
