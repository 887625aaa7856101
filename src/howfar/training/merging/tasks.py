"""The tasks of networks that are merged: what each is fed, what is true, and how well it does.

They come in one file of NumPy's arrays (`.npz`). The network at place `a` (then `b`, `c`, …) has `a_inputs`, N×… as it
is fed, and `a_labels`: N whole numbers, its classes; or numbers of its output's shape. `a_test_inputs` and
`a_test_labels` are what it is judged on, if they are there; else it is judged on the others.
"""

import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from howfar.errors import SettingError

JUDGED_AT_ONCE = 250


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Inputs with their labels."""

    inputs: Tensor
    labels: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class LabelledTask:
    """One task.

    Attributes:
        learnt: What the codebooks are trained on.
        judged: What the accuracy is of.
    """

    learnt: Examples
    judged: Examples

    @property
    def classifies(self) -> bool:
        """Whether its labels are classes."""
        return not self.learnt.labels.is_floating_point()

    def refuse_unfitting(self, output: Tensor) -> None:
        """Raise ValueError if a network with this output, of one example, cannot learn the labels."""
        for examples in (self.learnt, self.judged):
            if self.classifies:
                classes, greatest = output[0].numel(), int(examples.labels.max())
                if greatest >= classes:
                    raise ValueError(f"it tells {classes} classes apart, and there is a label {greatest}")
            elif examples.labels.shape[1:] != output.shape[1:]:
                given, wanted = tuple(examples.labels.shape[1:]), tuple(output.shape[1:])
                raise ValueError(f"its output is of the shape {wanted}, and its labels of {given}")

    def loss(self, output: Tensor, labels: Tensor) -> Tensor:
        """Cross-entropy of classes N×K, or the mean absolute difference from numbers."""
        if self.classifies:
            return functional.cross_entropy(output.flatten(1), labels)
        return (output - labels).abs().mean()

    @torch.no_grad()
    def figure(self, run: Callable[[Tensor], Tensor], at_once: int = JUDGED_AT_ONCE) -> float:
        """The share of right classes, or the mean absolute difference; `at_once` examples are run at a time."""
        total = 0.0
        for first in range(0, len(self.judged.inputs), at_once):
            part = slice(first, first + at_once)
            output, labels = run(self.judged.inputs[part]), self.judged.labels[part]
            if self.classifies:
                total += float((output.flatten(1).argmax(dim=1) == labels).sum())
            else:
                total += float((output - labels).abs().flatten(1).mean(dim=1).sum())
        return total / len(self.judged.inputs)


def read_tasks(path: Path, count: int) -> list[LabelledTask]:
    """Read the tasks of so many networks.

    Raises:
        SettingError: If the file cannot be read, or a task has no inputs, no labels, or not as many of both.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except OSError as error:
        raise SettingError(f"The data {path} cannot be read ({error.strerror or error}): name an .npz file.") from None
    except (AttributeError, EOFError, MemoryError, TypeError, ValueError, zipfile.BadZipFile, zlib.error):
        raise SettingError(f"{path} is no file of arrays (.npz) that can be read: write it with numpy.savez.") from None
    return [_task(arrays, letter, path) for letter in ascii_lowercase[:count]]


def _task(arrays: Mapping[str, NDArray[Any]], letter: str, path: Path) -> LabelledTask:
    learnt = _examples(arrays, letter, path)
    if f"{letter}_test_inputs" not in arrays:
        return LabelledTask(learnt, learnt)
    return LabelledTask(learnt, _examples(arrays, f"{letter}_test", path))


def _examples(arrays: Mapping[str, NDArray[Any]], name: str, path: Path) -> Examples:
    for part in ("inputs", "labels"):
        if f"{name}_{part}" not in arrays:
            there = ", ".join(sorted(arrays)) or "none"
            raise SettingError(
                f"{path} has no array {name}_{part}, which the task of network {name[0]} needs; it has {there}."
            )
    inputs, labels = arrays[f"{name}_inputs"], arrays[f"{name}_labels"]
    if len(inputs.shape) < 2 or not len(inputs) or inputs.dtype.kind not in "fiub":
        raise SettingError(f"{name}_inputs of {path} are no inputs, numbers of N×…: store them as the network is fed.")
    whole = labels.dtype.kind in "iu"
    fits = labels.shape[:1] == inputs.shape[:1] and labels.dtype.kind in "fiu"
    if not fits or (whole and (labels.ndim != 1 or labels.min() < 0)):
        raise SettingError(
            f"{name}_labels of {path} do not fit its {len(inputs)} inputs: give each a class, counted from 0, or "
            "numbers of the output's shape."
        )
    if not (np.isfinite(inputs).all() and np.isfinite(labels).all()):
        raise SettingError(f"{path} holds numbers that are not finite in {name}_inputs or {name}_labels: mend them.")
    kept = labels.astype(np.int64 if whole else np.float32)
    return Examples(torch.from_numpy(inputs.astype(np.float32)), torch.from_numpy(kept))
