"""Batches of labelled and pseudo-labelled pictures, the same ones for the same seed, epoch and index."""

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
from howfar.training.data.depth.batches import DepthBatch, DepthDraw, DepthExamples, EpochPlan
from howfar.training.data.depth.batches import collate as collate_labelled
from howfar.training.semi.perturbation import Perturbation, Rectangle
from howfar.training.semi.pseudo_labels import PseudoLabels
from howfar.training.semi.unlabelled import Unlabelled

UNLABELLED_DRAWS = 1
"""Part of the random seed of unlabelled pictures, so that it differs from that of labelled ones."""


class PseudoBatch(NamedTuple):
    """Pseudo-labelled pictures of one size; the labels are inverse depth up to scale and shift, NaN where unknown.

    Attributes:
        image: N×3×H×W uint8 RGB, perturbed, with a rectangle of the next picture of the batch where that is pasted.
        inverse: N×1×h×w float32: each picture's own label.
        other: N×1×h×w float32: the label of the picture that is pasted into it.
        pasted: N×1×h×w bool: where that one is seen.
        names: What they are called.
    """

    image: Tensor
    inverse: Tensor
    other: Tensor
    pasted: Tensor
    names: tuple[str, ...]


class SemiBatch(NamedTuple):
    """Both parts of a batch; `labelled` is None where a training has none."""

    labelled: DepthBatch | None
    pseudo: PseudoBatch


@dataclass(frozen=True, eq=False)
class PseudoExample:
    """One pseudo-labelled picture as a student is shown it, before another is pasted into it."""

    name: str
    image: NDArray[np.uint8]
    inverse: NDArray[np.float32]
    rectangle: Rectangle | None


class PerturbedPicture(NamedTuple):
    """A picture as a choice and the perturbations show it, and the rectangle that another will be pasted into."""

    image: NDArray[np.uint8]
    choice: Choice
    rectangle: Rectangle | None


class SemiExamples(Dataset[tuple[str, DepthExample] | PseudoExample]):
    """Examples by `DepthDraw`: labelled ones first, unlabelled ones at the indices after them."""

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

    def __getitem__(self, draw: DepthDraw) -> tuple[str, DepthExample] | PseudoExample:
        if draw.sample_index < len(self.labelled):
            return self.labelled[draw]
        return self._pseudo(draw._replace(sample_index=draw.sample_index - len(self.labelled)))

    def perturbed(self, draw: DepthDraw) -> PerturbedPicture:
        """An unlabelled picture, its index counted from 0, as chance shows it."""
        rng = np.random.default_rng((self.labelled.seed, draw.epoch, draw.sample_index, UNLABELLED_DRAWS))
        choice = self.geometry.draw(draw.size_px, rng)
        image = seen_picture(self.pictures[draw.sample_index].image, self.geometry, choice, draw.size_px)
        return PerturbedPicture(self.perturbation.blurred(image, rng), choice, self.perturbation.rectangle(rng))

    def _pseudo(self, draw: DepthDraw) -> PseudoExample:
        name, seen = self.pictures[draw.sample_index].name, self.perturbed(draw)
        # The teacher's map is coarse: enlarged first, or its cells would show as steps.
        label = resample(self.labels.read(name), *self.geometry.base_px)
        cells_px = self.labelled.output_px[draw.size_px]
        inverse = seen_values(label, self.geometry, seen.choice, draw.size_px, cells_px, np.nan)
        return PseudoExample(name, seen.image, inverse, seen.rectangle)


def epoch_batches(labelled: int, pseudo: EpochPlan, each: int, seed: int, epoch: int) -> list[list[DepthDraw]]:
    """The batches of an epoch: those of the plan of unlabelled pictures, each with `each` labelled ones before.

    The labelled pairs are repeated in random order as often as it takes, and augmented differently in each round.

    Args:
        labelled: How many pairs there are.
        pseudo: The plan of the unlabelled pictures, counted from 0.
        each: How many labelled pairs a batch has.
        seed: Of the training.
        epoch: The epoch, from 0.
    """
    rng = np.random.default_rng((seed, epoch, UNLABELLED_DRAWS))
    rounds = -(-len(pseudo) * each // labelled)
    indices = iter([(index, turn) for turn in range(rounds) for index in rng.permutation(labelled).tolist()])
    batches = []
    for draws in pseudo:
        chosen = [next(indices) for _ in range(each)]
        batches.append(
            [DepthDraw(index, epoch * rounds + turn, draws[0].size_px) for index, turn in chosen]
            + [draw._replace(sample_index=labelled + draw.sample_index) for draw in draws]
        )
    return batches


def collate(examples: Sequence[tuple[str, DepthExample] | PseudoExample]) -> SemiBatch:
    """Stack the examples of a batch, and paste into each unlabelled picture the rectangle of the next one."""
    labelled = [example for example in examples if not isinstance(example, PseudoExample)]
    pseudo = [example for example in examples if isinstance(example, PseudoExample)]
    return SemiBatch(collate_labelled(labelled) if labelled else None, _stacked(pseudo))


def paste_next(images: Sequence[NDArray[np.uint8]], rectangles: Sequence[Rectangle | None]) -> list[NDArray[np.uint8]]:
    """Pictures of one size, each with the next one, as it was, in its rectangle; the first follows the last."""
    pasted = [image.copy() for image in images]
    for index, rectangle in enumerate(rectangles):
        if rectangle is not None:
            inside = rectangle.slices(pasted[index])
            pasted[index][inside] = images[(index + 1) % len(images)][inside]
    return pasted


def _stacked(examples: Sequence[PseudoExample]) -> PseudoBatch:
    following = [*examples[1:], examples[0]]
    images = paste_next([example.image for example in examples], [example.rectangle for example in examples])
    masks = [np.zeros_like(example.inverse, np.bool_) for example in examples]
    for mask, example in zip(masks, examples, strict=True):
        if example.rectangle is not None:
            mask[example.rectangle.slices(mask)] = True
    return PseudoBatch(
        image=torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2),
        inverse=_maps([example.inverse for example in examples]),
        other=_maps([other.inverse for other in following]),
        pasted=torch.from_numpy(np.stack(masks))[:, None],
        names=tuple(example.name for example in examples),
    )


def _maps(values: Sequence[NDArray[np.float32]]) -> Tensor:
    return torch.from_numpy(np.stack(values))[:, None]
