"""Published checkpoints in, ONNX files out; no code of theirs is run."""
