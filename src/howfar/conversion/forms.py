"""What an ONNX file for each task looks like from outside, and on what it is compared with its network."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from howfar.conversion.exportable import Exportable
from howfar.models.card import InputSpec, Task
from howfar.models.preprocess import input_size, to_tensor
from howfar.ranging.methods.crops import CHANNELS as CROP_CHANNELS

Size = tuple[int, int]
Inputs = tuple[NDArray[np.float32], ...]

RIGHT_SHIFT_PX = 6

BOX_NUMBERS = 4
"""Of a detector's row: pixels up to here, shares of one beyond, each to be judged on its own scale."""


@dataclass(frozen=True, slots=True)
class Form:
    """The form of the files for one task.

    Attributes:
        input: What the input is called where the card does not name it.
        output: What the output is called.
        inputs: Tensors to compare a network and its file on, one for each input; of two sizes where it takes any.
        free_axes: The axes of each input that may be of any length.
        scales: The parts of the output's last axis that are each judged by their own largest value.
    """

    input: str
    output: str
    inputs: Callable[[Exportable], list[Inputs]]
    free_axes: Callable[[Exportable], dict[int, Any]]
    scales: tuple[slice, ...] = (slice(None),)


def checked_sizes(spec: InputSpec) -> tuple[Size, Size]:
    """The card's own size, rounded to its multiple, and the same turned upright and a step higher.

    Where pictures are made to cover the card's size, that of a 4:3 picture stands for it.
    """
    step = spec.multiple_px
    own = input_size(4, 3, spec) if spec.scale_to == "cover" else (spec.width_px, spec.height_px)
    wide, high = (max(2, round(side / step)) * step for side in own)
    return (wide, high), (high, wide + step)


def fixed_picture(width: int, height: int) -> NDArray[np.uint8]:
    """A picture to compare on, H×W×3: large smooth shapes with some grain, the same every time."""
    random = np.random.default_rng(0)
    shapes = cv2.resize(random.uniform(0, 255, (6, 8, 3)), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(shapes + random.normal(0, 15, (height, width, 3)), 0, 255).astype(np.uint8)


def _pictures(source: Exportable) -> list[Inputs]:
    """The same picture for each input; of a pair the right-hand one is moved a little to the left."""
    spec = source.card.input
    sizes = checked_sizes(spec) if source.any_size else [(spec.width_px, spec.height_px)]
    return [tuple(_picture(each, width, height) for each in source.card.inputs) for width, height in sizes]


def _picture(spec: InputSpec, width: int, height: int) -> NDArray[np.float32]:
    picture = fixed_picture(width, height)
    if spec.picture == "right":
        picture = np.roll(picture, -RIGHT_SHIFT_PX, axis=1)
    return to_tensor(picture, replace(spec, width_px=width, height_px=height, fit="stretch"))[0]


def _crops(source: Exportable) -> list[Inputs]:
    """Some crops, and then several more."""
    random, spec = np.random.default_rng(0), source.card.input
    shape = (CROP_CHANNELS, spec.height_px, spec.width_px)
    return [(random.normal(0.0, 0.5, (count, *shape)).astype(np.float32),) for count in (2, 5)]


def _free_height_and_width(source: Exportable) -> dict[int, Any]:
    if not source.any_size:
        return {}
    step = source.card.input.multiple_px
    return {axis: step * torch.export.Dim(name, min=2) for axis, name in ((2, "rows"), (3, "columns"))}


def _free_count(_: Exportable) -> dict[int, Any]:
    return {0: torch.export.Dim("boxes", min=1)}


FORMS: Mapping[Task, Form] = {
    "depth": Form("image", "depth", _pictures, _free_height_and_width),
    "detection": Form(
        "image", "boxes", _pictures, _free_height_and_width, (slice(0, BOX_NUMBERS), slice(BOX_NUMBERS, None))
    ),
    "joint": Form("image", "scores", _pictures, _free_height_and_width),
    "stereo": Form("image", "features", _pictures, _free_height_and_width),
    "ranging": Form("crops", "weights", _crops, _free_count),
}
"""By the task of the card."""
