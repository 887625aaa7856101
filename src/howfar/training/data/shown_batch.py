"""A batch before and after augmentation, as a picture: from a recipe, or from a data set alone."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from howfar.datasets import DepthSample
from howfar.datasets.opening import kind_at, open_depth_dataset, open_detection_dataset
from howfar.drawing.side_by_side import side_by_side
from howfar.errors import SettingError
from howfar.models.card import InputSpec
from howfar.models.preprocess import input_size
from howfar.training.data.batch_pictures import augmentation_grid, detection_grid
from howfar.training.data.depth.augmentation import DepthAugmentation
from howfar.training.data.depth.batches import DepthExamples, EpochPlan
from howfar.training.data.detection.augmentation import DetectionAugmentation
from howfar.training.data.detection.batches import DetectionDraw, DetectionExamples, collate
from howfar.training.data.detection.pictures import chosen_pictures
from howfar.training.data.epoch_plan import shuffled_batches
from howfar.training.data.held_out import split_held_out
from howfar.training.recipe import DepthRecipe, DetectorRecipe, read_recipe
from howfar.training.semi.batches import cut_in
from howfar.training.semi.pseudo_labels import PseudoLabels
from howfar.training.semi.recipe import SemiRecipe
from howfar.training.semi.task import SemiTask
from howfar.training.semi.unlabelled import unlabelled_pictures
from howfar.training.starting import depth_samples
from howfar.training.tasks.depth import DepthTask
from howfar.training.tasks.detection import DetectorTask

DEFAULT_INPUT = InputSpec(320, 256, "keep-aspect")
"""The area that pictures of a bare data set are shown at, and what their sides are multiples of."""


def picture_of_batch(path: Path, split: str | None, count: int, changes: Sequence[str] = ()) -> NDArray[np.uint8]:
    """Draw the first examples of a training, as they lie in the data set and as the network is shown them.

    Args:
        path: A recipe, or a data set; that is shown with the default augmentation.
        split: The part of the data; the recipe's or the data set's first when none is given.
        count: How many examples.
        changes: To the recipe, such as `augmentation.flip=0`.

    Returns:
        H×W×3 uint8 RGB.

    Raises:
        SettingError: If the recipe, the data's description or the split cannot be, or there is no recipe to change.
        SourceError: If the data cannot be read.
    """
    task = _recipe_task(path)
    if task == "depth":
        return _of_depth_recipe(read_recipe(path, DepthRecipe, changes), split, count)
    if task == "detector":
        return _of_detector_recipe(read_recipe(path, DetectorRecipe, changes), split, count)
    if task == "semi":
        return _of_semi_recipe(read_recipe(path, SemiRecipe, changes), split, count)
    if task:
        raise SettingError(f"The task of the recipe {path} should be depth, semi or detector, not {task!r}.")
    if changes:
        raise SettingError(f"{path} is no recipe, and {changes[0]} changes one: name the recipe, or leave it out.")
    if kind_at(path) == "depth":
        depth = open_depth_dataset(path)
        return _of_depth_data(depth.split(split or depth.splits[0]), count)
    detection = open_detection_dataset(path)
    examples = DetectionExamples(detection.split(split or detection.splits[0]), DetectionAugmentation())
    return _of_detection(examples, count, count)


def _recipe_task(path: Path) -> str:
    """What a recipe is for; empty where the path is none."""
    if path.suffix != ".toml" or not path.is_file():
        return ""
    try:
        return str(tomllib.loads(path.read_text(encoding="utf-8")).get("task", ""))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"{path} cannot be read as TOML: {error}.") from None


def _of_depth_recipe(recipe: DepthRecipe, split: str | None, count: int) -> NDArray[np.uint8]:
    part = split or recipe.data.split
    samples: Sequence[DepthSample] = open_depth_dataset(recipe.data.root).split(part)
    if part == recipe.data.split:
        samples, _ = split_held_out(samples, recipe.data.held_out)
    data, training = recipe.data, recipe.training
    # The network is built because it alone knows at which size it wants its truth.
    examples = DepthTask(recipe, samples, held_out=()).examples
    plan = EpochPlan(len(samples), training.batch, data.sizes_px, data.size_shares, training.seed, epoch=0)
    return _of_depth(examples, plan, count)


def _of_semi_recipe(recipe: SemiRecipe, split: str | None, count: int) -> NDArray[np.uint8]:
    """The unlabelled pictures; the labelled ones are shown as a depth recipe shows them."""
    part = recipe.unlabelled if split is None else replace(recipe.unlabelled, split=split)
    pictures = unlabelled_pictures(part, recipe.data)
    samples, _ = depth_samples(recipe.data)
    # No label is looked at, so that the batch can be seen before there is a teacher.
    examples = SemiTask(recipe, samples, (), pictures, PseudoLabels(Path(recipe.unlabelled.root))).semi
    seed, batch = recipe.training.seed, recipe.batch_parts[1]
    (draws, *_) = EpochPlan(len(pictures), batch, recipe.data.sizes_px[:1], (), seed, epoch=0)
    perturbed = [examples.perturbed(draw) for draw in draws]
    after = cut_in([each.image for each in perturbed], [each.window for each in perturbed])[:count]
    before = [cv2.resize(pictures[draw.place].image, draw.size_px, interpolation=cv2.INTER_AREA) for draw in draws]
    return side_by_side(
        [np.vstack(before[:count]).astype(np.uint8), np.vstack(after)],
        ["as the teacher sees them", "as the student does"],
    )


def _of_depth_data(samples: Sequence[DepthSample], count: int) -> NDArray[np.uint8]:
    height, width = samples[0].depth_m.shape
    size_px = input_size(width, height, DEFAULT_INPUT)
    half_px = (size_px[0] // 2, size_px[1] // 2)
    examples = DepthExamples(samples, DepthAugmentation(base_px=size_px), {size_px: half_px}, seed=0)
    return _of_depth(examples, EpochPlan(len(samples), count, [size_px], (), seed=0, epoch=0), count)


def _of_depth(examples: DepthExamples, plan: EpochPlan, count: int) -> NDArray[np.uint8]:
    draws = [draw for batch in plan for draw in batch][:count]
    return augmentation_grid([(examples.samples[draw.place], examples[draw][1]) for draw in draws])


def _of_detector_recipe(recipe: DetectorRecipe, split: str | None, count: int) -> NDArray[np.uint8]:
    data = recipe.data
    samples = open_detection_dataset(data.root).split(split or data.split)
    task = DetectorTask(recipe, chosen_pictures(samples, data.min_box_px, data.count), held_out=())
    return _of_detection(task.examples, recipe.training.batch, count)


def _of_detection(examples: DetectionExamples, batch: int, count: int) -> NDArray[np.uint8]:
    batches = shuffled_batches(len(examples), batch, np.random.default_rng((examples.seed, 0)))
    draws = [DetectionDraw(place, epoch=0) for places in batches for place in places][:count]
    still = DetectionExamples(examples.samples, examples.augmentation.still(), examples.seed)
    names = examples.samples[0].class_names
    before, after = (collate([each[draw] for draw in draws]) for each in (still, examples))
    grids = [detection_grid(drawn.images, drawn.targets, names) for drawn in (before, after)]
    return side_by_side(grids, ["as in the data set", "as training shows them"])
