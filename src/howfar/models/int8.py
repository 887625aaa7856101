"""What has to be so for a file with whole numbers of 8 bits to be run."""

import mmap
from pathlib import Path

from howfar.errors import ModelError, SettingError
from howfar.models.card import Card
from howfar.models.processor import has_vnni
from howfar.models.run_options import RunOptions

MARK = b"DequantizeLinear"
"""The operator that files with whole numbers have, in ONNX's form QDQ."""


def check_int8(path: Path, card: Card, options: RunOptions) -> None:
    """Refuse a file that cannot be run in the precision that is asked for, or here at all.

    Raises:
        SettingError: If int8 is asked for and the file is none, or the file is int8 and something else is asked for.
        ModelError: If the file is int8 and its card does not say how it was calibrated, or the processor would compute
            it wrongly.
    """
    if card.int8 is None:
        if options.precision == "int8" and card.task != "ranging":
            _refuse_float(path, card)
        return
    if options.precision in ("fp32", "bf16"):
        raise SettingError(
            f"{card.name} is an int8 file, which is not computed in {options.precision}: take int8 or auto, or its "
            f"source {card.int8.source}.",
            setting="precision",
        )
    if not card.int8.reduced_range and has_vnni() is False:
        raise ModelError(
            f"{card.name} is an int8 file for processors with VNNI, and on this one, without it, its sums would "
            f"overflow: make it anew here from {card.int8.source} by  howfar export  , which takes a reduced range."
        )


def _refuse_float(path: Path, card: Card) -> None:
    if holds_int8(path):
        raise ModelError(
            f"{path} holds int8 layers, and its card does not say what they were calibrated on: make it anew by  "
            "howfar export  , or write the table [int8] into its card (docs/model-cards.md)."
        )
    raise SettingError(
        f"{card.name} is a file of floats: make an int8 file of it with pictures of yours by  howfar export  , and "
        "name that, or take another precision.",
        setting="precision",
    )


def holds_int8(path: Path) -> bool:
    """Whether an ONNX file holds layers with whole numbers of 8 bits; what is missing or empty holds none."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return content.find(MARK) >= 0
    except (OSError, ValueError):
        return False
