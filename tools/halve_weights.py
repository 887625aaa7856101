"""Store the weights of an ONNX file in half precision, computing still in single: half the size, same interface.

    python tools/halve_weights.py model.onnx small.onnx

For files that others exported; `howfar export --half` does the same to its own.
"""

import argparse
import sys
from pathlib import Path

import onnx

from howfar.conversion.half_weights import halve


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
