"""Optional libraries that a command needs, asked for before it reads anything."""

TRAINING_LIBRARIES = ("torch", "lightning_fabric", "msgspec")
EXPORT_LIBRARIES = (*TRAINING_LIBRARIES, "onnx", "onnxscript")
INT8_LIBRARIES = ("onnx",)


def need_training(purpose: str, libraries: tuple[str, ...] = TRAINING_LIBRARIES) -> None:
    """Raise MissingExtraError when one of these libraries of `howfar[train]` is not installed; `purpose` needs it."""
    need(purpose, "train", libraries)


def need(purpose: str, extra: str, libraries: tuple[str, ...]) -> None:
    """Raise MissingExtraError when one of these libraries of an extra is not installed; `purpose` needs them."""
    from importlib.util import find_spec

    from howfar.errors import MissingExtraError

    if any(find_spec(name) is None for name in libraries):
        raise MissingExtraError(purpose, extra)
