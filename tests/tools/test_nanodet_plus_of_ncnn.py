"""ncnn's layers as ONNX beside PyTorch's, NanoDet-Plus's boxes beside NumPy's, and what is refused."""

import struct
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper
from torch import Tensor
from torch.nn import functional

from howfar.errors import ModelError
from howfar.models import open_detector
from howfar.models.openvino_library import core, is_installed
from nanodet_plus_of_ncnn import add_decoded, add_normalised
from ncnn_files import HALF_PRECISION, MAGIC, Weights, read_layers
from ncnn_layers import Writer, add_layers

SCRIPT = Path(__file__).resolve().parents[2] / "tools/nanodet_plus_of_ncnn.py"
RANDOM = np.random.default_rng(0)
MAP = RANDOM.normal(size=(1, 4, 6, 8)).astype(np.float32)
FULL, BIAS = RANDOM.normal(size=(6, 4, 3, 3)).astype(np.float32), RANDOM.normal(size=6).astype(np.float32)
EACH = RANDOM.normal(size=(4, 1, 5, 5)).astype(np.float32)
ODD = RANDOM.normal(size=(3, 4, 1, 1)).astype(np.float32).astype(np.float16)


def text_of(*layers: str) -> str:
    return "\n".join([MAGIC, f"{len(layers)} 9", *layers])


def single(*arrays: NDArray[np.float32]) -> bytes:
    """Weights behind their tag, then a bias, which has none."""
    return struct.pack("<I", 0) + b"".join(array.tobytes() for array in arrays)


def half(weights: NDArray[np.float16], bias: NDArray[np.float32]) -> bytes:
    whole = weights.tobytes()
    return struct.pack("<I", HALF_PRECISION) + whole + b"\0" * (-len(whole) % 4) + bias.tobytes()


def model_of(writer: Writer, inputs: dict[str, NDArray[np.float32]], outputs: Sequence[str]) -> bytes:
    taken = [helper.make_tensor_value_info(name, TensorProto.FLOAT, each.shape) for name, each in inputs.items()]
    given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
    graph = helper.make_graph(writer.nodes, "tiny", taken, given, writer.arrays)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


def run(writer: Writer, inputs: dict[str, NDArray[np.float32]], outputs: Sequence[str]) -> list[NDArray[np.float32]]:
    model = model_of(writer, inputs, outputs)
    return onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"]).run([*outputs], inputs)


def written(text: str, content: bytes) -> Writer:
    writer = Writer()
    writer.channels["data"] = MAP.shape[1]
    add_layers(writer, read_layers(text), Weights(content))
    return writer


def converted(text: str, content: bytes, output: str = "out") -> NDArray[np.float32]:
    return run(written(text, content), {"data": MAP}, [output])[0]


def swapped(maps: Tensor) -> Tensor:
    return functional.channel_shuffle(maps, 2)


