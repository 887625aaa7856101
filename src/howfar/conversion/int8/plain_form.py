"""A network in the form that is quantised: weights in single precision, constants folded, each node with a name."""

from pathlib import Path

import onnx
import onnxruntime

from howfar.models.model_file import cannot_be_opened, line_of


def write_plain_form(source: Path, target: Path) -> onnx.ModelProto:
    """Write a network as ONNX Runtime simplifies it by rules that change no output, and read it.

    Casts of weights in half precision are gone, and batch normalisations are folded into the layers before them.

    Args:
        source: The ONNX file.
        target: The file to write.

    Raises:
        ModelError: If the file cannot be opened.
    """
    settings = onnxruntime.SessionOptions()
    settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    settings.optimized_model_filepath = str(target)
    settings.log_severity_level = 3
    try:
        onnxruntime.InferenceSession(str(source), settings, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001  ONNX Runtime's errors have no common base of their own
        raise cannot_be_opened(source, line_of(error, 0)) from None
    model = onnx.load(target)
    for index, node in enumerate(model.graph.node):
        node.name = f"{index}_{node.op_type}"
    used = {node.domain for node in model.graph.node}
    kept = [each for each in model.opset_import if each.domain in {"", *used}]
    del model.opset_import[:]
    model.opset_import.extend(kept)
    onnx.save(model, target)
    return model
