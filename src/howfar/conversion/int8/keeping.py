"""Putting an int8 file and its card in their place."""

import shutil
from dataclasses import replace
from pathlib import Path

from howfar.files import replacing
from howfar.models.card import Card, card_path
from howfar.models.card_writing import card_text
from howfar.models.model_file import file_digest


def keep(file: Path, card: Card, target: Path, *, overwrite: bool = False) -> Card:
    """Write a finished file and its card, both or none.

    Args:
        file: The file, somewhere else.
        card: Its card, without a digest.
        target: Where it is to lie; the card lies beside it.
        overwrite: Replace files that are there.

    Returns:
        The card as written.

    Raises:
        OutputError: If a file exists and may not be replaced, or cannot be written.
    """
    card = replace(card, sha256=file_digest(file))
    with replacing(target, overwrite=overwrite) as written, replacing(card_path(target), overwrite=overwrite) as beside:
        shutil.copyfile(file, written)
        beside.write_text(card_text(card), encoding="utf-8")
    return card
