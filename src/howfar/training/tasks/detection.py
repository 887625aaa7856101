"""Training a detector: the task, and how it is started, exported and shown."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from howfar.conversion.detectors import detector_spec, outputs_of
from howfar.datasets import DetectionSample, LazySamples
from howfar.datasets.check import Checked, Problem, check_detection
from howfar.datasets.opening import open_detection_dataset
from howfar.drawing.side_by_side import side_by_side
from howfar.errors import SettingError
from howfar.evaluation.detection.coco import require_coco_eval
from howfar.evaluation.detection.evaluation import DetectionOptions, evaluate_detector
from howfar.models.card import Card, InputSpec
from howfar.models.detector import CardDetector
from howfar.networks.catalogue import build, find_network
from howfar.networks.entry import NetworkEntry
from howfar.networks.ssd import SSD300
from howfar.networks.yolov5 import YOLOv5
from howfar.scene import Frame, Query
from howfar.training.data.batch_pictures import detection_grid
from howfar.training.data.detection.anchors import best_possible_recall, fit_anchors
from howfar.training.data.detection.augmentation import PAD_GREY, LabelledPicture, letterbox
from howfar.training.data.detection.batches import DetectionBatch, DetectionDraw, DetectionExamples, collate, labelled
from howfar.training.data.detection.pictures import Survey, chosen_pictures
from howfar.training.data.epoch_plan import share_of_epoch
from howfar.training.data.preparation import Batches, Preparation
from howfar.training.data.readied import readied
from howfar.training.data.shown_batch import shown_boxes
from howfar.training.initial_weights import load_initial_weights
from howfar.training.losses.multibox import MultiBoxLoss
from howfar.training.losses.yolov5 import DetectionLoss
from howfar.training.optimisers import freeze
from howfar.training.recipe import DetectorRecipe
from howfar.training.recipe_settings import NetworkSettings
from howfar.training.task_weights import TaskWeights
from howfar.training.tasks.kind import TaskKind, TrainedWeights
from howfar.training.torch_session import TorchSession

LEAST_RECALL = 0.98
"""Anchors that fit a smaller share of the boxes than this are replaced."""


class DetectorTask:
    """A detector with its data, loss and validation.

    Attributes:
        card: How the trained network is to be fed and read.
        remarks: Sentences that whoever starts the training should read.
    """

    judged_by = "ap50"
    greater_is_better = True
    task_weights: TaskWeights | None = None

    def __init__(
        self, recipe: DetectorRecipe, samples: Sequence[DetectionSample], held_out: Sequence[DetectionSample]
    ) -> None:
        """Build the network of a recipe.

        Args:
            recipe: All settings.
            samples: The pictures to train on.
            held_out: The pictures to validate on; may be none, or the same.

        Raises:
            SettingError: If the recipe names a network, option or part that there is not, or does not fit the data.
            MissingExtraError: If what counts average precision is not installed.
        """
        if len(held_out):
            require_coco_eval()
        self.recipe, self.held_out = recipe, held_out
        self.remarks: tuple[str, ...] = ()
        self.title = f"{recipe.network.name}, {recipe.data.split} split of {recipe.data.root}"
        self.class_names = samples[0].class_names
        self.entry = find_network(recipe.network.name, "detection")
        self.network = _built(self.entry, recipe, self.class_names)
        self.card = training_card(recipe, self.class_names, self.network)
        self.frozen = freeze(self.network, recipe.network)
        indices = [*range(len(samples))] * recipe.data.repeat
        self.examples = DetectionExamples(
            LazySamples(indices, samples.__getitem__), recipe.augmentation, recipe.training.seed
        )
        self.preparation = Preparation(self.examples, collate, recipe.training.workers)

    def check_anchors(self, box_shapes_px: ArrayLike) -> str | None:
        """Give the network other anchors, which its checkpoints then hold, where its own do not fit the boxes.

        Args:
            box_shapes_px: N×2 width and height of all boxes that are trained on, as the network sees them.

        Returns:
            What was done, in a sentence; None where nothing had to be, or the network has no such anchors.

        Raises:
            SettingError: If the anchors do not fit, and there are too few different boxes to fit others.
        """
        if not isinstance(self.network, YOLOv5):
            return None
        anchors_px, ratio = self.network.anchors_px.cpu().numpy(), self.recipe.loss.ratio
        before = best_possible_recall(box_shapes_px, anchors_px, ratio)
        if before >= LEAST_RECALL:
            return None
        fitted = fit_anchors(box_shapes_px, anchors_px.size // 2).reshape(anchors_px.shape)
        after = best_possible_recall(box_shapes_px, fitted, ratio)
        if after <= before:
            return f"The anchors fit {before:.1%} of the boxes, and none were found that fit more."
        self.network.anchors_px = torch.from_numpy(fitted)
        return f"The anchors fitted {before:.1%} of the boxes; those that take their place fit {after:.1%}."

    def batches(self, epoch: int, rank: int, world: int) -> Batches:
        """The batches of one epoch."""
        training = self.recipe.training
        share = share_of_epoch(len(self.examples), training.batch, training.seed, epoch, rank, world)
        return self.preparation.run([[DetectionDraw(index, epoch) for index in batch] for batch in share])

    def losses(self, network: nn.Module, batch: DetectionBatch) -> Mapping[str, Tensor]:
        """The terms of the loss and their sum; of a YOLOv5 each times the number of pictures in the batch.

        Its published learning rate was tuned for that, with batches of 64 pictures; the loss itself is a mean, which
        does not change with the size of a batch.
        """
        raw = network(as_fed(batch.images, self.entry).contiguous(memory_format=torch.channels_last))
        if isinstance(self.network, SSD300):
            return MultiBoxLoss(self.network.default_boxes, self.recipe.multibox)(raw, batch.targets)
        loss = DetectionLoss(self.network.anchors_px, self.recipe.loss)
        return {name: value * len(batch.images) for name, value in loss(raw, batch.targets).items()}

    def names(self, batch: DetectionBatch) -> tuple[str, ...]:
        """What the data set calls the pictures of a batch."""
        return batch.names

    def validate(self, network: nn.Module) -> Mapping[str, float]:
        """COCO's AP and AP50 on the pictures held out, each fed and read as the exported network will be."""
        if not len(self.held_out):
            return {}
        numbers = evaluate_detector(self.held_out, self._detector(network)).numbers
        return {"ap": numbers.ap, "ap50": numbers.ap50}

    def picture(self, network: nn.Module) -> NDArray[np.uint8] | None:
        """Some pictures held out with their true boxes, and with those found at the usual confidence."""
        count = min(self.recipe.training.pictures, len(self.held_out))
        if not count:
            return None
        predictor = self._detector(network)
        indices = np.linspace(0, len(self.held_out) - 1, count).astype(int).tolist()
        truths, found = [], []
        for sample in (self.held_out[index] for index in indices):
            detections = predictor.detect(Frame(sample.image, sample.name), Query(DetectionOptions().confidence))
            truths.append(labelled(sample))
            found.append(LabelledPicture(sample.image, detections.boxes_xyxy_px, detections.class_ids))
        return side_by_side([self._grid(truths), self._grid(found)], ["truth", "prediction"])

    def _detector(self, network: nn.Module) -> CardDetector:
        decoded = self.entry.decoded(network)
        return CardDetector(self.card, TorchSession(decoded, outputs=outputs_of(decoded)))

    def _grid(self, pictures: Sequence[LabelledPicture]) -> NDArray[np.uint8]:
        side_px = self.recipe.augmentation.size_px
        batch = collate([("", letterbox(picture, (side_px, side_px))) for picture in pictures])
        return detection_grid(batch.images, batch.targets, self.class_names)


