"""The folder of one training: its recipe and card, checkpoints, the history of its figures, curves and pictures."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
import torch
from numpy.typing import NDArray

from howfar.errors import ModelError, OutputError
from howfar.files import replacing
from howfar.io.parsing import UnreadableError, read_json_file
from howfar.models.card import Card
from howfar.models.card_writing import write_card
from howfar.training.recipe import TrainingRecipe

FORMAT = 1

RECIPE = "recipe.json"
"""The file that keeps the settings of a training."""

Row = Mapping[str, float]


class RunFolder:
    """Where a training writes; each file is whole or not there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.last = root / "last.ckpt"
        self.best = root / "best.ckpt"
        self.card = root / "card.toml"

    def open(self, recipe: TrainingRecipe, card: Card, *, resume: bool, overwrite: bool) -> None:
        """Make the folder ready.

        Raises:
            OutputError: If a training is there already and is neither to be resumed nor replaced, or is to be resumed
                with another recipe.
        """
        self.refuse_started(resume=resume, overwrite=overwrite)
        kept = self.root / RECIPE
        if resume and kept.exists() and not _same(kept, recipe):
            raise OutputError(
                f"{self.root} was trained with other settings ({kept.name} shows them); resume with those, or choose "
                "another folder.",
                setting="out",
            )
        if overwrite and not resume:
            for stale in (self.last, self.best):
                stale.unlink(missing_ok=True)
        with replacing(kept, overwrite=True) as temporary:
            temporary.write_bytes(msgspec.json.format(msgspec.json.encode(recipe), indent=2))
        write_card(card, self.card, overwrite=True)

    def refuse_started(self, *, resume: bool, overwrite: bool) -> None:
        """Raise OutputError if a training is there already and is neither to be resumed nor replaced."""
        if self.last.exists() and not (resume or overwrite):
            raise OutputError(
                f"{self.root} holds a training already: choose another folder, allow overwriting, or resume it.",
                setting="resume",
            )

    def save(self, state: Mapping[str, Any], *, best: bool) -> None:
        """Write the state as the last checkpoint, and as the best if it is.

        Raises:
            OutputError: If the disk is full or cannot be written to.
        """
        for path in (self.last, self.best) if best else (self.last,):
            with replacing(path, overwrite=True) as temporary:
                try:
                    torch.save({"format": FORMAT, **state}, temporary)
                except RuntimeError as error:  # torch's writer turns a full disk into one of these
                    raise OutputError(f"{path} could not be written ({error}); is the disk full?") from None

    def load(self) -> dict[str, Any] | None:
        """The last checkpoint, or None if there is none yet.

        Raises:
            ModelError: If it cannot be read.
        """
        return load_checkpoint(self.last) if self.last.exists() else None

    def write_history(self, rows: Sequence[Row]) -> None:
        """Write the figures of all epochs as CSV."""
        names = list(dict.fromkeys(name for row in rows for name in row))
        text = io.StringIO()
        writer = csv.DictWriter(text, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: f"{value:.6g}" for name, value in row.items()} for row in rows)
        with replacing(self.root / "history.csv", overwrite=True) as temporary:
            temporary.write_text(text.getvalue(), encoding="utf-8")

    def write_picture(self, name: str, picture: NDArray[np.uint8]) -> None:
        """Write an RGB picture as `pictures/NAME`."""
        with replacing(self.root / "pictures" / name, overwrite=True) as temporary:
            cv2.imwrite(str(temporary), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))


def _same(kept: Path, recipe: TrainingRecipe) -> bool:
    """Whether a kept recipe trains the same; a setting that it was written without has its default."""
    try:
        other = msgspec.convert(read_json_file(kept), type(recipe))
    except (OSError, UnreadableError, msgspec.ValidationError):
        return False
    return bool(msgspec.structs.replace(other, export=recipe.export) == recipe)


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint of a training, running no code from it.

    Raises:
        ModelError: If it is not one.
    """
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise ModelError(f"There is no checkpoint {path}: train first with  howfar train .") from None
    except Exception as error:  # noqa: BLE001  torch raises many kinds for a file that is not its own
        raise ModelError(f"The checkpoint {path} cannot be read ({str(error).splitlines()[0]}).") from None
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise ModelError(f"{path} is not a checkpoint of a howfar training.")
    return state
