"""OpenVINO gives what ONNX Runtime gives, and refuses what it refuses."""

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from howfar.errors import ModelError
from howfar.models import Card, RunOptions, Session, open_depth_network, open_session, read_card
from howfar.models.library import EMBEDDED, find_model
from howfar.models.openvino_library import has_bf16, is_installed, openvino
from howfar.models.openvino_session import MOST_SHAPES, OpenVinoSession
from howfar.sources import as_frame
from tests.models.onnx_files import constant_detector, mean_depth, write_card, write_model

if not is_installed():
    pytest.skip("OpenVINO is not installed: howfar[openvino]", allow_module_level=True)

ONNX_RUNTIME = RunOptions(engine="onnxruntime")
FP32 = RunOptions(engine="openvino", precision="fp32")
BF16 = RunOptions(engine="openvino", precision="bf16")
needs_bf16 = pytest.mark.skipif(not has_bf16(), reason="this processor does not compute in bf16")
METRES = 'kind = "metres"\nfocal_px = 50.0'


def both(path: Path) -> tuple[Session, Session]:
    """The network of a file by ONNX Runtime and by OpenVINO."""
    card = read_card(path.with_suffix(".toml"))
    return open_session(path, card, ONNX_RUNTIME), open_session(path, card, FP32)


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, (1, 3, height, width)).astype(np.float32)


def same(one: Session, other: Session, tensor: np.ndarray, tolerance: float = 1e-4) -> None:
    """Assert that two sessions give the same outputs, by the same names in the same order."""
    expected, found = one.run(tensor), other.run(tensor)
    assert list(found) == list(expected)
    for name, value in expected.items():
        assert found[name].dtype == value.dtype
        np.testing.assert_allclose(found[name], value, rtol=0, atol=tolerance * np.abs(value).max())


@pytest.mark.parametrize("name", EMBEDDED)
def test_embedded_networks_give_the_same_outputs(name: str) -> None:
    path, card = find_model(name)
    by_onnx, by_openvino = open_session(path, card, ONNX_RUNTIME), open_session(path, card, FP32)
    assert isinstance(by_openvino, OpenVinoSession)
    sizes = [(card.input.height_px, card.input.width_px), (96, 160)] if card.ranging is None else [(32, 32)]
    for height, width in sizes:
        same(by_onnx, by_openvino, noise(height, width))
    assert by_openvino.digest() == by_onnx.digest()
    assert by_openvino.name == by_onnx.name


def test_crops_come_in_any_number() -> None:
    path, card = find_model("foreground-nyu")
    by_onnx, by_openvino = open_session(path, card, ONNX_RUNTIME), open_session(path, card, FP32)
    for count in (1, 4, 2, 4):
        same(by_onnx, by_openvino, np.random.default_rng(count).random((count, 3, 32, 32), dtype=np.float32))


def test_each_size_gives_what_it_gives_alone_beyond_what_is_kept(tmp_path: Path) -> None:
    path = write_model(
        tmp_path / "depth.onnx",
        [helper.make_node("Conv", ["image", "w"], ["out"], pads=[1, 1, 1, 1])],
        constants={"w": np.random.default_rng(0).normal(0, 1, (1, 3, 3, 3)).astype(np.float32)},
    )
    write_card(path, METRES, task="depth", fit="keep-aspect")
    by_onnx, by_openvino = both(path)
    sizes = [(8 * rows, 8 * columns) for rows in range(1, 7) for columns in range(1, 8)]
    assert len(sizes) > MOST_SHAPES + 1
    for height, width in [*sizes, *sizes[:3]]:
        same(by_onnx, by_openvino, noise(height, width))
    assert len(by_openvino._forked.here()._seen) <= MOST_SHAPES


def test_a_network_in_half_precision_is_fed_in_it(tmp_path: Path) -> None:
    path = write_model(
        tmp_path / "half.onnx",
        [
            helper.make_node("ReduceMean", ["image"], ["grey"], axes=[1], keepdims=1),
            helper.make_node("Cast", ["grey"], ["out"], to=TensorProto.FLOAT),
        ],
        input_type=TensorProto.FLOAT16,
    )
    write_card(path, METRES, task="depth", fit="keep-aspect")
    same(*both(path), noise(16, 24), tolerance=2e-3)


