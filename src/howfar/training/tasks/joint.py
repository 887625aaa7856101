"""Training one network for objects and depth, on pictures of which none needs to have both labels.

What a picture lacks, a teacher says: a detector's boxes stand in for labels, a depth network's depth for the truth. The
detector that the network starts from is kept as it was beside it, and the network stays near what that says of every
picture (Li and Hoiem: Learning without Forgetting, ECCV 2016), so that classes which the labels lack are not lost.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, cast

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from howfar.datasets import DepthSample, DetectionSample
from howfar.datasets.check import Checked
from howfar.errors import SettingError
from howfar.evaluation.detection.coco import require_coco_eval
from howfar.evaluation.detection.evaluation import evaluate_detector
from howfar.models.card import Card, DetectorSpec, LayoutName
from howfar.models.depth import CardDepth
from howfar.models.joint import CardJoint
from howfar.models.library import find_model
from howfar.networks.compact_depth import SKY_M
from howfar.networks.depth_decoder import DEPTH, JointOutput
from howfar.networks.joint_nanodet import JointNanoDet
from howfar.networks.joint_yolov5 import JointYOLOv5
from howfar.scene import Camera
from howfar.training.data.depth.pairs import SourcePairs, labelled_pairs, source_pairs
from howfar.training.data.joint.batches import JointBatch, JointExamples, collate
from howfar.training.data.joint.box_teacher import BoxTeacher, refuse_other_classes
from howfar.training.data.joint.photos import labelled_photos, photo_samples
from howfar.training.data.readied import remembered
from howfar.training.data.shown_batch import shown_objects
from howfar.training.frozen_depth import FrozenDepth
from howfar.training.initial_weights import load_initial_weights
from howfar.training.losses.depth import picture_log_l1_loss
from howfar.training.losses.joint_boxes import BOX_LOSSES
from howfar.training.losses.nanodet import Labels
from howfar.training.recipe import BOXES, FORMER, TAUGHT_DEPTH, JointRecipe
from howfar.training.recipe_settings import SourceSettings
from howfar.training.task_weights import TASK_WEIGHTS
from howfar.training.tasks import depth
from howfar.training.tasks.depth import DepthTask
from howfar.training.tasks.detection import options_for_classes
from howfar.training.tasks.kind import TaskKind, TrainedWeights
from howfar.training.torch_session import TorchSession

BOXES_LOSSES = (BOXES, FORMER)
"""The names of the losses on boxes, and on what the former detector says."""

JOINT_LOSSES = (*BOXES_LOSSES, TAUGHT_DEPTH)
"""The names of the losses that a training of depth alone does not have."""

DEPTH_TASK, BOXES_TASK = "depth_task", "boxes_task"
"""What the losses of the two tasks, sums of weighted terms, are called where their weights are learned."""

PHOTOS = "photos"
"""What the source of labelled photos is called."""

LEAST_UNTOLD = 0.1
"""Of a picture of which a smaller share is unknown, as the frame of a room is, the teacher of depth is not asked."""

FOUND = "found"
"""The folder, in that of the training, of what the teacher of boxes found."""


class JointTask(DepthTask):
    """A network for objects and depth with its data, losses and validation."""

    recipe: JointRecipe
    network: JointNanoDet | JointYOLOv5
    card_task = "joint"
    other_losses = (*depth.OTHER_LOSSES, *JOINT_LOSSES)
    made_examples = JointExamples
    collate = staticmethod(collate)

    def __init__(
        self,
        recipe: JointRecipe,
        samples: Sequence[DepthSample],
        held_out: Sequence[DepthSample],
        sources: Sequence[SourcePairs],
        photos_held_out: Sequence[DetectionSample],
        class_names: tuple[str, ...],
    ) -> None:
        """Build the network of a recipe.

        Args:
            recipe: All settings.
            samples: The pairs to train on.
            held_out: The pairs to validate on; may be none.
            sources: The pairs of the other sources, the labelled photos among them.
            photos_held_out: The photos to validate the detector on; may be none.
            class_names: The names of the classes of boxes.

        Raises:
            SettingError: If the recipe names a network, part or loss that there is not.
            MissingExtraError: If what counts average precision is not installed.
        """
        if len(photos_held_out):
            require_coco_eval()
        self.class_names = class_names
        super().__init__(recipe, samples, held_out, sources)
        self.box_losses = BOX_LOSSES[self.entry.layout]
        if FORMER in recipe.loss and self.box_losses.former is None:
            raise SettingError(
                f"The loss {FORMER} keeps what a trained detector knows, and {self.entry.name} goes on from none: take "
                f"loss.{FORMER} out."
            )
        self.photos_held_out = photos_held_out
        self.former: nn.Module | None = None
        self.depth_teacher: FrozenDepth | None = None
        self._taught: Taught | None = None
        if recipe.task_weights != "fixed":
            self.task_weights = TASK_WEIGHTS[recipe.task_weights]((DEPTH_TASK, BOXES_TASK))

    @property
    def network_options(self) -> Mapping[str, Any]:
        """The options that the network is built with: it has the classes of the photos."""
        return options_for_classes(self.recipe.network, self.class_names)

    def start_from(self) -> None:
        """Load what the recipe starts from, and keep its detector and the teacher of depth beside the network.

        Raises:
            SettingError: If the classes of that detector are not those of the photos, or the teacher gives no metres.
            ModelError: If weights cannot be read or are another network's.
        """
        if (initial := self.recipe.network.initial) is not None:
            _, card = find_model(initial)
            refuse_other_classes(card, self.class_names, "network.initial")
        load_initial_weights(self.network, self.recipe.network)
        if FORMER in self.recipe.loss:
            self.former = copy.deepcopy(self.network.detector).eval().requires_grad_(False)
        if self.recipe.depth_teacher is not None and self.focal_px is not None:
            self.depth_teacher = FrozenDepth(self.recipe.depth_teacher, self.focal_px)

    def training_card(self, camera: Camera) -> Card:
        """How the trained network is to be fed and read: whole pictures, with bars up to the next multiple."""
        base = depth.training_card(self.recipe, camera)
        assert base.depth is not None
        *tensors, _ = self._outputs.tensors
        detector = DetectorSpec(cast(LayoutName, self.entry.layout), self.class_names, tensors=tuple(tensors))
        spec = replace(base.input, fit="letterbox-area", pad=0)
        return replace(base, task="joint", input=spec, detector=detector, depth=replace(base.depth, tensors=(DEPTH,)))

    def losses(self, network: nn.Module, batch: JointBatch) -> Mapping[str, Tensor]:  # type: ignore[override]
        """The terms of the losses of depth and boxes, and their sum by the weights of the recipe or those learned."""
        output: JointOutput = network(self.fed(batch.depth.image))
        losses = self.supervised(depth.in_training(output), batch.depth)
        weights, taught = self.recipe.loss, self._taught_of(batch)
        if BOXES in weights:
            losses[BOXES] = self._boxes_loss(output, batch)
        if taught.cells is not None and self.box_losses.former is not None:
            losses[FORMER] = self.box_losses.former(output.cells, taught.cells)
        if taught.depth_m is not None:
            losses[TAUGHT_DEPTH] = _taught_depth_loss(output, batch, taught.depth_m)
        summed = losses["loss"] + _weighted(losses, weights, (TAUGHT_DEPTH,)), _weighted(losses, weights, BOXES_LOSSES)
        if self.task_weights is None:
            return {**losses, "loss": summed[0] + summed[1]}
        losses |= zip(self.task_weights.tasks, summed, strict=True)
        return {**losses, **self.task_weights.weighed(losses)}

    def names(self, batch: JointBatch) -> tuple[str, ...]:  # type: ignore[override]
        """What the data set calls the pictures of a batch."""
        return batch.depth.names

    def validate(self, network: nn.Module) -> Mapping[str, float]:
        """The figures of depth, and COCO's AP and AP50 on the photos held out."""
        figures = dict(super().validate(network))
        if len(self.photos_held_out):
            numbers = evaluate_detector(self.photos_held_out, self.joint_of(network).detector).numbers
            figures |= {"ap": numbers.ap, "ap50": numbers.ap50}
        return figures

    def joint_of(self, network: nn.Module) -> CardJoint:
        """The network as it will be fed and read when it is exported."""
        return CardJoint(self.card, TorchSession(self._outputs(network), outputs=self._outputs.tensors))

    @property
    def _outputs(self) -> Any:
        """What makes of the network that with the outputs of its exported file, and has their names as `tensors`."""
        return self.entry.decoded

    def _estimator(self, network: nn.Module) -> CardDepth:
        return self.joint_of(network).depth

    def _boxes_loss(self, output: JointOutput, batch: JointBatch) -> Tensor:
        """The loss of the pictures in which somebody has looked for objects."""
        chosen = batch.looked_at.nonzero().flatten()
        if not len(chosen):
            return sum((each.sum() for each in output.cells), start=output.depth_m.new_zeros(())) * 0
        number = batch.looked_at.cumsum(0) - 1
        labels = Labels(number[batch.labels.picture], *batch.labels[1:])
        height, width = batch.depth.image.shape[-2:]
        return self.box_losses.boxes(
            self.network.detector, [each[chosen] for each in output.cells], labels, (width, height)
        )

    def _taught_of(self, batch: JointBatch) -> "Taught":
        """What the teachers say of a batch; they are asked once where the same one is looked at again."""
        image = batch.depth.image
        if self._taught is None or self._taught.image is not image:
            cells = depth_m = None
            with torch.no_grad():
                if self.former is not None:
                    self.former = self.former.to(image.device)
                    cells = self.former(self.fed(image))
                if self.depth_teacher is not None:
                    depth_m = _asked(self.depth_teacher, batch)
            self._taught = Taught(image, cells, depth_m)
        return self._taught


