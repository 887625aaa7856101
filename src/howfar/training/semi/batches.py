"""Batches of labelled and pseudo-labelled pictures, the same ones for the same seed, epoch and place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from howfar.io.resample import resample
from howfar.training.data.depth.augmentation import Choice, DepthAugmentation, DepthExample, seen_picture, seen_values
from howfar.training.data.depth.batches import DepthBatch, DepthExamples, Draw, EpochPlan
from howfar.training.data.depth.batches import collate as collate_labelled
from howfar.training.semi.perturbation import Perturbation, Window
from howfar.training.semi.pseudo_labels import PseudoLabels
from howfar.training.semi.unlabelled import Unlabelled

UNLABELLED_DRAWS = 1
"""Tells the chance of unlabelled pictures from that of labelled ones at the same place."""


class PseudoBatch(NamedTuple):
    """Pseudo-labelled pictures of one size; the labels are inverse depth up to scale and shift, NaN where unknown.

    Attributes:
        image: N×3×H×W uint8 RGB, perturbed, with a part of the next picture of the batch where there is a window.
        inverse: N×1×h×w float32: each picture's own label.
        other: N×1×h×w float32: the label of the picture that shows through its window.
        window: N×1×h×w bool: where that one is seen.
        names: What they are called.
    """

    image: Tensor
    inverse: Tensor
    other: Tensor
    window: Tensor
    names: tuple[str, ...]


class SemiBatch(NamedTuple):
    """Both parts of a batch; `labelled` is None where a training has none."""

    labelled: DepthBatch | None
    pseudo: PseudoBatch


@dataclass(frozen=True, eq=False)
class PseudoExample:
    """One pseudo-labelled picture as a student is shown it, before anything is cut into it."""

    name: str
    image: NDArray[np.uint8]
    inverse: NDArray[np.float32]
    window: Window | None


class PerturbedPicture(NamedTuple):
    """A picture as a choice and the perturbations show it, and the window that another will show through."""

    image: NDArray[np.uint8]
    choice: Choice
    window: Window | None


class SemiExamples(Dataset[tuple[str, DepthExample] | PseudoExample]):
    """Examples by `Draw`: labelled ones first, unlabelled ones at the places after them."""

    def __init__(
        self,
        labelled: DepthExamples,
        pictures: Sequence[Unlabelled],
        labels: PseudoLabels,
        perturbation: Perturbation,
    ) -> None:
        """Take the labelled examples, and the pictures with what the teacher says of them."""
        self.labelled, self.pictures, self.labels, self.perturbation = labelled, pictures, labels, perturbation
        self.geometry: DepthAugmentation = perturbation.of(labelled.augmentation)

    def __getitem__(self, draw: Draw) -> tuple[str, DepthExample] | PseudoExample:
        if draw.place < len(self.labelled):
            return self.labelled[draw]
        return self._pseudo(draw._replace(place=draw.place - len(self.labelled)))

    def perturbed(self, draw: Draw) -> PerturbedPicture:
        """An unlabelled picture, its place counted from 0, as chance shows it."""
        rng = np.random.default_rng((self.labelled.seed, draw.epoch, draw.place, UNLABELLED_DRAWS))
        choice = self.geometry.draw(draw.size_px, rng)
        image = seen_picture(self.pictures[draw.place].image, self.geometry, choice, draw.size_px)
        return PerturbedPicture(self.perturbation.blurred(image, rng), choice, self.perturbation.window(rng))

    def _pseudo(self, draw: Draw) -> PseudoExample:
        name, seen = self.pictures[draw.place].name, self.perturbed(draw)
        # The teacher's map is coarse: enlarged first, or its cells would show as steps.
        label = resample(self.labels.read(name), *self.geometry.base_px)
        cells_px = self.labelled.output_px[draw.size_px]
        inverse = seen_values(label, self.geometry, seen.choice, draw.size_px, cells_px, np.nan)
        return PseudoExample(name, seen.image, inverse, seen.window)


def epoch_batches(labelled: int, pseudo: EpochPlan, each: int, seed: int, epoch: int) -> list[list[Draw]]:
    """The batches of an epoch: those of the plan of unlabelled pictures, each with `each` labelled ones before.

    The labelled pairs are gone through in random order as often as it takes, and chance treats each round anew.

    Args:
        labelled: How many pairs there are.
        pseudo: The plan of the unlabelled pictures, counted from 0.
        each: How many labelled pairs a batch has.
        seed: Of the training.
        epoch: The epoch, from 0.
    """
    rng = np.random.default_rng((seed, epoch, UNLABELLED_DRAWS))
    rounds = -(-len(pseudo) * each // labelled)
    places = iter([(place, turn) for turn in range(rounds) for place in rng.permutation(labelled).tolist()])
    batches = []
    for draws in pseudo:
        chosen = [next(places) for _ in range(each)]
        batches.append(
            [Draw(place, epoch * rounds + turn, draws[0].size_px) for place, turn in chosen]
            + [draw._replace(place=labelled + draw.place) for draw in draws]
        )
    return batches


def collate(examples: Sequence[tuple[str, DepthExample] | PseudoExample]) -> SemiBatch:
    """Stack the examples of a batch, and let each next unlabelled picture show through the window of the one before."""
    labelled = [example for example in examples if not isinstance(example, PseudoExample)]
    pseudo = [example for example in examples if isinstance(example, PseudoExample)]
    return SemiBatch(collate_labelled(labelled) if labelled else None, _stacked(pseudo))


def cut_in(images: Sequence[NDArray[np.uint8]], windows: Sequence[Window | None]) -> list[NDArray[np.uint8]]:
    """Pictures of one size, each showing the next as it was through its window, and the last one the first."""
    mixed = [image.copy() for image in images]
    for place, window in enumerate(windows):
        if window is not None:
            part = window.slices(mixed[place])
            mixed[place][part] = images[(place + 1) % len(images)][part]
    return mixed


def _stacked(examples: Sequence[PseudoExample]) -> PseudoBatch:
    following = [*examples[1:], examples[0]]
    images = cut_in([example.image for example in examples], [example.window for example in examples])
    windows = [np.zeros_like(example.inverse, np.bool_) for example in examples]
    for window, example in zip(windows, examples, strict=True):
        if example.window is not None:
            window[example.window.slices(window)] = True
    return PseudoBatch(
        image=torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2),
        inverse=_maps([example.inverse for example in examples]),
        other=_maps([other.inverse for other in following]),
        window=torch.from_numpy(np.stack(windows))[:, None],
        names=tuple(example.name for example in examples),
    )


def _maps(values: Sequence[NDArray[np.float32]]) -> Tensor:
    return torch.from_numpy(np.stack(values))[:, None]
