"""Weights of an ONNX file stored in half precision: half the size, the same interface, arithmetic still in single."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

MIN_SIZE = 64
"""Weights of fewer numbers stay as they are: they take next to no memory."""


def halve(model: onnx.ModelProto) -> onnx.ModelProto:
    """Replace each large float32 initializer by a float16 one and a Cast, in place.

    ONNX Runtime folds the cast away when it loads the file, so that only the rounding of the weights differs.
    """
    graph = model.graph
    casts = []
    for initializer in list(graph.initializer):
        if initializer.data_type != TensorProto.FLOAT:
            continue
        values = numpy_helper.to_array(initializer)
        if values.size < MIN_SIZE or np.abs(values).max() > np.finfo(np.float16).max:
            continue
        name = initializer.name
        graph.initializer.remove(initializer)
        graph.initializer.append(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
    nodes = list(graph.node)
    del graph.node[:]
    graph.node.extend(casts + nodes)
    onnx.checker.check_model(model)
    return model
