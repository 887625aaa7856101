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

LAST, BEST = "last.ckpt", "best.ckpt"
RECIPE = "recipe.json"
"""The file that keeps the settings of a training."""

Row = Mapping[str, float]


class RunFolder:
    """Where a training writes; each file is whole or not there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.last = root / LAST
        self.best = root / BEST
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
        reason = "it is empty" if path.is_file() and path.stat().st_size == 0 else _first_line(error)
        raise ModelError(f"The checkpoint {path} cannot be read ({reason}): {_remedy(path)}.") from None
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise ModelError(f"{path} is not a checkpoint of a howfar training: {_remedy(path)}.")
    if not (
        _are_weights(state.get("network"))
        and (state.get("average") is None or _are_weights(state["average"]))
        and isinstance(state.get("epoch"), int)
        and _are_rows(state.get("history"))
    ):
        raise ModelError(f"{path} lacks a part of a checkpoint, or has another in its place: {_remedy(path)}.")
    return state


def refused(path: Path, error: Exception) -> ModelError:
    """The error for a checkpoint whose content does not fit the training that is to go on from it."""
    reason = f"{error} is missing" if isinstance(error, KeyError) else _first_line(error)
    return ModelError(f"The checkpoint {path} does not fit its training ({reason}): {_remedy(path)}.")


def _are_weights(value: object) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(name, str) and isinstance(each, torch.Tensor) for name, each in value.items()
    )


def _are_rows(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) > 0
        and all(isinstance(row, dict) and all(isinstance(each, int | float) for each in row.values()) for row in value)
    )


def _remedy(path: Path) -> str:
    """What to do where a checkpoint cannot be used: the other one of a training holds all that it holds."""
    other = path.with_name(LAST if path.name == BEST else BEST)
    if path.name in (LAST, BEST) and other.is_file() and other.stat().st_size > 0:
        return f"copy {other.name} to its place, or start again"
    return "start again"


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "").rstrip(".") or type(error).__name__
