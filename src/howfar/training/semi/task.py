"""Training a student on labelled and pseudo-labelled pictures: what the loop needs to know of it.

Yang et al.: Depth Anything, CVPR 2024 (labelled and unlabelled pictures together, strong perturbations, feature
alignment), and Depth Anything V2, NeurIPS 2024 (pseudo-labelled pictures alone, gradient matching, the pixels with the
largest loss left out).
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from howfar.datasets import DepthSample
from howfar.networks.compact_depth import InTraining
from howfar.training.data.depth.batches import EpochPlan
from howfar.training.data.epoch_plan import batches_of_rank
from howfar.training.data.preparation import Batches, Preparation
from howfar.training.depth_validation import LEAST_M
from howfar.training.losses.relative import relative_errors
from howfar.training.semi.batches import PseudoBatch, SemiBatch, SemiExamples, collate, epoch_batches
from howfar.training.semi.feature_alignment import Encoder, alignment_loss, tapped
from howfar.training.semi.pseudo_labels import PseudoLabels
from howfar.training.semi.recipe import SemiRecipe
from howfar.training.semi.unlabelled import Unlabelled
from howfar.training.tasks.depth import DepthTask

PROJECTION = "projection"
"""The name of the student's extra part that brings its features to as many channels as another encoder's have."""


class SemiTask(DepthTask):
    """A student with its labelled and pseudo-labelled data, losses and validation."""

    recipe: SemiRecipe

    def __init__(
        self,
        recipe: SemiRecipe,
        samples: Sequence[DepthSample],
        held_out: Sequence[DepthSample],
        pictures: Sequence[Unlabelled],
        labels: PseudoLabels,
    ) -> None:
        """Build the student of a recipe.

        Args:
            recipe: All settings.
            samples: The labelled pairs.
            held_out: The pairs to validate on; may be none.
            pictures: The unlabelled pictures.
            labels: What the teacher says of each of them.

        Raises:
            SettingError: If the recipe names a network, part or loss that there is not.
        """
        super().__init__(recipe, samples, held_out)
        self.title = f"{recipe.network.name}, student on {recipe.unlabelled.root}"
        self.encoder: Encoder | None = None
        self.semi = SemiExamples(self.examples, pictures, labels, recipe.perturbation)
        self.preparation = Preparation(self.semi, collate, recipe.training.workers)

    def align_with(self, encoder: Encoder, width: int | None = None) -> None:
        """Keep the student's features near those of an encoder.

        Args:
            encoder: It takes what the student takes.
            width: How many channels it gives, which a 1×1 projection brings the student's to; None where they are as
                many as the student's.
        """
        self.encoder = encoder
        if width is not None:
            part = self.network.get_submodule(self.entry.deepest)
            own = _width(self.network, part, self.recipe.data.sizes_px[0])
            self.network.add_module(PROJECTION, nn.Conv2d(own, width, 1))

    def batches(self, epoch: int, rank: int, world: int) -> Batches:
        """The batches of one epoch: each unlabelled picture once."""
        data, seed = self.recipe.data, self.recipe.training.seed
        labelled, pseudo = self.recipe.batch_counts
        plan = EpochPlan(len(self.semi.pictures), pseudo, data.sizes_px, data.size_shares, seed, epoch)
        batches = epoch_batches(len(self.examples), plan, labelled, seed, epoch)
        return self.preparation.run(batches_of_rank(batches, rank, world))

    def losses(self, network: nn.Module, batch: SemiBatch) -> Mapping[str, Tensor]:  # type: ignore[override]
        """The terms on labelled and on pseudo-labelled pictures, and their weighted sum."""
        labelled, pseudo = batch
        images = pseudo.image if labelled is None else torch.cat((labelled.image, pseudo.image))
        first = len(images) - len(pseudo.image)
        with tapped(self.network.get_submodule(self.entry.deepest)) as features:
            predicted = self.forward(network, images)
        losses = {}
        if labelled is not None:
            ours = InTraining(*(None if each is None else each[:first] for each in predicted))  # type: ignore[arg-type]
            losses = self.supervised(ours, labelled)
        unlabelled = self.recipe.unlabelled
        errors = pseudo_errors(self._inverse(predicted.depth_m[first:]), pseudo, unlabelled.left_out)
        losses["pseudo"], losses["pseudo_gradient"] = errors
        terms = [unlabelled.weight * errors[0], unlabelled.gradient * errors[1]]
        if self.encoder is not None:
            losses["alignment"] = self._alignment(self.encoder, features[0][first:], pseudo.image)
            terms.append(self.recipe.alignment.weight * losses["alignment"])
        losses["loss"] = torch.stack([*([losses["loss"]] if labelled is not None else []), *terms]).sum()
        return losses

    def names(self, batch: SemiBatch) -> tuple[str, ...]:  # type: ignore[override]
        """What the pictures of a batch are called."""
        return (*(batch.labelled.names if batch.labelled is not None else ()), *batch.pseudo.names)

    def _inverse(self, depth: Tensor) -> Tensor:
        return depth if self.relative else (depth * self.unit).clamp(min=LEAST_M).reciprocal()

    def _alignment(self, encoder: Encoder, features: Tensor, image: Tensor) -> Tensor:
        projection = getattr(self.network, PROJECTION, nn.Identity())
        with torch.autocast(image.device.type, torch.bfloat16, enabled=self.recipe.training.precision == "bf16-mixed"):
            frozen = encoder(self.fed(image))
        return alignment_loss(projection(features.float()), frozen, self.recipe.alignment.tolerance)


def pseudo_errors(inverse: Tensor, batch: PseudoBatch, left_out: float = 0.0) -> tuple[Tensor, Tensor]:
    """The affine-invariant loss and gradient matching of pseudo-labelled pictures, mean over the pictures.

    Where another picture is pasted in, inside and outside are compared with their own labels, each freed of its own
    scale and shift, and weighted by their area (Depth Anything, Eq. 7 to 10).

    Args:
        inverse: N×1×h×w inverse depth of the student.
        batch: The labels.
        left_out: The share of the pixels inside, and of those outside, that do not count: those with the largest loss.
    """
    total = inverse.new_zeros(2, dtype=torch.float32)
    for label, seen in ((batch.inverse, ~batch.pasted), (batch.other, batch.pasted)):
        if not seen.any():
            continue
        valid = seen & torch.isfinite(label)
        errors = relative_errors(inverse, torch.where(valid, label, 0.0), valid, left_out)
        area = seen.float().mean(dim=(1, 2, 3), keepdim=True)
        total = total + torch.stack([(error * area).mean() for error in errors])
    return total[0], total[1]


def _width(network: nn.Module, part: nn.Module, size_px: tuple[int, int]) -> int:
    """How many channels a part of a network gives."""
    with torch.no_grad(), tapped(part) as found:
        network.eval()(torch.zeros(1, 3, size_px[1], size_px[0]))
    return int(found[0].shape[1])
