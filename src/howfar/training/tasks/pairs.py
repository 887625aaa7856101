"""Training a detector of pairs: the task, and how it is started, exported and shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from howfar.conversion.detectors import detector_spec, outputs_of
from howfar.datasets import DetectionSample, LazySamples
from howfar.datasets.check import Checked
from howfar.datasets.coco_pairs import CocoPairs, PairSample
from howfar.drawing.side_by_side import side_by_side
from howfar.errors import SettingError
from howfar.evaluation.detection.coco import require_coco_eval
from howfar.evaluation.detection.evaluation import DetectionOptions, evaluate_detector
from howfar.evaluation.objects.pairs import pair_errors
from howfar.models.card import Card, InputSpec
from howfar.models.detector import CardDetector
from howfar.networks.catalogue import build, find_network
from howfar.networks.disparity_detector import DisparityDetector
from howfar.scene import Detections, Frame, Query
from howfar.training.data.batch_pictures import detection_grid
from howfar.training.data.detection.augmentation import PAD_GREY
from howfar.training.data.detection.batches import DetectionDraw
from howfar.training.data.epoch_plan import share_of_epoch
from howfar.training.data.pairs.batches import PairBatch, PairExamples, collate_pairs
from howfar.training.data.preparation import Batches, Preparation
from howfar.training.data.readied import remembered
from howfar.training.initial_weights import load_initial_weights
from howfar.training.losses.multibox import MultiBoxLoss
from howfar.training.optimisers import freeze
from howfar.training.recipe import DisparityDetectorRecipe
from howfar.training.task_weights import TaskWeights
from howfar.training.tasks.detection import as_fed, options_for_classes
from howfar.training.tasks.kind import TaskKind, TrainedWeights
from howfar.training.torch_session import TorchSession


class PairTask:
    """A detector of pairs with its data, loss and validation.

    Attributes:
        card: How the trained network is to be fed and read.
        remarks: Sentences that whoever starts the training should read: none.
    """

    judged_by = "ap50"
    greater_is_better = True
    task_weights: TaskWeights | None = None
    remarks: tuple[str, ...] = ()

    def __init__(
        self, recipe: DisparityDetectorRecipe, samples: Sequence[PairSample], held_out: Sequence[PairSample]
    ) -> None:
        """Build the network of a recipe.

        Args:
            recipe: All settings.
            samples: The pairs to train on.
            held_out: The pairs to validate on; may be none, or the same.

        Raises:
            SettingError: If the recipe names a network, option or part that there is not, or does not fit the data.
            MissingExtraError: If what counts average precision is not installed.
        """
        if len(held_out):
            require_coco_eval()
        self.recipe, self.held_out = recipe, held_out
        self.title = f"{recipe.network.name}, {recipe.data.split} split of {recipe.data.root}"
        self.class_names = samples[0].class_names
        self.entry = find_network(recipe.network.name, "detection")
        side_px = recipe.augmentation.size_px
        if self.entry.size_px != (side_px, side_px) or len(self.entry.pictures) < 2:
            raise SettingError(
                f"A detector of pairs is the network disparity-detector with augmentation.size_px = 300, not "
                f"{recipe.network.name} with {recipe.augmentation.size_px}: correct the recipe."
            )
        options = options_for_classes(recipe.network, self.class_names)
        self.network = cast(DisparityDetector, build(self.entry, options))
        self.card = self._card()
        self.frozen = freeze(self.network, recipe.network)
        indices = [*range(len(samples))] * recipe.data.repeat
        self.examples = PairExamples(
            LazySamples(indices, samples.__getitem__), recipe.augmentation, recipe.training.seed
        )
        self.preparation = Preparation(self.examples, collate_pairs, recipe.training.workers)

    def batches(self, epoch: int, rank: int, world: int) -> Batches:
        """The batches of one epoch."""
        training = self.recipe.training
        share = share_of_epoch(len(self.examples), training.batch, training.seed, epoch, rank, world)
        return self.preparation.run([[DetectionDraw(index, epoch) for index in batch] for batch in share])

    def losses(self, network: nn.Module, batch: PairBatch) -> Mapping[str, Tensor]:
        """The terms of the loss and their sum."""
        raw = network(as_fed(batch.left, self.entry), as_fed(batch.right, self.entry))
        return MultiBoxLoss(self.network.default_boxes, self.recipe.multibox)(raw, batch.targets)

    def names(self, batch: PairBatch) -> tuple[str, ...]:
        """What the data set calls the pairs of a batch."""
        return batch.names

    def validate(self, network: nn.Module) -> Mapping[str, float]:
        """On the pairs held out: COCO's AP and AP50 of the left-hand boxes, and the errors of the disparities found."""
        if not len(self.held_out):
            return {}
        detector = self._detector(network)
        numbers = evaluate_detector(_as_pictures(self.held_out), _KnowsRight(detector, self.held_out)).numbers
        errors = pair_errors(self.held_out, detector)
        return {"ap": numbers.ap, "ap50": numbers.ap50, "recall": errors.coverage, "epe_px": errors.end_point_px}

    def picture(self, network: nn.Module) -> NDArray[np.uint8] | None:
        """Some pairs held out with their true boxes in both pictures, and with those found."""
        count = min(self.recipe.training.pictures, len(self.held_out))
        if not count:
            return None
        detector = self._detector(network)
        pairs = _first(self.held_out, count)
        drawn = [_drawn(each, self.recipe) for each in (pairs, [_as_found(pair, detector) for pair in pairs])]
        return side_by_side([*drawn[0], *drawn[1]], ["truth, left", "truth, right", "found, left", "found, right"])

    def _detector(self, network: nn.Module) -> CardDetector:
        decoded = self.entry.decoded(network)
        return CardDetector(self.card, TorchSession(decoded, outputs=outputs_of(decoded)))

    def _card(self) -> Card:
        """How the trained network is to be fed and read."""
        entry, side_px = self.entry, self.recipe.augmentation.size_px
        first, *more = (
            InputSpec(
                side_px,
                side_px,
                "letterbox",
                multiple_px=entry.multiple_px,
                mean=entry.mean,
                std=entry.std,
                pad=PAD_GREY,
                name=picture,
                picture=picture,
            )
            for picture in entry.pictures
        )
        detector = detector_spec(entry, self.network, self.class_names)
        return Card(
            self.recipe.network.name,
            "detection",
            "as the data it was trained on",
            first,
            detector=detector,
            further_inputs=tuple(more),
        )