class Taught(NamedTuple):
    """What the teachers say of a batch of pictures.

    Attributes:
        image: The pictures.
        cells: What the detector that was started from says; None where nothing is held to it.
        depth_m: N×1×h×w metres, NaN in pictures that it was not asked of; None where there is no teacher of depth.
    """

    image: Tensor
    cells: Sequence[Tensor] | None
    depth_m: Tensor | None


def _weighted(losses: Mapping[str, Tensor], weights: Mapping[str, float], names: Sequence[str]) -> Tensor:
    """The weighted sum of those of some losses that there are."""
    there = [weights[name] * losses[name] for name in names if name in losses]
    return torch.stack(there).sum() if there else torch.zeros_like(losses["loss"])


def _asked(teacher: FrozenDepth, batch: JointBatch) -> Tensor:
    """What the teacher of depth says of the pictures of which a good part is unknown, and NaN of the others."""
    asked = _untold(batch).flatten(1).float().mean(1) >= LEAST_UNTOLD
    depth_m = torch.full_like(batch.depth.depth_m, torch.nan)
    if asked.any():
        height, width = depth_m.shape[-2:]
        depth_m[asked] = teacher.depth_m(batch.depth.image[asked], (width, height)).to(depth_m)
    return depth_m


def _untold(batch: JointBatch) -> Tensor:
    """Where no truth says how deep a picture is; nowhere in those that teach shapes alone."""
    unknown = ~torch.isfinite(batch.depth.depth_m)
    if batch.depth.scale_free is not None:
        unknown = unknown & ~batch.depth.scale_free.view(-1, 1, 1, 1)
    return unknown


