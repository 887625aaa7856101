"""NanoDet-Plus out of ncnn's files, as an ONNX file with its model card: a teacher of boxes (docs/joining.md).

    python tools/nanodet_plus_of_ncnn.py nanodet-plus-m_416.param nanodet-plus-m_416.bin runs/nanodet-plus-m.onnx
    howfar look photo.jpg --detector runs/nanodet-plus-m.onnx

The authors' weights (github.com/RangiLyu/nanodet, Apache-2.0) are passed on in ncnn's form: a text that names the
layers, and their weights one after the other. Both are read as plain data. The ONNX file takes RGB from 0 to 255, of
any height and width that are multiples of 32, and gives boxes and scores as the layout `yolov8` has them.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from howfar.conversion.target import refuse_target
from howfar.errors import HowfarError, ModelError
from howfar.files import replacing
from howfar.models.card import Card, DetectorSpec, InputSpec, card_path, coco80
from howfar.models.card_writing import write_card
from howfar.models.model_file import file_digest
from ncnn_files import Layer, Weights, read_layers
from ncnn_layers import Writer, add_layers

OPSET = 17
MEAN_BGR, FACTOR_BGR = (103.53, 116.28, 123.675), (0.017429, 0.017507, 0.017125)
STRIDES, BINS, CLASSES = (8, 16, 32, 64), 8, 80


def add_normalised(writer: Writer, picture: str, output: str) -> None:
    """Write the nodes that make the network's BGR, about 0, of RGB from 0 to 255."""
    bgr = writer.node("Gather", [picture, writer.whole("bgr", [2, 1, 0])], [f"{picture}.bgr"], axis=1)
    mean, factor = (np.reshape(each, (1, 3, 1, 1)) for each in (MEAN_BGR, FACTOR_BGR))
    centred = writer.node("Sub", [bgr, writer.array("mean", mean)], [f"{picture}.centred"])
    writer.node("Mul", [centred, writer.array("factor", factor)], [output])


def add_decoded(writer: Writer, picture: str, raw: str, output: str) -> None:
    """Write the nodes that make 1×84×N (centre x, y, width, height, scores) of the network's 1×N×112.

    The last 32 columns are, for left, top, right and bottom, logits of 8 distances from the cell's corner in strides.
    """
    corners, strides = _cells(writer, picture)
    parts = [f"{raw}.scores", f"{raw}.sides"]
    writer.node("Split", [raw, writer.whole("parts", [CLASSES, 4 * BINS])], parts, axis=2)
    bins = writer.node("Reshape", [parts[1], writer.whole("sides", [1, -1, 4, BINS])], ["sides.bins"])
    shares = writer.node("Softmax", [bins], ["sides.shares"], axis=3)
    mean = writer.node("MatMul", [shares, writer.array("distances", np.arange(BINS))], ["sides.mean"])
    before, after = (f"sides.{name}" for name in ("before", "after"))
    pixels = writer.node("Mul", [mean, strides], ["sides.pixels"])
    writer.node("Split", [pixels, writer.whole("halves", [2, 2])], [before, after], axis=2)
    shift = writer.node(
        "Mul", [writer.node("Sub", [after, before], ["shift.twice"]), writer.array("half", 0.5)], ["shift"]
    )
    middle = writer.node("Add", [corners, shift], ["middle"])
    size = writer.node("Add", [before, after], ["size"])
    rows = writer.node("Concat", [middle, size, parts[0]], ["rows"], axis=2)
    writer.node("Transpose", [rows], [output], perm=(0, 2, 1))


def _cells(writer: Writer, picture: str) -> tuple[str, str]:
    """Names of the corners (N×2, x and y) and strides (N×1) of all cells in pixels, map by map and row by row."""
    sides = writer.node("Shape", [picture], [f"{picture}.sides"], start=2, end=4)
    upright = writer.whole("upright", [-1, 1])
    places, strides = [], []
    for stride in STRIDES:
        name, filled = f"cells{stride}", numpy_helper.from_array(np.array([stride], np.int64))
        up = writer.node("Add", [sides, writer.whole(f"{name}.less", stride - 1)], [f"{name}.up"])
        shape = writer.node("Div", [up, writer.whole(f"{name}.stride", stride)], [f"{name}.shape"])
        cells = writer.node("ConstantOfShape", [shape], [name], value=filled)
        places.append(writer.node("NonZero", [cells], [f"{name}.places"]))  # all of them: rows, then columns
        strides.append(writer.node("Reshape", [cells, upright], [f"{name}.strides"]))
    rows = writer.node("Transpose", [writer.node("Concat", places, ["places"], axis=1)], ["places.rows"], perm=(1, 0))
    turned = writer.node("Gather", [rows, writer.whole("columns first", [1, 0])], ["places.turned"], axis=1)
    whole = writer.node("Concat", strides, ["strides.whole"], axis=0)
    corners = writer.node("Mul", [turned, whole], ["corners.whole"])
    return _float(writer, corners, "corners"), _float(writer, whole, "strides")


def _float(writer: Writer, whole: str, name: str) -> str:
    return writer.node("Cast", [whole], [name], to=TensorProto.FLOAT)


def detector(layers: Sequence[Layer], weights: Weights) -> onnx.ModelProto:
    """The network as a model from `image` (1×3×H×W, RGB, 0 to 255) to `boxes` (1×84×N, as `yolov8` has them).

    Raises:
        ModelError: If the layers are not those of a NanoDet-Plus.
    """
    writer = Writer()
    if not layers or layers[0].kind != "Input":
        raise ModelError("The .param file does not begin with the layer Input.")
    raw = layers[-1].outputs[0]
    add_normalised(writer, "image", layers[0].outputs[0])
    add_layers(writer, layers, weights)
    if writer.channels.get(layers[-1].inputs[0]) != CLASSES + 4 * BINS:
        raise ModelError(f"The last layer gives no {CLASSES + 4 * BINS} columns: this is no NanoDet-Plus of COCO.")
    add_decoded(writer, "image", raw, "boxes")
    taken = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, "height", "width"])
    given = helper.make_tensor_value_info("boxes", TensorProto.FLOAT, [1, 4 + CLASSES, "candidates"])
    graph = helper.make_graph(writer.nodes, "nanodet-plus", [taken], [given], writer.arrays)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    return model


def card_of(path: Path) -> Card:
    """The card of the file that was written."""
    return Card(
        name=path.stem,
        task="detection",
        licence="Apache-2.0",
        origin="NanoDet-Plus of github.com/RangiLyu/nanodet (Apache-2.0), converted from its form for ncnn",
        input=InputSpec(544, 544, "letterbox-area", resample="bilinear", pad=0),
        detector=DetectorSpec("yolov8", coco80()),
        sha256=file_digest(path),
    )


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("param", type=Path)
    parser.add_argument("bin", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--overwrite", action="store_true", help="Replace files that exist already.")
    told = parser.parse_args()
    try:
        refuse_target(told.target, overwrite=told.overwrite)
        layers = read_layers(told.param.read_text(encoding="utf-8", errors="replace"))
        model = detector(layers, Weights(told.bin.read_bytes()))
        with replacing(told.target, overwrite=told.overwrite) as temporary:
            onnx.save(model, temporary)
        write_card(card_of(told.target), card_path(told.target), overwrite=told.overwrite)
    except (HowfarError, OSError) as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
