"""The file that an export writes."""

from pathlib import Path

from howfar.errors import SettingError
from howfar.files import refuse_existing
from howfar.models.card import card_path


def refuse_target(target: Path, *, overwrite: bool) -> None:
    """Say before the work begins that a file cannot be the result.

    Raises:
        SettingError: If its name does not end in .onnx.
        OutputError: If it, or the card beside it, exists and may not be replaced.
    """
    if target.suffix != ".onnx":
        raise SettingError(f"An export is an ONNX file, and {target.name} does not end in .onnx: name it NAME.onnx.")
    for path in (target, card_path(target)):
        refuse_existing(path, overwrite=overwrite)