def _taught_depth_loss(output: JointOutput, batch: JointBatch, taught_m: Tensor) -> Tensor:
    """How far depth is from the teacher's where no truth is known and the teacher was asked."""
    there = _untold(batch) & torch.isfinite(taught_m)
    taught_m = torch.where(there, taught_m, 1.0).clamp(max=SKY_M)
    return picture_log_l1_loss(output.depth_m.clamp(max=SKY_M), taught_m, there)


def joint_task(recipe: JointRecipe, root: Path, checked: Checked = lambda _: None) -> JointTask:
    """Open and check the data of a recipe, ask its teacher of boxes, and build its network with what it starts from.

    Args:
        recipe: All settings.
        root: The folder of the training, where what the teacher found is kept.
        checked: Called with the name of each picture that is looked at.

    Raises:
        SourceError: If the data cannot be read, or a training on it would fail or learn nonsense.
        SettingError: If the recipe does not fit the data or itself.
        ModelError: If a teacher or the weights to start from are not what they should be.
        MissingExtraError: If what counts average precision is not installed.
    """
    photos, held_out = labelled_photos(recipe.photos)
    task = _built(recipe, photos, held_out, root / FOUND, checked)
    task.start_from()
    return task


def _built(
    recipe: JointRecipe,
    photos: Sequence[DetectionSample],
    photos_held_out: Sequence[DetectionSample],
    found: Path | None,
    checked: Checked,
) -> JointTask:
    """The task on all sources; `found` is the folder of what the teacher of boxes found, None to ask it when needed."""
    class_names = photos[0].class_names
    teacher = BoxTeacher(recipe.box_teacher, class_names, found, checked)
    trained, held_out = labelled_pairs(recipe, checked)
    sources = [
        replace(pairs, samples=teacher.labelled(pairs.samples, pairs.settings.name))
        for pairs in source_pairs(recipe, checked)
    ]
    settings = SourceSettings(
        name=PHOTOS, root=recipe.photos.root, splits=("all",), pictures=recipe.photos.pictures, truth="sizes"
    )
    sampled = photo_samples(photos)
    sources.append(SourcePairs(settings, remembered(sampled) if recipe.training.cache else sampled, ()))
    torch.manual_seed(recipe.training.seed)
    labelled = teacher.labelled(trained, recipe.data.name)
    return JointTask(recipe, labelled, held_out, sources, photos_held_out, class_names)


def _exported(trained: TrainedWeights) -> nn.Module:
    detector = trained.card.detector
    return trained.entry.decoded(trained.network(classes=len(detector.classes) if detector else 0))


def _show(recipe: JointRecipe, split: str | None, count: int) -> NDArray[np.uint8]:
    chosen = msgspec.structs.replace(
        recipe, data=msgspec.structs.replace(recipe.data, split=split or recipe.data.split)
    )
    photos, _ = labelled_photos(recipe.photos)
    task = _built(chosen, photos, (), None, lambda _: None)
    assert task.mixed is not None
    return shown_objects(task.mixed, task.mixed_plan(epoch=0), task.class_names, count)


KIND = TaskKind(JointRecipe, "joint", joint_task, _exported, _show)