@pytest.mark.parametrize(
    ("layers", "content", "wanted"),
    [
        pytest.param(
            ["Convolution c 1 1 data out 0=6 1=3 3=2 4=1 5=1 6=216 9=2 -23310=1,1.000000e-01"],
            single(FULL, BIAS),
            lambda maps: functional.leaky_relu(
                functional.conv2d(maps, torch.tensor(FULL), torch.tensor(BIAS), 2, 1), 0.1
            ),
            id="convolution with bias and leaky slope",
        ),
        pytest.param(
            ["Convolution c 1 1 data mid 0=3 1=1 5=1 6=12 9=1", "Convolution d 1 1 mid out 0=4 1=1 6=12"],
            half(ODD, BIAS[:3]) + single(ODD.astype(np.float32)),
            lambda maps: functional.conv2d(
                functional.conv2d(maps, torch.tensor(ODD).float(), torch.tensor(BIAS[:3])).relu(),
                torch.tensor(ODD).float().reshape(4, 3, 1, 1),
            ),
            id="half precision, then single",
        ),
        pytest.param(
            ["Convolution c 1 1 data out 0=1 1=1 5=1 6=3"],
            b"",
            None,
            id="another count of channels than the map's is refused",
        ),
        pytest.param(
            ["ConvolutionDepthWise c 1 1 data out 0=4 1=5 4=2 6=100 7=4"],
            single(EACH),
            lambda maps: functional.conv2d(maps, torch.tensor(EACH), padding=2, groups=4),
            id="a convolution of each channel alone",
        ),
        pytest.param(
            ["Pooling p 1 1 data out 1=3 2=2 3=1 5=1"],
            b"",
            lambda maps: functional.max_pool2d(maps, 3, 2, 1),
            id="pooling",
        ),
        pytest.param(["ShuffleChannel s 1 1 data out 0=2"], b"", swapped, id="shuffled channels"),
        pytest.param(
            [
                "Split s 1 2 data left right",
                "Crop c 1 1 left late -23309=1,2 -23310=1,-233 -23311=1,0",
                "Concat j 2 1 late right six",
                "ShuffleChannel m 1 1 six out 0=2",
            ],
            b"",
            lambda maps: swapped(torch.cat([maps[:, 2:], maps], 1)),
            id="cropped, joined and shuffled",
        ),
        pytest.param(
            ["Interp i 1 1 data out 0=2 1=2.000000e+00 2=2.000000e+00"],
            b"",
            lambda maps: functional.interpolate(maps, scale_factor=2, mode="bilinear"),
            id="twice as large",
        ),
        pytest.param(["BinaryOp a 2 1 data data out"], b"", lambda maps: 2 * maps, id="a sum"),
        pytest.param(
            [
                "Slice s 1 2 data first others -23300=2,1,-233",
                "Sigmoid g 1 1 first sure",
                "Concat c 2 1 sure others whole",
                "Split t 1 2 whole upper lower",
                "Reshape r 1 1 upper table 0=-1 1=4",
                "Reshape q 1 1 lower again 0=-1 1=4",
                "Concat j 2 1 table again long 0=1",
                "Permute p 1 1 long out 0=1",
            ],
            b"",
            lambda maps: torch.cat([maps[:, :1].sigmoid(), maps[:, 1:]], 1).flatten(2).repeat(1, 1, 2).mT,
            id="a row for each cell, scores through a sigmoid",
        ),
    ],
)
def test_layers_compute_what_pytorch_does(
    layers: list[str], content: bytes, wanted: Callable[[Tensor], Tensor] | None
) -> None:
    if wanted is None:
        with pytest.raises(ModelError, match="channels"):
            converted(text_of(*layers), content)
        return
    np.testing.assert_allclose(converted(text_of(*layers), content), wanted(torch.tensor(MAP)), rtol=1e-5, atol=1e-5)


@pytest.mark.skipif(not is_installed(), reason="OpenVINO is not installed: howfar[openvino]")
def test_openvino_convolves_shuffled_channels_as_onnx_runtime_does() -> None:
    """Six channels of two groups: an order that is its own inverse, as that of four is, would hide the fault."""
    text = text_of(
        "Crop c 1 1 data late -23309=1,2 -23310=1,-233 -23311=1,0",
        "Concat j 2 1 late data six",
        "ShuffleChannel s 1 1 six turns 0=2",
        "Convolution d 1 1 turns out 0=4 1=1 6=24",
    )
    writer = written(text, single(RANDOM.normal(size=24).astype(np.float32)))
    model = core().read_model(model_of(writer, {"data": MAP}, ["out"]))
    found = core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})([MAP])[0]
    np.testing.assert_allclose(found, run(writer, {"data": MAP}, ["out"])[0], rtol=1e-4, atol=1e-5)


