"""The first examples of a training before and after augmentation, as a picture."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from howfar.datasets import DepthSample
from howfar.datasets.opening import kind_at, open_depth_dataset, open_detection_dataset
from howfar.drawing.side_by_side import side_by_side
from howfar.models.card import InputSpec
from howfar.models.preprocess import input_size
from howfar.training.data.batch_pictures import augmentation_grid, detection_grid, outlined
from howfar.training.data.depth.augmentation import DepthAugmentation, DepthExample
from howfar.training.data.depth.batches import DepthExamples, EpochPlan
from howfar.training.data.depth.mixing import MixedExamples, MixedPlan
from howfar.training.data.detection.augmentation import DetectionAugmentation
from howfar.training.data.detection.batches import DetectionDraw, DetectionExamples, collate
from howfar.training.data.epoch_plan import shuffled_batches
from howfar.training.data.joint.batches import JointExample
from howfar.training.data.joint.samples import JointSample

DEFAULT_INPUT = InputSpec(320, 256, "keep-aspect")
"""The area that pictures of a bare data set are shown at, and what their sides are multiples of."""


def shown_dataset(path: Path, split: str | None, count: int) -> NDArray[np.uint8]:
    """Draw examples of a data set with the default augmentation.

    Args:
        path: The data set.
        split: Which of its splits; the first when none is given.
        count: How many examples.

    Returns:
        H×W×3 uint8 RGB.

    Raises:
        SettingError: If the data's description or the split cannot be.
        SourceError: If the data cannot be read.
    """
    if kind_at(path) == "depth":
        pairs = open_depth_dataset(path)
        return _shown_pairs(pairs.split(split or pairs.splits[0]), count)
    boxed = open_detection_dataset(path)
    examples = DetectionExamples(boxed.split(split or boxed.splits[0]), DetectionAugmentation())
    return shown_boxes(examples, count, count)


def _shown_pairs(samples: Sequence[DepthSample], count: int) -> NDArray[np.uint8]:
    height, width = samples[0].depth_m.shape
    size_px = input_size(width, height, DEFAULT_INPUT)
    half_px = (size_px[0] // 2, size_px[1] // 2)
    examples = DepthExamples(samples, DepthAugmentation(base_px=size_px), {size_px: half_px}, seed=0)
    return shown_depth(examples, EpochPlan(len(samples), count, [size_px], (), seed=0, epoch=0), count)


def shown_depth(examples: DepthExamples, plan: EpochPlan, count: int) -> NDArray[np.uint8]:
    """Draw the first examples of a plan: picture and depth, before and after augmentation, H×W×3 uint8 RGB."""
    draws = [draw for batch in plan for draw in batch][:count]
    return augmentation_grid([(examples.samples[draw.sample_index], examples[draw][1]) for draw in draws])


def shown_sources(examples: MixedExamples, plan: MixedPlan, count: int) -> NDArray[np.uint8]:
    """Draw the first examples of a plan of several sources, as `shown_depth` does."""
    draws = [draw for batch in plan for draw in batch][:count]
    sources = [(examples.sources[number], draw) for number, draw in draws]
    return augmentation_grid([(source.samples[draw.sample_index], source[draw][1]) for source, draw in sources])


def shown_objects(
    examples: MixedExamples, plan: MixedPlan, class_names: Sequence[str], count: int
) -> NDArray[np.uint8]:
    """Draw the first examples of a plan of several sources with depth and objects, as `shown_depth` does."""
    pairs = []
    for number, draw in [draw for batch in plan for draw in batch][:count]:
        source = examples.sources[number]
        sample, example = source.samples[draw.sample_index], source[draw][1]
        pairs.append(
            (
                replace(sample, image=_with_objects(sample, class_names)),
                replace(example, image=_with_objects(example, class_names)),
            )
        )
    return augmentation_grid(pairs)


def _with_objects(seen: DepthSample | DepthExample, class_names: Sequence[str]) -> NDArray[np.uint8]:
    """The picture with its objects, if somebody has looked for them; regions of which nothing is known are left out."""
    if not isinstance(seen, JointSample | JointExample) or seen.boxes is None:
        return seen.image
    known = seen.boxes.where(seen.boxes.certainty > 0)
    return outlined(seen.image, known.xyxy_px, known.class_ids, class_names)


def shown_boxes(examples: DetectionExamples, batch: int, count: int) -> NDArray[np.uint8]:
    """Draw the first examples in batches of a size: pictures with boxes, before and after, H×W×3 uint8 RGB."""
    batches = shuffled_batches(len(examples), batch, np.random.default_rng((examples.seed, 0)))
    draws = [DetectionDraw(index, epoch=0) for indices in batches for index in indices][:count]
    still = DetectionExamples(examples.samples, examples.augmentation.still(), examples.seed)
    names = examples.samples[0].class_names
    before, after = (collate([each[draw] for draw in draws]) for each in (still, examples))
    grids = [detection_grid(drawn.images, drawn.targets, names) for drawn in (before, after)]
    return side_by_side(grids, ["as in the data set", "as training shows them"])
