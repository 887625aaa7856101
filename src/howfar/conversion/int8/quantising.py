"""Quantising a network: the ranges of its numbers measured on pictures, and a file that computes in 8 bits.

Static quantisation in ONNX's form QDQ by ONNX Runtime's library: weights in int8, with a scale for each channel, and
what flows between the layers in uint8, with a range for each tensor (U8S8). Reduced range gives the weights 7 bits, for
processors whose sums of two products would overflow 16.
"""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantType, create_calibrator
from onnxruntime.quantization.qdq_quantizer import QDQQuantizer

from howfar.conversion.int8.float_layers import PASSING, QUANTISED, FloatLayers, find_float_layers
from howfar.conversion.int8.plain_form import write_plain_form
from howfar.errors import ModelError


class Quantiser:
    """Makes one network into a file with whole numbers of 8 bits.

    Attributes:
        layers: Which layers there are, and which stay in float.
    """

    def __init__(self, source: Path, folder: Path) -> None:
        """Read the network.

        Args:
            source: The ONNX file.
            folder: A folder for temporary files.

        Raises:
            ModelError: If the file cannot be opened, or all its layers are to stay in float.
        """
        plain = folder / "plain.onnx"
        self._model = write_plain_form(source, plain)
        self.layers: FloatLayers = find_float_layers(self._model.graph)
        if not self.layers.quantised:
            raise ModelError(
                f"Of {source} the first layers and the heads would stay in float, and of its {len(self.layers.layers)} "
                "layers there is no other: there is nothing to make int8 of."
            )
        self._calibrator = create_calibrator(
            plain,
            [*QUANTISED, *PASSING],
            augmented_model_path=str(folder / "watched.onnx"),
            calibrate_method=CalibrationMethod.MinMax,
        )

    @property
    def input_names(self) -> tuple[str, ...]:
        """The names of what the network is fed with."""
        return tuple(each.name for each in self._model.graph.input)

    def look_at(self, tensor: NDArray[np.float32]) -> None:
        """Widen the ranges to the numbers that the network has for a picture, 1×3×H×W."""
        self._calibrator.collect_data(_One({self.input_names[0]: tensor}))

    def write(self, target: Path, *, reduced_range: bool) -> None:
        """Write the file, by the ranges of all pictures that were looked at; at least one."""
        model = onnx.ModelProto()
        model.CopyFrom(self._model)
        quantizer = QDQQuantizer(
            model,
            per_channel=True,
            reduce_range=reduced_range,
            weight_qType=QuantType.QInt8,
            activation_qType=QuantType.QUInt8,
            tensors_range=self._calibrator.compute_data(),
            nodes_to_quantize=[*self.layers.quantised, *self.layers.passing],
            nodes_to_exclude=[],
            op_types_to_quantize=[*QUANTISED, *PASSING],
            extra_options={},
        )
        quantizer.quantize_model()
        quantizer.model.save_model_to_file(str(target))


class _One(CalibrationDataReader):  # type: ignore[misc]  # the library comes without types
    """One picture for the library's loop, which asks until there is none."""

    def __init__(self, feeds: dict[str, Any]) -> None:
        self._left = [feeds]

    def get_next(self) -> dict[str, Any] | None:
        return self._left.pop() if self._left else None