def test_two_inputs_are_fed_in_the_order_of_the_card(tmp_path: Path) -> None:
    path = write_model(
        tmp_path / "stereo.onnx",
        [
            helper.make_node("Sub", ["first", "second"], ["difference"]),
            helper.make_node("ReduceMean", ["difference"], ["out"], axes=[1], keepdims=1),
        ],
        inputs=("first", "second"),
    )
    card = read_card(mean_depth(tmp_path).with_suffix(".toml"))
    swapped = replace(
        card,
        input=replace(card.input, name="second"),
        further_inputs=(replace(card.input, name="first", picture="right"),),
    )
    left, right = noise(16, 24, 1), noise(16, 24, 2)
    for options in (ONNX_RUNTIME, FP32):
        out = open_session(path, swapped, options).run(left, right)["out"]
        np.testing.assert_allclose(out, (right - left).mean(axis=1, keepdims=True), atol=1e-6)


def test_outputs_that_are_one_tensor_keep_their_names(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["grey"], axes=[1], keepdims=1),
        helper.make_node("Identity", ["grey"], ["depth"]),
        helper.make_node("Identity", ["grey"], ["again"]),
    ]
    path = write_model(tmp_path / "depth.onnx", nodes, outputs=("again", "depth", "grey"))
    write_card(path, METRES + '\ntensors = ["depth"]', task="depth", fit="keep-aspect")
    same(*both(path), noise(16, 24))


def as_depth(path: Path) -> Path:
    write_card(path, METRES, task="depth", fit="keep-aspect")
    return path


def not_onnx(folder: Path) -> Path:
    (folder / "depth.onnx").write_bytes(b"no network at all")
    return as_depth(folder / "depth.onnx")


def openvinos_own(folder: Path) -> Path:
    """A network in OpenVINO's own format, under ONNX's name."""
    reader = openvino().frontend.FrontEndManager().load_by_framework("onnx")
    openvino().serialize(reader.convert(reader.load(str(mean_depth(folder)))), folder / "own.xml")
    (folder / "own.xml").rename(folder / "depth.onnx")
    return folder / "depth.onnx"


def outside(folder: Path) -> Path:
    """A network whose weights lie outside its folder."""
    (folder / "secret.bin").write_bytes(bytes(12))
    weights = numpy_helper.from_array(np.zeros((1, 3, 1, 1), np.float32), "w")
    weights.ClearField("raw_data")
    weights.data_location = TensorProto.EXTERNAL
    weights.external_data.add(key="location", value="../secret.bin")
    (folder / "inner").mkdir()
    nodes = [helper.make_node("Conv", ["image", "w"], ["out"])]
    path = write_model(folder / "inner/depth.onnx", nodes)
    model = onnx.load(path)
    model.graph.initializer.append(weights)
    path.write_bytes(model.SerializeToString())
    return as_depth(path)


def unknown_operator(folder: Path) -> Path:
    node = helper.make_node("Miracle", ["image"], ["out"], domain="nowhere")
    path = write_model(folder / "depth.onnx", [node])
    model = onnx.load(path)
    model.opset_import.append(helper.make_opsetid("nowhere", 1))
    path.write_bytes(model.SerializeToString())
    return as_depth(path)


def whole_numbers(folder: Path) -> Path:
    nodes = [helper.make_node("Cast", ["image"], ["out"], to=TensorProto.FLOAT)]
    return as_depth(write_model(folder / "depth.onnx", nodes, input_type=TensorProto.INT64))


def one_size(folder: Path) -> Path:
    nodes = [helper.make_node("ReduceMean", ["image"], ["out"], axes=[1], keepdims=1)]
    return as_depth(write_model(folder / "depth.onnx", nodes, input_shape=(1, 3, 48, 64)))


