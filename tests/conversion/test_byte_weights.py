"""Weights in 8 bits: which become so, and what is computed with them."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from howfar.conversion.byte_weights import store_in_bytes

SHAPE = (1, 16, 8, 8)
IMAGE = np.random.default_rng(0).uniform(-1, 1, SHAPE).astype(np.float32)


def convolved(weights: np.ndarray) -> onnx.ModelProto:
    """A model that convolves a picture with its weights, O×16×K×K."""
    graph = helper.make_graph(
        [helper.make_node("Conv", ["image", "path.weights"], ["out"], pads=[1, 1, 1, 1])],
        "tiny",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, SHAPE)],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, (1, len(weights), 8, 8))],
        [numpy_helper.from_array(weights, "path.weights")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


@pytest.mark.parametrize(
    ("weights", "prefix", "kinds"),
    [
        pytest.param(np.ones((8, 16, 3, 3), np.float32), "", [TensorProto.INT8, TensorProto.FLOAT], id="many"),
        pytest.param(np.ones((8, 16, 3, 3), np.float32), "path.", [TensorProto.INT8, TensorProto.FLOAT], id="named"),
        pytest.param(np.ones((8, 16, 3, 3), np.float32), "trunk.", [TensorProto.FLOAT], id="of another part"),
        pytest.param(np.ones((7, 16, 3, 3), np.float32), "", [TensorProto.FLOAT], id="few"),
    ],
)
def test_which_weights_become_bytes(weights: np.ndarray, prefix: str, kinds: list[int]) -> None:
    model = store_in_bytes(convolved(weights), prefix)
    assert [initializer.data_type for initializer in model.graph.initializer] == kinds


def test_each_output_has_a_scale_and_is_wrong_by_half_a_step_of_it_at_most() -> None:
    weights = np.random.default_rng(1).normal(size=(8, 16, 3, 3)).astype(np.float32)
    weights *= np.geomspace(1e-3, 1e3, 8, dtype=np.float32)[:, None, None, None]
    weights[3] = 0
    model = store_in_bytes(convolved(weights))
    stored, scales = (numpy_helper.to_array(each) for each in model.graph.initializer)
    assert stored.nbytes == weights.nbytes / 4
    restored = stored * scales
    largest = np.abs(weights).max(axis=(1, 2, 3), keepdims=True)
    assert (np.abs(restored - weights) <= largest / 254 * 1.001).all()
    (given,) = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"image": IMAGE})
    (wanted,) = onnxruntime.InferenceSession(convolved(restored).SerializeToString()).run(None, {"image": IMAGE})
    np.testing.assert_allclose(given, wanted, rtol=1e-4, atol=1e-4)
