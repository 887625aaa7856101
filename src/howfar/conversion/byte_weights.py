"""Weights of an ONNX file stored in 8 bits, with a scale for each output: a quarter of the size, arithmetic in single.

Of what is computed nothing but the rounding of the weights differs, by at most 1/254 of the largest of each output. It
is not int8 arithmetic (howfar.conversion.int8), which is faster and changes results by far more.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

MIN_SIZE = 1024
"""Weights of fewer numbers stay as they are: they take next to no memory."""
LARGEST = 127


def store_in_bytes(model: onnx.ModelProto, prefix: str = "") -> onnx.ModelProto:
    """Replace each large float32 initializer of a convolution or matrix by bytes, a Cast and a Mul, in place.

    Engines fold these away when they load the file.

    Args:
        model: The file.
        prefix: Only initializers whose names begin so.
    """
    graph = model.graph
    restoring = []
    for initializer in list(graph.initializer):
        if initializer.data_type != TensorProto.FLOAT or not initializer.name.startswith(prefix):
            continue
        values = numpy_helper.to_array(initializer)
        if values.size < MIN_SIZE or values.ndim < 2:
            continue
        largest = np.abs(values).max(axis=tuple(range(1, values.ndim)), keepdims=True)
        scales = np.where(largest > 0, largest / LARGEST, 1.0).astype(np.float32)
        name = initializer.name
        graph.initializer.remove(initializer)
        graph.initializer.append(numpy_helper.from_array(np.rint(values / scales).astype(np.int8), f"{name}_bytes"))
        graph.initializer.append(numpy_helper.from_array(scales, f"{name}_scales"))
        restoring.append(helper.make_node("Cast", [f"{name}_bytes"], [f"{name}_whole"], to=TensorProto.FLOAT))
        restoring.append(helper.make_node("Mul", [f"{name}_whole", f"{name}_scales"], [name]))
    nodes = list(graph.node)
    del graph.node[:]
    graph.node.extend(restoring + nodes)
    onnx.checker.check_model(model)
    return model
