"""Pictures of the objects with the largest errors over all data sets, each beside its depth map."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from howfar.drawing.side_by_side import captioned_grid
from howfar.evaluation.everywhere.results import DataSetResult
from howfar.evaluation.objects.pictures import SHOWN, ObjectPicture, draw_object, write_object_pictures
from howfar.evaluation.objects.results import MeasuredObject
from howfar.io.picture_writer import save_picture
from howfar.pipeline.rangefinder import Rangefinder
from howfar.scene import DepthMap, Frame

GRID_NAME = "worst.png"
A_ROW = 4


@dataclass(frozen=True, eq=False)
class _Wrong:
    """One object and how far off its distance is, as |log d/t|."""

    data: DataSetResult
    measured: MeasuredObject
    log_error: float


def draw_worst(results: Sequence[DataSetResult], finder: Rangefinder, shown: int = SHOWN) -> list[ObjectPicture]:
    """Draw the objects whose distances are off by the greatest factor over all data sets, worst first.

    The factor treats too near and too far alike; a relative error does not.

    Args:
        results: What was measured.
        finder: The pipeline that was measured; it runs on these pictures again, so that not all maps need be kept.
        shown: How many to draw at most.
    """
    return [_drawn(wrong, rank, finder) for rank, wrong in enumerate(_worst(results)[:shown], start=1)]


def write_worst(pictures: Sequence[ObjectPicture], folder: Path, *, overwrite: bool = False) -> None:
    """Write drawn objects to a folder, one by one and, as `worst.png`, all in one grid; none where there are none.

    Raises:
        OutputError: If a file exists and overwrite is not set, or cannot be written.
    """
    if pictures:
        write_object_pictures(pictures, folder, overwrite=overwrite)
        save_picture(grid_of(pictures), folder / GRID_NAME, overwrite=overwrite)


def grid_of(pictures: Sequence[ObjectPicture]) -> NDArray[np.uint8]:
    """Drawn objects in rows, H×W×3 uint8 RGB, each under its rank and the name of its picture."""
    captions = [f"{one.rank}, {Path(one.measured.picture).name}" for one in pictures]
    return captioned_grid([one.image for one in pictures], captions, A_ROW)


def _worst(results: Sequence[DataSetResult]) -> list[_Wrong]:
    """All objects with a distance and a truth, the worst first."""
    wrong = []
    for one in results:
        errors = np.abs(np.log(one.answers.estimate_m / one.truth_m))
        wrong += [
            _Wrong(one, replace(each, truth_m=truth_m), error)
            for each, truth_m, error in zip(one.objects, one.truth_m.tolist(), errors.tolist(), strict=True)
            if np.isfinite(error)
        ]
    return sorted(wrong, key=lambda each: -each.log_error)


def _drawn(wrong: _Wrong, rank: int, finder: Rangefinder) -> ObjectPicture:
    sample, distance = wrong.data.data.samples[wrong.measured.sample_index], wrong.measured.distances[0]
    depth = finder.perceive(Frame(sample.image, sample.name, sample.camera)).depth
    if not depth.is_metric:  # sizes gave the metres: the map has none to show
        depth = DepthMap(np.full(depth.shape, np.nan, dtype=np.float32), "metres")
    image = draw_object(sample, depth, wrong.measured, distance)
    return ObjectPicture(f"worst-{rank:02d}", wrong.measured, distance, image)