def detector_task(recipe: DetectorRecipe, checked: Checked = lambda _: None) -> DetectorTask:
    """Open and check the data of a recipe, and build its network with what it starts from and anchors that fit.

    Raises:
        SourceError: If the data cannot be read, or a training on it would fail or learn nonsense.
        SettingError: If the recipe does not fit the data or itself.
        ModelError: If the weights to start from are not this network's.
        MissingExtraError: If what counts average precision is not installed.
    """
    survey = Survey(recipe.augmentation.size_px)
    trained, held_out = _pictures(recipe, survey, checked)
    torch.manual_seed(recipe.training.seed)
    task = DetectorTask(recipe, trained, held_out)
    load_initial_weights(task.network, recipe.network)
    anchors = task.check_anchors(np.concatenate(survey.shapes_px)) if recipe.check_anchors else None
    task.remarks = tuple(remark for remark in (survey.remark(recipe.data.root), anchors) if remark)
    return task


def _pictures(
    recipe: DetectorRecipe, survey: Survey, checked: Checked
) -> tuple[Sequence[DetectionSample], Sequence[DetectionSample]]:
    """The pictures to train on, which are surveyed, and those to validate on."""
    data = recipe.data
    dataset = open_detection_dataset(data.root)

    def chosen(
        split: str, check: Callable[[Sequence[DetectionSample], Checked], list[Problem]]
    ) -> Sequence[DetectionSample]:
        samples = chosen_pictures(dataset.split(split), data.min_box_px, data.count, data.classes)
        return readied(samples, check, data.root, cache=recipe.training.cache, checked=checked)

    trained = chosen(data.split, survey.check)
    if data.validation_split is None:
        return trained, ()
    return trained, trained if data.validation_split == data.split else chosen(data.validation_split, check_detection)