def two_inputs(folder: Path) -> Path:
    nodes = [helper.make_node("Add", ["image", "mask"], ["out"])]
    return as_depth(write_model(folder / "depth.onnx", nodes, inputs=("image", "mask")))


def another_output(folder: Path) -> Path:
    return mean_depth(folder, METRES + '\ntensors = ["metres"]')


@pytest.mark.parametrize(
    ("made", "says"),
    [
        pytest.param(not_onnx, "cannot be opened as an ONNX model", id="no network"),
        pytest.param(openvinos_own, "cannot be opened as an ONNX model", id="OpenVINO's own format under ONNX's name"),
        pytest.param(outside, "cannot be opened as an ONNX model", id="weights outside the folder"),
        pytest.param(whole_numbers, r"takes tensor\(int64\); howfar feeds", id="an input of whole numbers"),
        pytest.param(
            one_size, r"takes an input of shape \[1, 3, 48, 64\], and its card says 1×3×any×any", id="one size"
        ),
        pytest.param(two_inputs, r"has 2 inputs \(image, mask\), and its card has 1", id="two inputs"),
        pytest.param(
            another_output, "has no output 'metres', which its card names; there are out", id="no such output"
        ),
    ],
)
@pytest.mark.parametrize("options", [ONNX_RUNTIME, FP32], ids=["onnxruntime", "openvino"])
def test_both_engines_refuse_a_file_in_the_same_words(
    tmp_path: Path, options: RunOptions, made: Callable[[Path], Path], says: str
) -> None:
    path = made(tmp_path)
    with pytest.raises(ModelError, match=says):
        open_session(path, read_card(path.with_suffix(".toml")), options)


def test_an_operator_that_openvino_does_not_know_is_named(tmp_path: Path) -> None:
    path = unknown_operator(tmp_path)
    with pytest.raises(ModelError, match=r"OpenVINO cannot run .*Miracle\): take the engine onnxruntime") as refusal:
        open_session(path, read_card(path.with_suffix(".toml")), FP32)
    assert refusal.value.setting == "engine"


@pytest.mark.parametrize("options", [ONNX_RUNTIME, FP32], ids=["onnxruntime", "openvino"])
def test_an_input_that_a_network_cannot_take_is_one_sentence(tmp_path: Path, options: RunOptions) -> None:
    nodes = [helper.make_node("Add", ["image", "grid"], ["out"])]
    path = as_depth(write_model(tmp_path / "depth.onnx", nodes, constants={"grid": np.zeros((1, 3, 8, 8), np.float32)}))
    session = open_session(path, read_card(path.with_suffix(".toml")), options)
    session.run(noise(8, 8))
    for _ in range(2):
        with pytest.raises(ModelError, match=r"failed on an input of shape \(1, 3, 16, 24\) \(.*check the card's"):
            session.run(noise(16, 24))
    session.run(noise(8, 8))


def test_a_changed_file_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    path = mean_depth(tmp_path)
    card = read_card(path.with_suffix(".toml"))
    with pytest.raises(ModelError, match="SHA-256 differs"):
        open_session(path, replace(card, sha256="0" * 64), FP32)
    with pytest.raises(ModelError, match="There is no model file"):
        open_session(tmp_path / "none.onnx", card, FP32)


def test_threads_that_run_at_once_each_get_their_own_outputs(tmp_path: Path) -> None:
    session = open_session(*_with_card(mean_depth(tmp_path)), FP32)
    pictures = [np.full((1, 3, 8 * size, 16), size, dtype=np.float32) for size in range(1, 5)]
    wrong: list[object] = []
    gate = threading.Barrier(4)

    def run(picture: np.ndarray) -> None:
        gate.wait()
        for _ in range(40):
            out = session.run(picture)["out"]
            if out.shape[2] != picture.shape[2] or not np.allclose(out, picture[0, 0, 0, 0] / 10):
                wrong.append(out)

    threads = [threading.Thread(target=run, args=(picture,)) for picture in pictures]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not wrong


def _with_card(path: Path) -> tuple[Path, Card]:
    return path, read_card(path.with_suffix(".toml"))


