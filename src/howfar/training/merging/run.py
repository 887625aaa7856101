"""One merging from its files to its folder: merged.npz, merged.onnx, and figures before and after."""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import torch
from torch import Tensor

from howfar.conversion.merging.alignment import Group, align
from howfar.conversion.merging.merging import merge
from howfar.conversion.merging.reading import Source, read_source
from howfar.conversion.merging.saving import save_merged
from howfar.conversion.merging.writing import write_onnx
from howfar.errors import ModelError, OutputError, SettingError
from howfar.files import replacing
from howfar.networks.merging.graph import GraphNetwork, plain_network
from howfar.networks.merging.merged import MergedNetwork
from howfar.training.merging.calibration import Calibration
from howfar.training.merging.recipe import MergeRecipe
from howfar.training.merging.tasks import LabelledTask, read_tasks

MODEL, ONNX, FIGURES, CHECKPOINT = "merged.npz", "merged.onnx", "figures.json", "last.ckpt"

MOST_NETWORKS = 26
"""As many as there are letters."""

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Figures:
    """What came out.

    Attributes:
        names: The networks.
        classify: Whether the figures of each are accuracies; else mean absolute differences.
        originals: Each task's figure before merging.
        merged: After merging, before calibration.
        calibrated: After calibration.
        original_bytes: What weights and constants of the original networks take in single precision.
        merged_bytes: What those of the merged model take.
        shared: How many codebooks two networks or more share.
        codebooks: How many there are.
    """

    names: tuple[str, ...]
    classify: tuple[bool, ...]
    originals: tuple[float, ...]
    merged: tuple[float, ...]
    calibrated: tuple[float, ...]
    original_bytes: int
    merged_bytes: int
    shared: int
    codebooks: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a merging reads and writes.

    Attributes:
        networks: ONNX files.
        data: The tasks (`training.merging.tasks`).
        out: A folder.
    """

    networks: tuple[Path, ...]
    data: Path
    out: Path


class Merging:
    """One merging."""

    def __init__(self, place: Place, recipe: MergeRecipe, *, resume: bool = False, overwrite: bool = False) -> None:
        """Read and check everything; nothing is written yet.

        Raises:
            ModelError: If a network cannot be read or merged.
            SettingError: If the data or the recipe do not fit the networks.
            OutputError: If the folder holds a merging that is neither to be resumed nor replaced, or is to be resumed
                with other networks, data or settings.
        """
        self.place, self.recipe = place, recipe
        self.checkpoint = place.out / CHECKPOINT
        if not 2 <= len(place.networks) <= MOST_NETWORKS:
            raise SettingError(f"Merging takes two networks or more, up to {MOST_NETWORKS}: name them.")
        if resume and not self.checkpoint.exists() and (place.out / MODEL).exists():
            raise OutputError(f"The merging in {place.out} is finished: there is nothing to resume.", setting="out")
        if not (resume or overwrite):
            for name in (CHECKPOINT, MODEL):
                if (place.out / name).exists():
                    raise OutputError(
                        f"{place.out} holds a merging already: choose another folder, allow overwriting, or resume it.",
                        setting="resume",
                    )
        self.sources = [read_source(path) for path in place.networks]
        self.names = _distinct([source.name for source in self.sources])
        self.originals = [
            plain_network(source.graph, source.constants).requires_grad_(False) for source in self.sources
        ]
        self.groups: list[Group] = align(self.sources, recipe.align)
        self.tasks = read_tasks(place.data, len(self.sources))
        self._refuse_unfitting()
        self.digest = _digest([*place.networks, place.data], recipe)
        self.state = self._state() if resume and self.checkpoint.exists() else None

    def _refuse_unfitting(self) -> None:
        for name, original, task in zip(self.names, self.originals, self.tasks, strict=True):
            batch, wanted = original.graph.input_shape[0], self.recipe.calibration.batch
            if isinstance(batch, int) and batch != wanted:
                raise SettingError(
                    f"The network {name} takes batches of {batch} alone: calibrate with calibration.batch={batch}, or "
                    "export it with batches of any size."
                )
            try:
                for examples in (task.learnt, task.judged):
                    output = _first_output(original, examples.inputs[: batch if isinstance(batch, int) else 2])
                task.refuse_unfitting(output)
            except (ModelError, ValueError) as error:
                reason = str(error).partition("\n")[0].rstrip(".")
                raise SettingError(
                    f"The data do not fit the network {name} ({reason}): store its inputs as it is fed, with labels of "
                    "its output."
                ) from None

    def _state(self) -> dict[str, Any]:
        try:
            state = torch.load(self.checkpoint, map_location="cpu", weights_only=True)
            if state["format"] != FORMAT:
                raise ValueError
            told = str(state["digest"])
        except Exception:  # noqa: BLE001  torch raises many kinds for a file that is not its own
            raise ModelError(f"The checkpoint {self.checkpoint} cannot be read: start again.") from None
        if told != self.digest:
            raise OutputError(
                f"{self.place.out} was begun with other networks, tasks or settings: resume it with those, or choose "
                "another folder.",
                setting="out",
            )
        return dict(state)

    def encode(self, done: Callable[[str], object] = lambda _: None) -> MergedNetwork:
        """Merge; `done` is called with the name of each layer that is encoded.

        Raises:
            SettingError: If a layer cannot be encoded as the recipe says.
        """
        return merge(self.sources, self.groups, self.recipe.codes(), seed=self.recipe.seed, done=done)

    def calibrate(self, merged: MergedNetwork, stepped: Callable[[str], object] = lambda _: None) -> Figures:
        """Calibrate what `encode` gave and write it; `stepped` is called after each step, with its loss in words.

        Raises:
            ModelError: If the checkpoint does not fit.
            TrainingError: If the loss is not a number.
            OutputError: If something cannot be written.
        """
        before = [_figure(task, network) for task, network in zip(self.tasks, merged.members, strict=True)]
        calibration = Calibration(merged, self.originals, self.tasks, self.recipe.calibration, self.recipe.seed)
        if self.state is not None:
            try:
                calibration.restore(self.state)
            except (LookupError, TypeError, ValueError, RuntimeError, AttributeError):
                raise ModelError(f"The checkpoint {self.checkpoint} does not fit its merging: start again.") from None
        calibration.run(self._save, lambda loss: stepped(f"loss {loss:.4f}"))
        figures = self._figures(merged, before)
        save_merged(merged, self.names, self.place.out / MODEL, overwrite=True)
        write_onnx(merged, self.names, self.place.out / ONNX, overwrite=True)
        with replacing(self.place.out / FIGURES, overwrite=True) as temporary:
            temporary.write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=2))
        with suppress(FileNotFoundError):
            self.checkpoint.unlink()
        return figures

    def _save(self, calibration: Calibration) -> None:
        with replacing(self.checkpoint, overwrite=True) as temporary:
            try:
                torch.save({"format": FORMAT, "digest": self.digest, **calibration.state()}, temporary)
            except RuntimeError as error:  # torch's writer turns a full disk into one of these
                raise OutputError(f"{self.checkpoint} could not be written ({error}); is the disk full?") from None

    def _figures(self, merged: MergedNetwork, before: Sequence[float]) -> Figures:
        judge = partial(map, _figure, self.tasks)
        return Figures(
            names=self.names,
            classify=tuple(task.classifies for task in self.tasks),
            originals=tuple(judge(self.originals)),
            merged=tuple(before),
            calibrated=tuple(judge(merged.members)),
            original_bytes=sum(map(original_bytes, self.sources)),
            merged_bytes=merged.stored_bytes(),
            shared=sum(len(group) > 1 for group in self.groups),
            codebooks=len(self.groups),
        )


def original_bytes(source: Source) -> int:
    """What a network's weights and constants take in single precision."""
    return sum(value.numel() * value.element_size() for value in source.constants.values())


def _first_output(network: GraphNetwork, x: Tensor) -> Tensor:
    output: Tensor = network(x)[0]
    return output


def _figure(task: LabelledTask, network: GraphNetwork) -> float:
    batch = network.graph.input_shape[0]
    return task.figure(partial(_first_output, network), *([batch] if isinstance(batch, int) else []))


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Names as they are where no two are alike; else with a letter before each."""
    if len({*names}) == len(names):
        return tuple(names)
    return tuple(f"{chr(ord('a') + at)}-{name}" for at, name in enumerate(names))


def _digest(paths: Sequence[Path], recipe: MergeRecipe) -> str:
    digest = hashlib.sha256(msgspec.json.encode(recipe))
    for path in paths:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