def as_fed(images: Tensor, entry: NetworkEntry) -> Tensor:
    """N×C×H×W from 0 to 1, as the network takes them; C may be that of several pictures."""
    if not any(entry.mean) and set(entry.std) == {255.0}:
        return images
    pictures = images.shape[1] // 3
    mean, std = (images.new_tensor(value * pictures).view(1, -1, 1, 1) for value in (entry.mean, entry.std))
    return (images * 255 - mean) / std


def training_card(recipe: DetectorRecipe, class_names: Sequence[str], network: nn.Module) -> Card:
    """How the trained network is to be fed and read: letterboxed to the size that it was trained at."""
    entry = find_network(recipe.network.name, "detection")
    side_px = recipe.augmentation.size_px
    spec = InputSpec(
        side_px, side_px, "letterbox", multiple_px=entry.multiple_px, mean=entry.mean, std=entry.std, pad=PAD_GREY
    )
    detector = detector_spec(entry, network, class_names)
    return Card(recipe.network.name, "detection", "as the data it was trained on", spec, detector=detector)


def _built(entry: NetworkEntry, recipe: DetectorRecipe, class_names: Sequence[str]) -> YOLOv5 | SSD300:
    """The network of a recipe, for the classes of the data."""
    if len(entry.pictures) > 1:
        raise SettingError(
            f"The network {recipe.network.name} looks at stereo pairs: train it by a recipe with "
            'task = "disparity-detector".'
        )
    side_px = recipe.augmentation.size_px
    if entry.size_px not in (None, (side_px, side_px)):
        raise SettingError(
            f"The network {recipe.network.name} takes pictures of {entry.size_px[0]} px alone, not {side_px}: correct "
            "augmentation.size_px."
        )
    if side_px % entry.multiple_px:
        raise SettingError(
            f"The network {recipe.network.name} takes sides in multiples of {entry.multiple_px} px, not {side_px}: "
            "correct augmentation.size_px."
        )
    return cast(YOLOv5 | SSD300, build(entry, options_for_classes(recipe.network, class_names)))


def options_for_classes(settings: NetworkSettings, class_names: Sequence[str]) -> dict[str, Any]:
    """The options to build a detector with, for the classes of the data.

    Raises:
        SettingError: If the recipe wants another number of classes.
    """
    options = {"classes": len(class_names), **settings.options}
    if options["classes"] != len(class_names):
        raise SettingError(
            f"The data have {len(class_names)} classes, and the network is to have {options['classes']}: take "
            "network.options.classes out."
        )
    return options


def _start(recipe: DetectorRecipe, _: Path, checked: Checked) -> DetectorTask:
    return detector_task(recipe, checked)


def _exported(trained: TrainedWeights) -> nn.Module:
    detector = trained.card.detector
    return trained.entry.decoded(trained.network(classes=len(detector.classes) if detector else 0))


def _show(recipe: DetectorRecipe, split: str | None, count: int) -> NDArray[np.uint8]:
    data = recipe.data
    samples = open_detection_dataset(data.root).split(split or data.split)
    task = DetectorTask(recipe, chosen_pictures(samples, data.min_box_px, data.count, data.classes), held_out=())
    return shown_boxes(task.examples, recipe.training.batch, count)


KIND = TaskKind(DetectorRecipe, "detection", _start, _exported, _show)
