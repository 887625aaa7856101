"""Store the weights of an ONNX file in half precision, computing still in single: half the size, same interface.

    python tools/halve_weights.py model.onnx small.onnx

Each float32 weight of more than 64 numbers is stored as float16 and cast back when the file is loaded (ONNX Runtime
folds the cast away), so that the arithmetic is the same and only the rounding of the weights differs.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

MIN_SIZE = 64


def halve(model: onnx.ModelProto) -> onnx.ModelProto:
    """Replace each large float32 initializer by a float16 one and a Cast."""
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


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    arguments = parser.parse_args()
    onnx.save(halve(onnx.load(arguments.source)), arguments.target)
    sizes = [f"{path.stat().st_size / 1e6:.1f} MB" for path in (arguments.source, arguments.target)]
    sys.stdout.write(" -> ".join(sizes) + "\n")


if __name__ == "__main__":
    main()
