"""How long a depth network takes whose mean over the bins is a sum of products, and a product with a vector.

    python benchmarks/mean_of_bins.py [--runs 60]

The embedded depth network has the sum. Its other form is made of its file; both are run in turns by ONNX Runtime with
two threads, on a picture of 320×256, and the least of the runs counts.
"""

import argparse
import time

import numpy as np
import onnx
import onnxruntime
from onnx import helper

from howfar.models import DEFAULT_DEPTH
from howfar.models.library import embedded_path

CENTRES = "network.head.centres"
SIZE = (256, 320)
THREADS = 2


def with_product(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with one product with the vector of the bins' centres in place of the product and the sum."""
    nodes = list(model.graph.node)
    [at] = [number for number, node in enumerate(nodes) if CENTRES in node.input]
    assert [node.op_type for node in nodes[at : at + 2]] == ["Mul", "ReduceSum"]
    nodes[at : at + 2] = [helper.make_node("MatMul", list(nodes[at].input), list(nodes[at + 1].output))]
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    del changed.graph.node[:]
    changed.graph.node.extend(nodes)
    return changed


def opened(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    """The model in ONNX Runtime."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def main() -> None:
    """Print milliseconds, ratio and the largest difference."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=60)
    runs: int = parser.parse_args().runs
    model = onnx.load(embedded_path(DEFAULT_DEPTH))
    sessions = {"sum of products": opened(model), "product with a vector": opened(with_product(model))}
    image = np.random.default_rng(0).uniform(0, 255, (1, 3, *SIZE)).astype(np.float32)
    least_ms = dict.fromkeys(sessions, np.inf)
    for _ in range(runs):
        for name, session in sessions.items():
            session.run(None, {"image": image})  # the other one has emptied the caches
            start = time.perf_counter()
            session.run(None, {"image": image})
            least_ms[name] = min(least_ms[name], 1e3 * (time.perf_counter() - start))
    one, other = (session.run(None, {"image": image})[0] for session in sessions.values())
    for name, ms in least_ms.items():
        print(f"{name}: {ms:.1f} ms")
    first, second = least_ms.values()
    print(f"{second / first:.2f} times as fast; depths differ by {np.abs(one / other - 1).max():.1e} at most")


if __name__ == "__main__":
    main()
