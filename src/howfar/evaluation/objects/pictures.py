"""Pictures of the objects with the largest errors, each with the depth map that it was measured on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from howfar.datasets import ObjectSample
from howfar.drawing.colours import Colour
from howfar.drawing.depth_view import draw_depth
from howfar.drawing.outlines import outline, whole_pixels
from howfar.drawing.side_by_side import side_by_side
from howfar.evaluation.objects.evaluation import finder_for, perceive_sample
from howfar.evaluation.objects.metrics import relative_errors
from howfar.evaluation.objects.results import MeasuredObject, ObjectResult
from howfar.evaluation.rectangles import Rectangle
from howfar.io.picture_writer import save_picture
from howfar.io.resample import resample
from howfar.ranging.relative.alignment import aligned_map
from howfar.scene import DepthEstimator, DepthMap, Distance
from howfar.scene.box import Box

SHOWN = 20
"""Number of objects that are drawn."""
MARGIN = 0.3
"""Width of the margin around the box, as a share of its longer side."""

SIDE_PX = 420
"""The longer side of each cutout in pixels, after resizing."""

MEASURED: Colour = (255, 176, 0)
TRUE: Colour = (0, 200, 120)
REGION: Colour = (255, 255, 255)
LINE_PX = 2

LEGEND = "Amber is the box measured in; green the true box and white the region measured, where they are others."


@dataclass(frozen=True, eq=False)
class ObjectPicture:
    """A drawn object.

    Attributes:
        rank: Its rank by error, such as `worst-03`.
        measured: The object.
        distance: The measured distance.
        image: H×W×3 uint8 RGB: the object in its picture and in the depth map, side by side.
    """

    rank: str
    measured: MeasuredObject
    distance: Distance
    image: NDArray[np.uint8]

    @property
    def caption(self) -> str:
        """A caption of one line."""
        measured = self.measured
        return (
            f"{self.rank}: {measured.picture}, {measured.label}, truth {measured.truth_m:.2f} m, "
            f"{_estimate_text(measured, self.distance)}"
        )


def worst(result: ObjectResult, method: str, shown: int = SHOWN) -> list[tuple[MeasuredObject, Distance]]:
    """The objects with the largest relative errors of a method, worst first, without those that have no distance."""
    errors = relative_errors(result.truth_m, result.estimates_m(method))
    distances = result.distances(method)
    order = np.argsort(-errors, kind="stable")  # NaN is sorted last
    known = [index for index in order.tolist() if math.isfinite(errors[index])]
    return [(result.objects[index], distances[index]) for index in known[:shown]]


def draw_worst(
    samples: Sequence[ObjectSample], result: ObjectResult, network: DepthEstimator | None = None
) -> list[ObjectPicture]:
    """Draw the worst objects of the last method.

    Args:
        samples: The samples that were measured.
        result: The result of the evaluation.
        network: The depth network, or a folder of its maps. A network is run on these pictures once more, so that not
            all maps have to be kept in memory.
    """
    options = replace(result.options, boxes="true", known=None)  # only the depth is needed again
    finder = finder_for(options, network)
    drawn = []
    for rank, (one, distance) in enumerate(worst(result, result.options.names[-1]), start=1):
        sample = samples[one.sample_index]
        depth = perceive_sample(sample, options, finder).depth
        depth = depth if one.alignment is None else aligned_map(depth, one.alignment)
        drawn.append(ObjectPicture(f"worst-{rank:02d}", one, distance, draw_object(sample, depth, one, distance)))
    return drawn


def draw_object(sample: ObjectSample, depth: DepthMap, one: MeasuredObject, distance: Distance) -> NDArray[np.uint8]:
    """Cutouts of an object from its picture and from the depth map, H×W×3 uint8 RGB; `LEGEND` explains the lines.

    Args:
        sample: The object's picture.
        depth: The metric depth map that it was measured on.
        one: The object; it has a box to measure in.
        distance: Its distance by one method.
    """
    height, width = sample.image.shape[:2]
    cutout = _cutout_around(one.measured_xyxy_px, width, height)
    factor = SIDE_PX / max(cutout.width_px, cutout.height_px)
    size = max(1, round(cutout.width_px * factor)), max(1, round(cutout.height_px * factor))
    photo: NDArray[np.uint8] = cv2.resize(cutout.of(sample.image), size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    depth_m = cutout.of(resample(depth.metres(), width, height))
    view = draw_depth(DepthMap(depth_m, "metres"), *size)
    for picture in (photo, view):
        _outline(picture, distance.region_xyxy_px, cutout, factor, REGION)
        _outline(picture, one.box_xyxy_px, cutout, factor, TRUE)
        _outline(picture, one.measured_xyxy_px, cutout, factor, MEASURED)
    return side_by_side([photo, view], [f"{one.label}: truth {one.truth_m:.2f} m", _estimate_text(one, distance)])


def write_object_pictures(pictures: Sequence[ObjectPicture], folder: Path, *, overwrite: bool = False) -> list[Path]:
    """Write drawn objects to a folder, which is made if it does not exist.

    Raises:
        OutputError: If a file exists and overwrite is not set, or cannot be written.
    """
    return [
        save_picture(
            picture.image, folder / f"{picture.rank}-{Path(picture.measured.picture).stem}.png", overwrite=overwrite
        )
        for picture in pictures
    ]


def _estimate_text(one: MeasuredObject, distance: Distance) -> str:
    return f"{distance.method} {distance.depth_m:.2f} m ({100 * (distance.depth_m / one.truth_m - 1):+.0f} %)"


def _cutout_around(box_xyxy_px: Box, width_px: int, height_px: int) -> Rectangle:
    """The part of the picture that is shown: the box with a margin, limited to the picture."""
    x1, y1, x2, y2 = box_xyxy_px
    margin = MARGIN * max(x2 - x1, y2 - y1) + 1
    return Rectangle(
        max(0, math.floor(x1 - margin)),
        max(0, math.floor(y1 - margin)),
        min(width_px, math.ceil(x2 + margin)),
        min(height_px, math.ceil(y2 + margin)),
    )


def _outline(picture: NDArray[np.uint8], box_xyxy_px: Box, cutout: Rectangle, factor: float, colour: Colour) -> None:
    """Draw a box, in pixels of the whole picture, into a cutout that was resized by a factor."""
    x1, y1, x2, y2 = box_xyxy_px
    left, right = (factor * (x - cutout.x1) for x in (x1, x2))
    top, bottom = (factor * (y - cutout.y1) for y in (y1, y2))
    outline(picture, whole_pixels((left, top, right, bottom), picture), colour, LINE_PX)
