"""Merging trained networks: read their ONNX files, align their layers, encode weights, keep and export the result."""
