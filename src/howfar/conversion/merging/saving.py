"""A merged model in one file: NumPy's arrays and a description in JSON. Reading it runs nothing.

The description is the array `description`. The others are `codebook.N` (the codewords of all sub-spaces, T×r) and
`codebook.N.counts` (how many each has), and for the network M `M.index.N` (uint8),
`M.weight.N` (not merged) and `M.constant.N`, in the order of the names that the description gives.
"""

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from msgspec import Struct
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from howfar.conversion.merging.encoding import MOST_CODEWORDS
from howfar.errors import ModelError
from howfar.files import replacing
from howfar.networks.merging.codebook import Codebook, EncodedWeight, PlainWeight
from howfar.networks.merging.graph import WEIGHTED, Graph, GraphNetwork, Step
from howfar.networks.merging.merged import MergedNetwork

FORMAT = 1

_DAMAGED = (
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
    msgspec.MsgspecError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What reading a file that is none, or a damaged one, raises."""


class StepRecord(Struct, frozen=True):
    """See `Step`."""

    op: str
    name: str
    inputs: list[str]
    outputs: list[str]
    attributes: dict[str, int | float | str | list[int | float | str]]


class MemberRecord(Struct, frozen=True, kw_only=True):
    """One network: its graph, and the names of its arrays in their order.

    Attributes:
        name: What it is called.
        input: As in `Graph`.
        input_shape: As in `Graph`.
        outputs: As in `Graph`.
        output_shapes: As in `Graph`.
        steps: As in `Graph`.
        encoded: The weights that are merged: name, number of the codebook, number of channels.
        plain: The weights that are not.
        constants: The rest.
    """

    name: str
    input: str
    input_shape: list[int | str]
    outputs: list[str]
    output_shapes: list[list[int | str]]
    steps: list[StepRecord]
    encoded: list[tuple[str, int, int]]
    plain: list[str]
    constants: list[str]


class Description(Struct, frozen=True):
    """All of a file but its arrays."""

    format: int
    codebooks: int
    members: list[MemberRecord]


def save_merged(merged: MergedNetwork, names: tuple[str, ...], path: Path, *, overwrite: bool = False) -> None:
    """Write a merged model; `names` are those of its networks.

    Raises:
        OutputError: If it cannot be written, or is there and may not be replaced.
    """
    books = [each for each in merged.codebooks if isinstance(each, Codebook)]
    arrays: dict[str, NDArray[Any]] = {}
    for at, book in enumerate(books):
        arrays[f"codebook.{at}"] = _array(book.flat())
        arrays[f"codebook.{at}.counts"] = np.array(book.counts, np.uint16)
    members = []
    for at, (name, network) in enumerate(zip(names, merged.members, strict=True)):
        members.append(_member(name, network, books))
        weights = dict(zip(network.weight_names, network.weights, strict=True))
        for place, (weight, _, _) in enumerate(members[-1].encoded):
            arrays[f"{at}.index.{place}"] = _array(weights[weight].get_buffer("index"))
        for place, weight in enumerate(members[-1].plain):
            arrays[f"{at}.weight.{place}"] = _array(weights[weight]())
        for place, constant in enumerate(members[-1].constants):
            arrays[f"{at}.constant.{place}"] = _array(network.constants[constant])
    text = msgspec.json.encode(Description(FORMAT, len(books), members))
    with replacing(path, overwrite=overwrite) as temporary, temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, description=np.frombuffer(text, np.uint8), **arrays)


def _array(value: Tensor) -> NDArray[Any]:
    array: NDArray[Any] = value.detach().contiguous().numpy()
    return array


def _member(name: str, network: GraphNetwork, books: list[Codebook]) -> MemberRecord:
    encoded, plain = [], []
    for weight, module in zip(network.weight_names, network.weights, strict=True):
        if isinstance(module, EncodedWeight):
            book = next(at for at, each in enumerate(books) if each is module.codebook)
            encoded.append((weight, book, module.channels))
        else:
            plain.append(weight)
    graph = network.graph
    steps = [
        StepRecord(step.op, step.name, [*step.inputs], [*step.outputs], _plain_attributes(step)) for step in graph.steps
    ]
    return MemberRecord(
        name=name,
        input=graph.input,
        input_shape=[*graph.input_shape],
        outputs=[*graph.outputs],
        output_shapes=[[*shape] for shape in graph.output_shapes],
        steps=steps,
        encoded=encoded,
        plain=plain,
        constants=[*network.constants],
    )


def _plain_attributes(step: Step) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in step.attributes.items()}


def load_merged(path: Path) -> tuple[MergedNetwork, tuple[str, ...]]:
    """Read a merged model, and the names of its networks.

    Raises:
        ModelError: If the file is none, or a damaged one.
    """
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        description = msgspec.json.decode(arrays.pop("description").tobytes(), type=Description)
        if description.format != FORMAT:
            raise ModelError(f"{path} was written by another version of howfar: merge the networks again.")
        books = [_codebook(arrays, at) for at in range(description.codebooks)]
        networks = [_network(at, each, books, arrays) for at, each in enumerate(description.members)]
    except OSError as error:
        raise ModelError(f"The merged model {path} cannot be read ({error.strerror or error}): name one.") from None
    except _DAMAGED:
        raise ModelError(f"{path} is no merged model, or a damaged one: merge the networks again.") from None
    return MergedNetwork(books, networks), tuple(each.name for each in description.members)


def _codebook(arrays: Mapping[str, NDArray[Any]], at: int) -> Codebook:
    flat = _tensor(arrays[f"codebook.{at}"], 2).float()
    counts = [int(each) for each in arrays[f"codebook.{at}.counts"]]
    if min(counts) < 1 or max(counts) > MOST_CODEWORDS:
        raise ValueError("a number of codewords that cannot be")
    return Codebook(pad_sequence(list(torch.split(flat, counts)), batch_first=True), counts)


def _network(at: int, record: MemberRecord, books: list[Codebook], arrays: Mapping[str, NDArray[Any]]) -> GraphNetwork:
    weights: dict[str, nn.Module] = {}
    for place, (name, book, channels) in enumerate(record.encoded):
        weights[name] = _encoded(books[book], _tensor(arrays[f"{at}.index.{place}"], 4), channels)
    for place, name in enumerate(record.plain):
        weights[name] = PlainWeight(_tensor(arrays[f"{at}.weight.{place}"], 4))
    constants = {
        name: torch.from_numpy(arrays[f"{at}.constant.{place}"]) for place, name in enumerate(record.constants)
    }
    graph = Graph(
        record.input,
        tuple(record.input_shape),
        tuple(record.outputs),
        tuple(map(tuple, record.output_shapes)),
        tuple(map(_step, record.steps)),
    )
    if any(step.op in WEIGHTED and (len(step.inputs) < 2 or step.inputs[1] not in weights) for step in graph.steps):
        raise ValueError("a layer without a weight")
    return GraphNetwork(graph, weights, constants)


def _encoded(book: Codebook, index: Tensor, channels: int) -> EncodedWeight:
    spaces, length = len(book.counts), book.codewords.shape[2]
    if index.dtype != torch.uint8 or not 0 < index.shape[1] <= spaces or not index.numel():
        raise ValueError("an index of another kind")
    within = index.amax(dim=(0, 2, 3)) < torch.tensor(book.counts[: index.shape[1]])
    if not within.all() or not 0 < channels <= index.shape[1] * length:
        raise ValueError("an index that does not fit its codebook")
    return EncodedWeight(book, index, channels)


def _tensor(array: NDArray[Any], axes: int) -> Tensor:
    if array.ndim != axes or array.dtype.kind not in "fu":
        raise ValueError("an array of another kind")
    return torch.from_numpy(array)


def _step(record: StepRecord) -> Step:
    attributes = {name: tuple(value) if isinstance(value, list) else value for name, value in record.attributes.items()}
    return Step(record.op, record.name, tuple(record.inputs), tuple(record.outputs), attributes)
