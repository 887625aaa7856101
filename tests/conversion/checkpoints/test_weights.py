"""Weights out of files that need not be trusted: what is read, and what is refused without running anything."""

import io
import os
import pickle
import sys
import types
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from howfar.conversion.checkpoints.class_names import read_class_names
from howfar.conversion.checkpoints.weights import load_weights, read_weights
from howfar.errors import ModelError
from howfar.networks.yolov5 import yolov5

FORMATS = [pytest.param(True, id="today's zip"), pytest.param(False, id="the format before PyTorch 1.6")]


def small_network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), nn.Sequential(nn.Linear(2, 2, bias=False)))


def assert_same(weights: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    assert weights.keys() == expected.keys()
    for name, value in expected.items():
        assert weights[name].dtype == value.dtype, name
        assert torch.equal(weights[name], value), name


def zipped(path: Path, program: bytes, **members: bytes) -> Path:
    """A file of today's format with a pickle written by hand."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", program)
        for name, content in members.items():
            archive.writestr(f"archive/{name}", content)
    return path


# What is read.


@pytest.mark.parametrize("zip_format", FORMATS)
@pytest.mark.parametrize(
    "wrap",
    [
        pytest.param(lambda network: network.state_dict(), id="bare"),
        pytest.param(lambda network: {"state_dict": network.state_dict(), "epoch": 3}, id="under state_dict"),
        pytest.param(
            lambda network: {"model_state_dict": network.state_dict(), "loss": 0.1}, id="under model_state_dict"
        ),
        pytest.param(
            lambda network: {"model": network.state_dict(), "args": {"device": torch.device("cpu")}}, id="under model"
        ),
        pytest.param(lambda network: {"ema": network, "model": nn.Linear(1, 1)}, id="averaged weights come first"),
        pytest.param(lambda network: {"ema": None, "model": network}, id="no averaged weights"),
        pytest.param(lambda network: network, id="a whole network"),
        pytest.param(
            lambda network: {"model": network, "optimizer": torch.optim.Adam(network.parameters()).state_dict()},
            id="beside an optimiser",
        ),
        pytest.param(
            lambda network: {
                "model": network.half().float(),
                "best_fitness": np.float64(0.3),
                "history": np.arange(3.0),
                "opt": {"data": Path("coco.yaml")},
                "names": {0: "cat"},
                "seen": {1, 2},
                "date": None,
            },
            id="beside NumPy scalars, arrays, paths, sets and None",
        ),
    ],
)
def test_weights_are_found_wherever_they_are(tmp_path: Path, wrap: Any, zip_format: bool) -> None:
    network = small_network()
    torch.save(wrap(network), tmp_path / "w.pt", _use_new_zipfile_serialization=zip_format)
    assert_same(read_weights(tmp_path / "w.pt"), dict(network.state_dict()))


@pytest.mark.parametrize("zip_format", FORMATS)
@pytest.mark.parametrize(
    "dtype", ["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"]
)
def test_every_number_type(tmp_path: Path, dtype: str, zip_format: bool) -> None:
    value = torch.tensor([[1, 0, 3], [0, 5, 6]]).to(getattr(torch, dtype))
    torch.save({"w": value}, tmp_path / "w.pt", _use_new_zipfile_serialization=zip_format)
    assert_same(read_weights(tmp_path / "w.pt"), {"w": value})


@pytest.mark.parametrize("zip_format", FORMATS)
def test_views_of_one_run_of_numbers(tmp_path: Path, zip_format: bool) -> None:
    run = torch.arange(24.0)
    views = {
        "all": run,
        "part": run[5:9],
        "turned": run.view(4, 6).T,
        "one": run[3].clone().squeeze(),
        "none": run[:0].clone(),
    }
    torch.save(views, tmp_path / "w.pt", _use_new_zipfile_serialization=zip_format)
    assert_same(read_weights(tmp_path / "w.pt"), views)


def test_a_parameter_keeps_its_values_with_attributes_of_its_own(tmp_path: Path) -> None:
    parameter = nn.Parameter(torch.arange(3.0))
    parameter.group = "decay"
    torch.save({"w": parameter}, tmp_path / "w.pt")
    assert_same(read_weights(tmp_path / "w.pt"), {"w": parameter.detach()})


def test_a_buffer_that_is_not_saved_stays_out(tmp_path: Path) -> None:
    network = nn.Linear(2, 2)
    network.register_buffer("grid", torch.zeros(3), persistent=False)
    torch.save(network, tmp_path / "w.pt")
    assert read_weights(tmp_path / "w.pt").keys() == {"weight", "bias"}


@pytest.fixture
def official_like(tmp_path: Path) -> Path:
    """A checkpoint as YOLOv5 of some years ago wrote it, of classes that are gone when it is read."""
    module = types.ModuleType("models")
    module.yolo = types.ModuleType("models.yolo")  # type: ignore[attr-defined]

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = small_network().half()
            self.names = ["person", "car"]
            self.stride = torch.tensor([8.0, 16.0, 32.0])

    Model.__module__, Model.__qualname__ = "models.yolo", "Model"
    module.yolo.Model = Model
    sys.modules |= {"models": module, "models.yolo": module.yolo}
    content = {"epoch": -1, "best_fitness": np.array([0.28]), "model": Model(), "ema": None, "optimizer": None}
    try:
        torch.save(content, tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    finally:
        del sys.modules["models"], sys.modules["models.yolo"]
    return tmp_path / "old.pt"


@pytest.mark.filterwarnings("ignore:Couldn't retrieve source code")
def test_an_official_file_of_classes_that_are_not_installed(official_like: Path) -> None:
    weights = read_weights(official_like)
    assert_same(weights, {f"model.{name}": value for name, value in small_network().half().state_dict().items()})
    assert "models" not in sys.modules


def test_the_published_checkpoint_of_yolov5n(shared: Path) -> None:
    """Its weights are those of the parity vectors, rounded to half precision, as are then its boxes."""
    network = yolov5("n").eval()
    load_weights(network, read_weights(shared / "parity" / "yolov5n.pt"), source="yolov5n.pt")
    with np.load(shared / "parity" / "yolov5n.npz") as arrays, torch.inference_mode():
        boxes, published = network.decode(network(torch.from_numpy(arrays["x"]))).numpy(), arrays["y"]
    assert {value.dtype for value in network.state_dict().values()} == {torch.float32, torch.int64}
    assert np.abs(boxes[..., :4] - published[..., :4]).max() < 0.1
    assert np.abs(boxes[..., 4:] - published[..., 4:]).max() < 1e-3


# What is refused.


class Calling:
    """Pickles as a call of any function: the usual way to hide code in a file."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return self.call


class StateRunner:
    """Runs code when it is given its state."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __setstate__(self, state: dict[str, str]) -> None:
        os.system(state["command"])


def command(tmp_path: Path) -> str:
    return f"touch {tmp_path / 'ran'}"


def text(value: str) -> bytes:
    return b"X" + len(value).to_bytes(4, "little") + value.encode()


HAND_WRITTEN = {
    "STACK_GLOBAL": lambda run: b"\x80\x04" + text("os") + text("system") + b"\x93" + text(run) + b"\x85R.",
    "INST": lambda run: b"(" + text(run) + b"ios\nsystem\n.",
    "OBJ": lambda run: b"(cos\nsystem\n" + text(run) + b"o.",
    "a call on a memorised name": lambda run: b"cos\nsystem\nq\x000h\x00" + text(run) + b"\x85R.",
    "a call inside a persistent reference": lambda run: (
        b"\x80\x02(" + text("storage") + b"cos\nsystem\n" + text(run) + b"\x85RtQ."
    ),
    "a call in a dictionary's key": lambda run: b"\x80\x02}cos\nsystem\n" + text(run) + b"\x85RK\x01s.",
}


@pytest.mark.parametrize("program", [pytest.param(program, id=name) for name, program in HAND_WRITTEN.items()])
def test_a_call_by_any_instruction_is_refused(tmp_path: Path, program: Any) -> None:
    path = zipped(tmp_path / "evil.pt", program(command(tmp_path)))
    with pytest.raises(ModelError, match=r"asks to call os\.system"):
        read_weights(path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("zip_format", FORMATS)
@pytest.mark.parametrize(
    ("make", "called"),
    [
        pytest.param(lambda run: Calling(os.system, run), "system", id="a command"),
        pytest.param(lambda run: Calling(eval, f"__import__('os').system({run!r})"), "eval", id="eval"),
        pytest.param(lambda run: Calling(getattr, run, "upper"), "getattr", id="getattr"),
        pytest.param(lambda run: Calling(__import__, "os"), "__import__", id="an import"),
        pytest.param(lambda run: Calling(torch.load, run), "load", id="a file within the file"),
        pytest.param(lambda run: {"n": Calling(sorted, [])}, "sorted", id="a harmless call, but not a known one"),
        pytest.param(
            lambda run: OrderedDict(w=torch.zeros(2), hook=Calling(os.system, run)),
            "system",
            id="a call beside weights",
        ),
    ],
)
def test_a_file_that_calls_anything_is_refused(tmp_path: Path, make: Any, called: str, zip_format: bool) -> None:
    torch.save(make(command(tmp_path)), tmp_path / "evil.pt", _use_new_zipfile_serialization=zip_format)
    with pytest.raises(ModelError, match=rf"evil\.pt asks to call (\w+\.)*{called}, "):
        read_weights(tmp_path / "evil.pt")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_bare_pickle_that_calls_is_refused(tmp_path: Path, protocol: int) -> None:
    path = tmp_path / "evil.pt"
    path.write_bytes(pickle.dumps(Calling(os.system, command(tmp_path)), protocol))
    with pytest.raises(ModelError, match="asks to call"):
        read_weights(path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("zip_format", FORMATS)
def test_an_object_with_code_for_its_state_is_not_made(tmp_path: Path, zip_format: bool) -> None:
    content = {"model": {"w": torch.ones(2)}, "extra": StateRunner(command(tmp_path))}
    torch.save(content, tmp_path / "w.pt", _use_new_zipfile_serialization=zip_format)
    assert_same(read_weights(tmp_path / "w.pt"), {"w": torch.ones(2)})
    assert not (tmp_path / "ran").exists()


def test_reading_changes_nothing_outside(tmp_path: Path) -> None:
    """A pickle may give a state to a class or function that it names, such as the one that rebuilds tensors."""
    program = b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n}" + text("changed") + b"\x88sb."
    with pytest.raises(ModelError, match="no weights"):
        read_weights(zipped(tmp_path / "evil.pt", program))
    assert not hasattr(torch._utils._rebuild_tensor_v2, "changed")


TENSOR = (
    b"\x80\x02}" + text("w") + b"ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + b"ctorch\n%s\n" + text("0")
    + text("cpu") + b"K\x04tQK\x00%s%s\x89}tRs."
)  # fmt: skip
"""One weight: kind of its numbers, of which there are four, its shape and its strides."""

FOUR = np.arange(4, dtype=np.float32).tobytes()


def test_a_weight_written_by_hand(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "w.pt", TENSOR % (b"FloatStorage", b"K\x02K\x02\x86", b"K\x02K\x01\x86"), **{"data/0": FOUR}
    )
    assert_same(read_weights(path), {"w": torch.tensor([[0.0, 1.0], [2.0, 3.0]])})


@pytest.mark.parametrize(
    ("kind", "shape", "strides", "numbers", "reason"),
    [
        pytest.param(b"FloatStorage", b"K\x05\x85", b"K\x01\x85", FOUR, "larger than", id="more than is stored"),
        pytest.param(b"FloatStorage", b"K\x02\x85", b"K\x04\x85", FOUR, "larger than", id="strides past the end"),
        pytest.param(b"FloatStorage", b"M\xff\xff\x85", b"K\x00\x85", FOUR, "larger than", id="one number without end"),
        pytest.param(b"FloatStorage", b"J\xff\xff\xff\xff\x85", b"K\x01\x85", FOUR, "wrongly", id="a negative size"),
        pytest.param(b"FloatStorage", b"K\x04\x85", b")", FOUR, "shorter", id="a size without its stride"),
        pytest.param(b"FloatStorage", b"K\x04\x85", b"K\x01\x85", FOUR[:-1], "another length", id="too few bytes"),
        pytest.param(b"FloatStorage", b"K\x04\x85", b"K\x01\x85", FOUR + b"\0", "another length", id="too many bytes"),
        pytest.param(b"FloatStorage", b"K\x04\x85", b"K\x01\x85", None, "data/0 is missing", id="no bytes"),
        pytest.param(b"QInt8Storage", b"K\x04\x85", b"K\x01\x85", FOUR, "torch.QInt8Storage", id="unknown numbers"),
    ],
)
def test_a_weight_that_cannot_be_is_refused(
    tmp_path: Path, kind: bytes, shape: bytes, strides: bytes, numbers: bytes | None, reason: str
) -> None:
    members = {} if numbers is None else {"data/0": numbers}
    path = zipped(tmp_path / "w.pt", TENSOR % (kind, shape, strides), **members)
    with pytest.raises(ModelError, match=reason):
        read_weights(path)


def compressed(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02}." + bytes(100_000))


def big_endian(path: Path) -> None:
    zipped(path, b"}.", byteorder=b"big")


def endless(path: Path) -> None:
    """A network that is a part of itself."""
    modules = text("_modules") + b"}" + text("again") + b"h\x00ss"
    zipped(path, b"\x80\x02cmodels\nNet\n)\x81q\x00}" + modules + b"b.")


@pytest.mark.parametrize(
    ("write", "message"),
    [
        pytest.param(lambda path: None, "cannot be read .No such file", id="no file"),
        pytest.param(lambda path: path.mkdir(), "cannot be read .Is a directory", id="a folder"),
        pytest.param(lambda path: path.write_bytes(b""), "is empty", id="an empty file"),
        pytest.param(lambda path: path.write_text("\n<!DOCTYPE html><p>Sign in</p>"), "a web page", id="a web page"),
        pytest.param(lambda path: path.write_text("version https://git-lfs"), "no PyTorch file", id="a text"),
        pytest.param(lambda path: path.write_bytes(bytes(1000)), "no PyTorch file", id="zeros"),
        pytest.param(lambda path: path.write_bytes(pickle.dumps({"a": 1})), "not one that PyTorch", id="a pickle"),
        pytest.param(lambda path: zipfile.ZipFile(path, "w").close(), "not one that PyTorch", id="another zip file"),
        pytest.param(compressed, "is compressed", id="a zip file that unfolds to more than it is"),
        pytest.param(big_endian, "big-endian", id="numbers with their bytes turned"),
        pytest.param(endless, "a network without end", id="a network that contains itself"),
        pytest.param(
            lambda path: zipped(path, b"\x82\x01."), "instruction EXT1", id="an instruction to look up a class"
        ),
        pytest.param(lambda path: zipped(path, b"(t(" * 9), "cut off", id="a pickle without an end"),
        pytest.param(lambda path: zipped(path, b"R."), "do not fit together", id="a call of nothing"),
        pytest.param(
            lambda path: torch.save({"epoch": 3, "net": {"w": torch.ones(1)}}, path),
            "under ema, average, model, state_dict, model_state_dict, network, but holds epoch, net",
            id="weights under another key",
        ),
        pytest.param(lambda path: torch.save([torch.ones(1)], path), "no weights .* is a list", id="a list of tensors"),
        pytest.param(lambda path: torch.save(nn.ReLU(), path), "an object of .*ReLU", id="a network without weights"),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence(tmp_path: Path, write: Any, message: str) -> None:
    write(tmp_path / "w.pt")
    with pytest.raises(ModelError, match=message) as refusal:
        read_weights(tmp_path / "w.pt")
    assert str(refusal.value).startswith(("The weights", str(tmp_path / "w.pt")))
    assert "\n" not in str(refusal.value)


def saved(zip_format: bool) -> bytes:
    stream = io.BytesIO()
    torch.save({"model": small_network()}, stream, _use_new_zipfile_serialization=zip_format)
    return stream.getvalue()


@pytest.mark.parametrize("content", [pytest.param(saved(True), id="zip"), pytest.param(saved(False), id="before zip")])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_file_that_is_cut_off_is_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "cut.pt"
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    with pytest.raises(ModelError):
        read_weights(path)


@pytest.mark.parametrize("content", [pytest.param(saved(True), id="zip"), pytest.param(saved(False), id="before zip")])
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_file_with_wrong_bytes_is_read_or_refused_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, data: st.DataObject
) -> None:
    damaged = bytearray(content)
    places = st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)
    for place in data.draw(places):
        damaged[place] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged.pt"
    path.write_bytes(damaged)
    try:
        weights = read_weights(path)
    except ModelError:
        return
    assert all(isinstance(value, Tensor) for value in weights.values())


# Weights into a network.


def test_weights_take_the_precision_of_the_network() -> None:
    weights = {name: value.half() for name, value in small_network().state_dict().items() if value.is_floating_point()}
    network = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), nn.Sequential(nn.Linear(2, 2, bias=False)))
    load_weights(network, weights | {"1.num_batches_tracked": torch.tensor(7)}, source="w.pt")
    assert network[0].weight.dtype == torch.float32
    assert torch.equal(network[0].weight, weights["0.weight"].float())
    assert network[1].num_batches_tracked.item() == 7


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            {"0.weight": None}, "of its 8 weights 1 are missing, 0 .* 0 more .*such as 0.weight", id="missing"
        ),
        pytest.param({"head": torch.ones(1)}, "0 are missing, 0 .* 1 more .*such as head", id="unknown"),
        pytest.param(
            {"0.weight": torch.ones(4, 1, 1, 1), "0.bias": None},
            "1 are missing, 1 have another shape and 0 more .*0.weight: 4×1×1×1 instead of 4×3×1×1",
            id="another shape and a missing one",
        ),
    ],
)
def test_weights_of_another_network_are_refused_and_change_nothing(
    change: dict[str, Tensor | None], message: str
) -> None:
    network = small_network()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    others = {name: value + 1 for name, value in before.items()}
    weights = {name: value for name, value in {**others, **change}.items() if value is not None}
    with pytest.raises(ModelError, match=rf"w\.pt belongs to another network than Sequential: .*{message}"):
        load_weights(network, weights, source="w.pt")
    assert_same(dict(network.state_dict()), before)


def test_a_detector_of_other_classes_is_told_apart() -> None:
    with pytest.raises(ModelError, match=r"model\.24\.m\.0\.weight: 255×64×1×1 instead of 24×64×1×1"):
        load_weights(yolov5("n", classes=3), yolov5("n").state_dict(), source="yolov5n.pt")


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")], ids=["a pipe", "a device"])
@pytest.mark.parametrize("read", [read_weights, read_class_names], ids=["weights", "names"])
def test_what_is_no_file_is_refused_before_it_is_read(tmp_path: Path, make, read) -> None:
    make(tmp_path / "w.pt")
    with pytest.raises(ModelError, match="is a pipe or a device"):
        read(tmp_path / "w.pt")
    with pytest.raises(ModelError, match="cannot be read"):
        read(tmp_path)
