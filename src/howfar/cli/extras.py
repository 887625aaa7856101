"""Optional libraries that a command needs, asked for before it reads anything."""

TRAINING_LIBRARIES = ("torch", "lightning_fabric", "msgspec")


def need_training(purpose: str) -> None:
    """Raise MissingExtraError when a library of `howfar[train]` is not installed; `purpose` needs it."""
    from importlib.util import find_spec

    from howfar.errors import MissingExtraError

    if any(find_spec(name) is None for name in TRAINING_LIBRARIES):
        raise MissingExtraError(purpose, "train")
