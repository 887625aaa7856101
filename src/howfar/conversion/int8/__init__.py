"""From an ONNX file with floats to one with whole numbers of 8 bits."""
