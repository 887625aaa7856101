"""Weights in half precision: which become so, and what is computed with them."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from howfar.conversion.half_weights import halve

SHAPE = (1, 3, 8, 8)
IMAGE = np.random.default_rng(0).uniform(-1, 1, SHAPE).astype(np.float32)


def multiplied(weights: np.ndarray) -> onnx.ModelProto:
    """A model that multiplies a picture by its weights, whatever they are."""
    graph = helper.make_graph(
        [
            helper.make_node("Cast", ["weights"], ["floats"], to=1),
            helper.make_node("Mul", ["image", "floats"], ["out"]),
        ],
        "tiny",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, SHAPE)],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, SHAPE)],
        [numpy_helper.from_array(weights, "weights")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


@pytest.mark.parametrize(
    ("weights", "kind"),
    [
        pytest.param(np.ones((3, 8, 8), np.float32), TensorProto.FLOAT16, id="many are halved"),
        pytest.param(np.ones((1, 8, 8), np.float32), TensorProto.FLOAT16, id="64 are many"),
        pytest.param(np.ones((3, 1, 8), np.float32), TensorProto.FLOAT, id="few are left"),
        pytest.param(np.full((3, 8, 8), 1e5, np.float32), TensorProto.FLOAT, id="too large for half precision: left"),
        pytest.param(np.ones((3, 8, 8), np.int64), TensorProto.INT64, id="integers are left"),
    ],
)
def test_which_weights_are_halved(weights: np.ndarray, kind: int) -> None:
    model = halve(multiplied(weights))
    assert [initializer.data_type for initializer in model.graph.initializer] == [kind]


def test_the_arithmetic_is_in_single_precision_with_rounded_weights() -> None:
    weights = np.random.default_rng(1).normal(size=(3, 8, 8)).astype(np.float32)
    model = halve(multiplied(weights))
    session = onnxruntime.InferenceSession(model.SerializeToString())
    (given,) = session.run(None, {"image": IMAGE})
    np.testing.assert_array_equal(given, IMAGE * weights.astype(np.float16).astype(np.float32))
    assert not np.array_equal(given, IMAGE * weights)
    (stored,) = model.graph.initializer
    assert numpy_helper.to_array(stored).nbytes == weights.nbytes / 2