def test_boxes_are_counted_from_the_corners_of_cells_of_four_strides() -> None:
    picture = np.zeros((1, 3, 96, 64), np.float32)  # 96 is no multiple of the last stride
    places = [(x * s, y * s, s) for s in (8, 16, 32, 64) for y in range(-(-96 // s)) for x in range(-(-64 // s))]
    raw = RANDOM.normal(size=(1, len(places), 112)).astype(np.float32)
    writer = Writer()
    add_decoded(writer, "image", "raw", "boxes")
    boxes = run(writer, {"image": picture, "raw": raw}, ["boxes"])[0]
    for place, row, found in zip(places, raw[0], boxes[0].T, strict=True):
        shares = np.exp(row[80:].reshape(4, 8))
        left, top, right, bottom = (shares / shares.sum(axis=1, keepdims=True)) @ np.arange(8) * place[2]
        x1, y1, x2, y2 = place[0] - left, place[1] - top, place[0] + right, place[1] + bottom
        np.testing.assert_allclose(found[:4], [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1], rtol=1e-4, atol=1e-3)
        np.testing.assert_array_equal(found[4:], row[:80])


def test_red_green_blue_becomes_the_networks_blue_green_red() -> None:
    picture = RANDOM.uniform(0, 255, (1, 3, 2, 2)).astype(np.float32)
    writer = Writer()
    add_normalised(writer, "image", "data")
    found = run(writer, {"image": picture}, ["data"])[0]
    np.testing.assert_allclose(found[:, 0], (picture[:, 2] - 103.53) * 0.017429, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found[:, 2], (picture[:, 0] - 123.675) * 0.017125, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "content", "said"),
    [
        pytest.param("\x7fELF", b"", "give the .param file first", id="another kind of file"),
        pytest.param(f"{MAGIC}\n3 2\nSigmoid s 1 1 data out", b"", "cut off", id="fewer layers than told"),
        pytest.param(text_of("Sigmoid s"), b"", "no layer", id="half a line"),
        pytest.param(text_of("Softmax s 1 1 data out"), b"", r"s \(Softmax\) has a kind", id="an unknown kind"),
        pytest.param(text_of("BinaryOp a 2 1 data data out 0=2"), b"", "operation 2", id="a product in a sum's place"),
        pytest.param(text_of("Pooling p 1 1 data out 0=1 1=2 5=1"), b"", "averages 1", id="averages"),
        pytest.param(text_of("Convolution c 1 1 data out 0=1 1=1 6=4"), single(), "ends before", id="too few weights"),
        pytest.param(
            text_of("Convolution c 1 1 data out 0=1 1=1 6=4"), b"\x38\x4b\x0d\0", "0x000d4b38", id="weights of 8 bits"
        ),
        pytest.param(text_of("Sigmoid s 1 1 data out"), b"1234", "4 bytes more", id="too many weights"),
    ],
)
def test_what_is_not_known_is_refused_in_a_sentence(text: str, content: bytes, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        converted(text, content)


def test_a_blank_network_is_written_with_a_card_that_opens(tmp_path: Path) -> None:
    """Maps of the four strides by pooling alone, each with a head without weights: every score is a half."""
    lines = ["Input in 0 1 data", "Pooling p4 1 1 data s4 1=4 2=4 5=1", "Pooling p8 1 1 s4 s8 1=2 2=2 5=1"]
    lines += [f"Pooling p{s} 1 1 s{s // 2} s{s} 1=3 2=2 3=1 5=1" for s in (16, 32, 64)]
    for stride in (8, 16, 32, 64):
        lines += [
            f"Convolution c{stride} 1 1 s{stride} h{stride} 0=112 1=1 6=336",
            f"Sigmoid g{stride} 1 1 h{stride} g{stride}",
            f"Reshape r{stride} 1 1 g{stride} t{stride} 0=-1 1=112",
        ]
    lines += ["Concat all 4 1 t8 t16 t32 t64 long 0=1", "Permute turn 1 1 long output 0=1"]
    (tmp_path / "tiny.param").write_text(text_of(*lines), encoding="utf-8")
    (tmp_path / "tiny.bin").write_bytes(single(np.zeros(336, np.float32)) * 4)
    named = [tmp_path / name for name in ("tiny.param", "tiny.bin", "tiny.onnx")]
    for code in (0, 1):  # a second time, the file is there
        ended = subprocess.run([sys.executable, SCRIPT, *named], capture_output=True, text=True, timeout=60)
        assert ended.returncode == code, ended.stderr
    assert "exists already" in ended.stderr
    detector = open_detector(named[2])
    assert detector.card.detector is not None
    assert detector.card.detector.classes[0] == "person"
    boxes = detector.session.run(np.zeros((1, 3, 64, 96), np.float32))["boxes"]
    assert boxes.shape == (1, 84, 96 + 24 + 6 + 2)
    np.testing.assert_allclose(boxes[0, 4:], 0.5)
