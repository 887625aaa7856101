"""Store the weights of an ONNX file in half precision, computing still in single: half the size, same interface.

    python tools/halve_weights.py model.onnx small.onnx
    python tools/halve_weights.py joint.onnx joint-context.onnx --bytes network.context.

For files that others exported; `howfar export --half` does the same to its own. `--bytes PREFIX` stores the weights
whose names begin so in 8 bits, with a scale for each output. Measure afterwards what that changes.
"""

import argparse
import sys
from pathlib import Path

import onnx

from howfar.conversion.byte_weights import store_in_bytes
from howfar.conversion.half_weights import halve


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--bytes", metavar="PREFIX", help="of the weights that become bytes")
    arguments = parser.parse_args()
    model = onnx.load(arguments.source)
    if arguments.bytes is not None:
        store_in_bytes(model, arguments.bytes)
    onnx.save(halve(model), arguments.target)
    sizes = [f"{path.stat().st_size / 1e6:.1f} MB" for path in (arguments.source, arguments.target)]
    sys.stdout.write(" -> ".join(sizes) + "\n")


if __name__ == "__main__":
    main()
