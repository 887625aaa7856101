"""Write the two probes by which `howfar doctor` tells what int8 is worth: one small network, in float and in int8.

    python tools/int8_probe.py

They see nothing: their weights are all alike, and come to be when the file is opened, so that each takes a few
kilobytes. What they have is the mix of the embedded networks: a convolution of the picture, three blocks of 1×1,
depthwise 3×3 and 1×1, one of 3×3, and a last one; the first and the last are in float in both.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FOLDER = Path(__file__).resolve().parents[1] / "src/howfar/models/probes"
WEIGHT = 64
"""Each weight in int8, of which the scale makes 1 / fan-in: every number stays about as large as the picture's."""

CARD = """\
name = "{name}"
task = "depth"
licence = "Apache-2.0"
origin = "made by tools/int8_probe.py; it sees nothing"
{int8}
[input]
size = [320, 240]
fit = "stretch"
multiple = 16
std = [255, 255, 255]

[output]
kind = "relative_depth"
"""
FACTS = """
[int8]
source = "probe-float"
pictures = 1
reduced_range = true
"""


@dataclass
class Probe:
    """A graph that grows layer by layer."""

    int8: bool
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: dict[str, np.ndarray] = field(default_factory=dict)
    last: str = "image"

    def convolution(
        self, gives: int, takes: int, side: int, *, stride: int = 1, depthwise: bool = False, plain: bool = False
    ) -> None:
        """Add a convolution with a Relu; `plain` is in float whatever the probe is."""
        name, int8 = f"layer{len(self.nodes)}", self.int8 and not plain
        fan_in = side * side * (1 if depthwise else takes)
        shape = np.array([gives, 1 if depthwise else takes, side, side])
        self.constants[f"{name}_shape"] = shape
        value = np.array([WEIGHT], dtype=np.int8) if int8 else np.array([1 / fan_in], dtype=np.float32)
        self._add("ConstantOfShape", [f"{name}_shape"], f"{name}_w", value=numpy_helper.from_array(value))
        weights, takes_from = f"{name}_w", self.last
        if int8:
            self.constants[f"{name}_scale"] = np.full(gives, 1 / (fan_in * WEIGHT), dtype=np.float32)
            self.constants[f"{name}_zero"] = np.zeros(gives, dtype=np.int8)
            weights = self._add("DequantizeLinear", [weights, f"{name}_scale", f"{name}_zero"], f"{name}_wf", axis=0)
            takes_from = self._in_bytes(takes_from, name)
        pad = side // 2
        given = self._add(
            "Conv",
            [takes_from, weights],
            f"{name}_c",
            pads=[pad] * 4,
            strides=[stride] * 2,
            group=takes if depthwise else 1,
        )
        self.last = self._add("Relu", [given], name)

    def _in_bytes(self, name: str, layer: str) -> str:
        self.constants |= {"step": np.array(1 / 255, dtype=np.float32), "nought": np.array(0, dtype=np.uint8)}
        quantised = self._add("QuantizeLinear", [name, "step", "nought"], f"{layer}_q")
        return self._add("DequantizeLinear", [quantised, "step", "nought"], f"{layer}_d")

    def _add(self, operator: str, takes: list[str], gives: str, **settings: object) -> str:
        self.nodes.append(helper.make_node(operator, takes, [gives], **settings))
        return gives

    def write(self, name: str) -> None:
        """Write the file and its card."""
        graph = helper.make_graph(
            self.nodes,
            name,
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 240, 320])],
            [helper.make_tensor_value_info(self.last, TensorProto.FLOAT, [1, 1, 60, 80])],
            [numpy_helper.from_array(values, constant) for constant, values in self.constants.items()],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        onnx.checker.check_model(model)
        FOLDER.mkdir(exist_ok=True)
        onnx.save(model, FOLDER / f"{name}.onnx")
        card = CARD.format(name=name, int8=FACTS if self.int8 else "")
        (FOLDER / f"{name}.toml").write_text(card, encoding="utf-8")


def main() -> None:
    """Write both."""
    for int8 in (False, True):
        probe = Probe(int8)
        probe.convolution(32, 3, 3, stride=2, plain=True)
        for stride in (2, 1, 1):
            probe.convolution(96, 32, 1)
            probe.convolution(96, 96, 3, stride=stride, depthwise=True)
            probe.convolution(32, 96, 1)
        probe.convolution(64, 32, 3)
        probe.convolution(1, 64, 1, plain=True)
        probe.write("probe-int8" if int8 else "probe-float")


if __name__ == "__main__":
    main()
