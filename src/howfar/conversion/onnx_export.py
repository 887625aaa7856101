"""Writing a network as an ONNX file with its card, and proving that the file does what the network does."""

import logging
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import nn

from howfar.conversion.exportable import Exportable
from howfar.conversion.forms import FORMS, Inputs, Size
from howfar.conversion.half_weights import halve
from howfar.conversion.target import refuse_target
from howfar.errors import ModelError, SettingError
from howfar.files import replacing
from howfar.models.card import Card, card_path
from howfar.models.card_writing import card_text
from howfar.models.model_file import file_digest
from howfar.models.run_options import RunOptions
from howfar.models.session import open_session

OPSET = 18

MOST_ERROR = 1e-3
"""An ONNX file that differs by more from its network, as a share of the largest value, is not kept."""

MOST_HALF_ERROR = 5e-2
"""The same for weights in half precision, whose rounding is a real difference; a tenth of it is usual."""

LONG_MS = 1000.0
"""A run of which the first is as good as the next."""

MOST_FILE_BYTES = 2**31 - 2**24
"""An ONNX file, as any file of protocol buffers, ends before 2 GiB; what is no weight takes the rest."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far ONNX Runtime's output is from PyTorch's on one picture, and how long each takes on the CPU.

    Attributes:
        size_px: Width and height of the input.
        error: The largest difference, as a share of the largest value.
        torch_ms: Milliseconds that PyTorch takes for it.
        onnx_ms: Milliseconds that ONNX Runtime takes with as many threads.
    """

    size_px: Size
    error: float
    torch_ms: float
    onnx_ms: float


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes:
        path: The ONNX file; its card lies beside it.
        card: The card as written.
        comparisons: Of the file with weights in single precision; none where they do not fit into one file.
        halved: Of the file with weights in half precision, where that was asked for.
    """

    path: Path
    card: Card
    comparisons: tuple[Comparison, ...]
    halved: tuple[Comparison, ...] = ()


def export(source: Exportable, target: Path, *, half: bool = False, overwrite: bool = False) -> Exported:
    """Write `target` and its card, unless ONNX Runtime makes something else of it than PyTorch does.

    The file takes one picture, 1×3×H×W of any H and W that are multiples of the card's, whatever size the card states;
    or, where the network takes one size alone, of that.

    Args:
        source: The network and its card; the card's name becomes the file's.
        target: The ONNX file to write.
        half: Store large weights in half precision.
        overwrite: Replace files that are there.

    Raises:
        ModelError: If the file differs from the network by more than `MOST_ERROR` (or `MOST_HALF_ERROR`).
        SettingError: If the target's name does not end in .onnx, or the weights do not fit into one file.
        OutputError: If a file exists and may not be replaced, or cannot be written.
    """
    refuse_target(target, overwrite=overwrite)
    fits = _fits(source.network, half=half)
    card = replace(card_of_file(source), name=target.stem)
    model = to_onnx(source)
    comparisons: tuple[Comparison, ...] = ()
    halved: tuple[Comparison, ...] = ()
    with replacing(target, overwrite=overwrite) as file, replacing(card_path(target), overwrite=overwrite) as beside:
        if fits:
            onnx.save(model, file)
            advice = "export it with the tested version of PyTorch"
            comparisons = compare(source, file)
            _refuse_beyond(MOST_ERROR, comparisons, advice)
        if half:
            onnx.save(halve(model), file)
            halved = compare(source, file)
            _refuse_beyond(MOST_HALF_ERROR, halved, "export it without half precision", setting="half")
        card = replace(card, sha256=file_digest(file))
        beside.write_text(card_text(card), encoding="utf-8")
    return Exported(target, card, comparisons, halved)


def card_of_file(source: Exportable) -> Card:
    """The card of the file that is exported: with the name of the output that is read, where it has further ones."""
    depth = source.card.depth
    if depth is None or depth.tensors or not source.more_outputs:
        return source.card
    return replace(source.card, depth=replace(depth, tensors=(FORMS[source.card.task].output,)))


def _fits(network: nn.Module, *, half: bool) -> bool:
    """Whether the weights in single precision fit into one file.

    Raises:
        SettingError: If they do not, and are not to be halved or do not fit even so.
    """
    needed = 4 * sum(value.numel() for value in network.state_dict().values())
    if needed <= MOST_FILE_BYTES:
        return True
    if half and needed // 2 <= MOST_FILE_BYTES:
        return False
    advice = "take a smaller model" if half else "export it in half precision, which takes half of it"
    setting = "" if half else "half"
    raise SettingError(
        f"The weights take {needed / 1e9:.1f} GB, and one ONNX file holds 2.1 GB: {advice}.", setting=setting
    )


def to_onnx(source: Exportable) -> onnx.ModelProto:
    """Trace a network with free height and width where it takes any, or one for crops with their number free."""
    form = FORMS[source.card.task]
    with _quiet_exporter():
        program = torch.onnx.export(
            source.network,
            tuple(map(torch.from_numpy, form.inputs(source)[0])),
            dynamo=True,
            opset_version=OPSET,
            input_names=[spec.name or form.input for spec in source.card.inputs],
            output_names=[source.output or form.output, *source.more_outputs],
            dynamic_shapes=(form.free_axes(source),) * len(source.card.inputs),
            verbose=False,
        )
    if program is None:
        raise ModelError(
            f"PyTorch did not export {source.card.name}, and does not say why: export it with the tested version of "
            "PyTorch."
        )
    return _without_traces(program.model_proto)


def compare(source: Exportable, onnx_path: Path) -> tuple[Comparison, ...]:
    """Run a network and its file on fixed inputs of two sizes, or of the one that the network takes.

    A detector's boxes, in pixels, and its scores are each judged by their own largest value.

    Raises:
        ModelError: If the file does not open or run.
    """
    session = open_session(onnx_path, card_of_file(source), RunOptions(torch.get_num_threads(), engine="onnxruntime"))
    comparisons = []
    for tensors in FORMS[source.card.task].inputs(source):
        expected, torch_ms = _timed(partial(_run_torch, source.network, tensors))
        outputs, onnx_ms = _timed(partial(session.run, *tensors))
        error = max(_error(*pair, source.card) for pair in zip(outputs.values(), expected, strict=True))
        comparisons.append(Comparison((tensors[0].shape[3], tensors[0].shape[2]), error, torch_ms, onnx_ms))
    return tuple(comparisons)


def _run_torch(network: nn.Module, tensors: Inputs) -> list[NDArray[np.float32]]:
    with torch.inference_mode():
        output = network(*map(torch.from_numpy, tensors))
    return [each.numpy() for each in (output if isinstance(output, tuple) else (output,))]


def _timed(run: Callable[[], Result]) -> tuple[Result, float]:
    """What a run gives, and its milliseconds; a quick one, of which plans and memory are a large part, runs again."""
    for _ in range(2):
        start = time.perf_counter()
        result = run()
        taken_ms = (time.perf_counter() - start) * 1e3
        if taken_ms > LONG_MS:
            break
    return result, taken_ms


def _error(given: NDArray[np.float32], expected: NDArray[np.float32], card: Card) -> float:
    if given.shape != expected.shape:
        return float("inf")
    pairs = [(given[..., judged], expected[..., judged]) for judged in FORMS[card.task].scales]
    return max(
        float(np.abs(ours - theirs).max() / (np.abs(theirs).max() or 1.0)) for ours, theirs in pairs if theirs.size
    )


def _refuse_beyond(most: float, comparisons: tuple[Comparison, ...], advice: str, *, setting: str = "") -> None:
    for comparison in comparisons:
        if not comparison.error <= most:  # NaN is refused as well
            width, height = comparison.size_px
            raise ModelError(
                f"At {width}×{height} the ONNX file differs from the network by {comparison.error:.2g} of the largest "
                f"value, where {most:g} is let pass, and was not kept: {advice}.",
                setting=setting,
            )


def _without_traces(model: onnx.ModelProto) -> onnx.ModelProto:
    """Take out where in the source each node came from: half of a small file, with paths of the user's disk."""
    graph = model.graph
    for message in (model, graph, *graph.node, *graph.input, *graph.output, *graph.initializer, *graph.value_info):
        del message.metadata_props[:]
        message.doc_string = ""
    return model


@contextmanager
def _quiet_exporter() -> Iterator[None]:
    """Keep back what PyTorch's exporter says of unused libraries, of its deprecations, and of axes of one size."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            warnings.filterwarnings("ignore", "# The axis name", UserWarning)  # both pictures of a pair are of one size
            yield
    finally:
        logger.setLevel(level)