@dataclass(frozen=True, slots=True)
class _KnowsRight:
    """A detector of pairs that is shown left-hand pictures, whose right-hand ones it knows by their names."""

    detector: CardDetector
    pairs: Sequence[PairSample]

    @property
    def name(self) -> str:
        return self.detector.name

    @property
    def class_names(self) -> tuple[str, ...]:
        return self.detector.class_names

    def detect(self, frame: Frame, query: Query) -> Detections:
        pair = self.pairs[int(frame.source)]
        return self.detector.detect(Frame(pair.image, pair.name, right=pair.right, rig=pair.rig), query)


def _as_pictures(pairs: Sequence[PairSample]) -> Sequence[DetectionSample]:
    """Pairs as left-hand pictures with boxes cut to them, which are called by their place."""
    return LazySamples(range(len(pairs)), lambda index: _as_picture(index, pairs[index]))


def _as_picture(index: int, pair: PairSample) -> DetectionSample:
    height, width = pair.image.shape[:2]
    limits = np.array([width, height] * 2, dtype=np.float32)
    return DetectionSample(
        name=str(index),
        image_id=index,
        image=pair.image,
        boxes_xyxy_px=np.clip(pair.boxes_xyxy_px, 0, limits),
        class_ids=pair.class_ids,
        crowd=np.zeros(len(pair.class_ids), dtype=np.bool_),
        class_names=pair.class_names,
    )


def _as_found(pair: PairSample, detector: CardDetector) -> PairSample:
    """A pair with the objects that a detector finds at the usual confidence, in place of the true ones."""
    frame = Frame(pair.image, pair.name, right=pair.right, rig=pair.rig)
    found = detector.detect(frame, Query(DetectionOptions().confidence))
    right = found.boxes_xyxy_px.copy()
    if found.disparities_px is not None:
        right[:, ::2] -= found.disparities_px[:, None]
    return replace(pair, boxes_xyxy_px=found.boxes_xyxy_px, right_boxes_xyxy_px=right, class_ids=found.class_ids)


def _drawn(pairs: Sequence[PairSample], recipe: DisparityDetectorRecipe) -> list[NDArray[np.uint8]]:
    """The left-hand and the right-hand pictures of pairs with their boxes, as they are fed."""
    examples = PairExamples(pairs, recipe.augmentation.still())
    batch = collate_pairs([examples[DetectionDraw(index, 0)] for index in range(len(pairs))])
    names, right = pairs[0].class_names, batch.targets[:, [0, 1, 6, 3, 7, 5]]
    return [
        detection_grid(batch.left, batch.targets[:, :6], names),
        detection_grid(batch.right, right, names),
    ]


def _first(pairs: Sequence[PairSample], count: int) -> list[PairSample]:
    return [pairs[index] for index in range(min(count, len(pairs)))]


def _start(recipe: DisparityDetectorRecipe, _: Path, checked: Checked) -> PairTask:
    trained = _pairs(recipe, recipe.data.split)
    held_out: Sequence[PairSample] = ()
    if recipe.data.validation_split is not None:
        held_out = _pairs(recipe, recipe.data.validation_split)
    objects = sum(_checked(samples, checked) for samples in (trained, held_out))
    if not objects:
        raise SettingError(f"No pair of {recipe.data.root} shows an object of these classes: correct data.classes.")
    torch.manual_seed(recipe.training.seed)
    task = PairTask(recipe, trained, held_out)
    load_initial_weights(task.network, recipe.network)
    return task


def _checked(samples: Sequence[PairSample], checked: Checked) -> int:
    """Read every pair, and count the objects of all."""
    objects = 0
    for index in range(len(samples)):
        sample = samples[index]
        objects += len(sample.class_ids)
        checked(sample.name)
    return objects


def _pairs(recipe: DisparityDetectorRecipe, split: str) -> Sequence[PairSample]:
    """The pairs of one split that a recipe wants."""
    samples = CocoPairs(recipe.data.root).split(split, recipe.data.classes)
    chosen = samples[: recipe.data.count or None]
    return remembered(chosen) if recipe.training.cache else chosen


def _exported(trained: TrainedWeights) -> nn.Module:
    detector = trained.card.detector
    return trained.entry.decoded(trained.network(classes=len(detector.classes) if detector else 0))


def _show(recipe: DisparityDetectorRecipe, split: str | None, count: int) -> NDArray[np.uint8]:
    return side_by_side(_drawn(_first(_pairs(recipe, split or recipe.data.split), count), recipe), ["left", "right"])


KIND = TaskKind(DisparityDetectorRecipe, "detection", _start, _exported, _show)
"""Stereo pairs with boxes in both pictures, as a detector of pairs is shown them."""