def test_threads_are_those_that_are_asked_for(tmp_path: Path) -> None:
    options = RunOptions(threads=1, engine="openvino", precision="fp32")
    session = open_session(*_with_card(mean_depth(tmp_path)), options)
    session.run(noise(8, 8))
    _, requests = session._forked.here()._first
    assert requests._compiled.get_property("INFERENCE_NUM_THREADS") == 1
    assert str(requests._compiled.get_property("INFERENCE_PRECISION_HINT")) == "<Type: 'float32'>"


def test_outputs_stay_when_the_next_picture_is_run(tmp_path: Path) -> None:
    session = open_session(*_with_card(mean_depth(tmp_path)), FP32)
    first = session.run(np.full((1, 3, 8, 8), 10, dtype=np.float32))["out"]
    session.run(np.full((1, 3, 8, 8), 20, dtype=np.float32))
    assert (first == 1).all()


def test_a_session_is_pickled_by_what_it_is_opened_from(tmp_path: Path) -> None:
    session = open_session(*_with_card(mean_depth(tmp_path)), FP32)
    data = pickle.dumps(session)
    assert len(data) < 20_000
    same(session, pickle.loads(data), noise(16, 24))


FORKED = """
import os, pickle, signal, sys
session, image = pickle.load(sys.stdin.buffer)
expected = session.run(image)["out"]
if os.fork() == 0:
    signal.alarm(20)
    assert (session.run(image)["out"] == expected).all()
    del session
    sys.exit(0)
assert os.wait()[1] == 0
assert (session.run(image)["out"] == expected).all()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot fork here")
def test_a_child_of_a_process_that_ran_a_network_runs_it_and_ends(tmp_path: Path) -> None:
    session = open_session(*_with_card(mean_depth(tmp_path)), FP32)
    done = subprocess.run(
        [sys.executable, "-c", FORKED], input=pickle.dumps((session, noise(16, 24))), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_boxes_come_out_the_same(tmp_path: Path) -> None:
    found = np.array([[[4, 4, 20, 20, 0.9, 0], [30, 8, 50, 40, 0.8, 1]]], dtype=np.float32)
    card = 'layout = "end2end"\nclasses = ["cup", "dog"]\nscore = 0.3'
    same(*both(constant_detector(tmp_path, {"found": found}, card, fit="stretch")), noise(48, 64), tolerance=0)


@needs_bf16
def test_bf16_changes_a_room_by_little(shared: Path) -> None:
    room = shared / "data/nyu_depth_v2/rgb/0000.jpg"
    plain, half = (open_depth_network(options=each).estimate(as_frame(room)).values for each in (ONNX_RUNTIME, BF16))
    assert 0 < np.median(np.abs(np.log(half / plain))) < 0.01


@needs_bf16
def test_bf16_changes_scores_by_little() -> None:
    path, card = find_model("nanodet-g")
    tensor = noise(96, 160)
    plain, half = (open_session(path, card, each).run(tensor)["scores"] for each in (ONNX_RUNTIME, BF16))
    assert 0 < np.abs(half - plain).max() < 0.02


SIGNALLED = """
import gc, signal
from importlib.resources import files
from pathlib import Path

import numpy as np

from howfar.models import RunOptions, open_session, read_card

probes = Path(str(files("howfar.models"))) / "probes"


def run(picture):
    sessions = []
    for name, precision in (("probe-float", "fp32"), ("probe-int8", "int8")):
        options = RunOptions(engine="openvino", precision=precision)
        sessions.append(open_session(probes / f"{name}.onnx", read_card(probes / f"{name}.toml"), options))
    for _ in range(4):
        for session in sessions:
            session.run(picture)


run(np.zeros((1, 3, 240, 320), np.float32))
gc.collect()
came = []
signal.signal(signal.SIGTERM, lambda *_: came.append(1))
signal.raise_signal(signal.SIGTERM)
assert came == [1]
"""


@pytest.mark.slow
def test_a_signal_after_networks_were_let_go_does_not_crash() -> None:
    done = subprocess.run([sys.executable, "-c", SIGNALLED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
