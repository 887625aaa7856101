"""Boxes of the user's own in the place of a detector's, in any of the forms that Python users may give them in."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError
from howfar.numbers import is_finite_number
from howfar.scene import Detections, Frame, Perceiver, Perception, Query
from howfar.scene.exchange import from_supervision, is_of_supervision
from howfar.scene.own_boxes import asked_for, fitted_to_picture, named_class, round_what_is_seen
from howfar.scene.perception import GIVEN

OwnDetections: TypeAlias = Detections | Iterable[Sequence[Any]] | NDArray[Any] | Any
"""`Detections`, those of supervision, or rows of x1 y1 x2 y2 class score."""

ROW = "a row is x1 y1 x2 y2 class, or x1 y1 x2 y2 class score"
EDGE_POINTS = 9
"""Points along each edge of a box that are followed to where they go."""


@dataclass(frozen=True, slots=True)
class OwnBoxes:
    """A detector that finds what the user has found already: the boxes that each frame brings.

    Attributes:
        class_names: What the numbers of classes stand for; empty where boxes have to name their classes.
    """

    class_names: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Stands in place of a detector's name."""
        return GIVEN

    def detect(self, frame: Frame, query: Query) -> Detections:
        """The boxes of a frame that a query asks for.

        Raises:
            SettingError: If the frame has none.
        """
        if frame.detections is None:
            raise SettingError(
                f"{frame.source} comes without boxes, and there is no detector: give boxes, or name a detector.",
                setting="detections",
            )
        return asked_for(fitted_to_picture(frame.detections, frame.width_px, frame.height_px), query)


@dataclass(frozen=True, slots=True)
class WithOwnBoxes:
    """A perceiver of any kind, whose objects are replaced by those of the frame.

    Attributes:
        perceiver: The perceiver.
    """

    perceiver: Perceiver

    def perceive(self, frame: Frame, query: Query) -> Perception:
        """Perceive the depth of a frame, with the boxes that it brings.

        Raises:
            SettingError: If the frame has no boxes, or the perceiver measures each of its own boxes by itself.
        """
        found = OwnBoxes().detect(frame, query)
        seen = self.perceiver.perceive(frame, query)
        if seen.crops is not None or seen.boxes:
            raise SettingError(
                "Boxes of your own need a depth map, and this network tells the distance of each of its own boxes: "
                "name a depth network, or leave out the boxes.",
                setting="detections",
            )
        return replace(seen, detections=found, models={**seen.models, "detector": GIVEN})


def with_own_detections(frame: Frame, given: OwnDetections, class_names: Sequence[str] = ()) -> Frame:
    """The frame with boxes of the user's own.

    Args:
        frame: The picture.
        given: The boxes, in pixels of it.
        class_names: What the numbers of classes stand for.

    Raises:
        SettingError: If these are no boxes, or none of this picture.
    """
    found = own_detections(given, class_names)
    return replace(frame, detections=fitted_to_picture(found, frame.width_px, frame.height_px))


def own_detections(given: OwnDetections, class_names: Sequence[str] = ()) -> Detections:
    """Boxes of the user's own as detections.

    Args:
        given: `Detections`, which are given back; those of supervision; or N rows of x1, y1, x2, y2 in pixels, a class
            by its name or number, and, if known, a score of 0 to 1. Boxes in other forms than `Detections` count as
            drawn round what is seen of each object.
        class_names: What the numbers of classes stand for.

    Raises:
        SettingError: If it is none of these, or a number stands for no class.
    """
    if isinstance(given, Detections):
        return given
    if is_of_supervision(given):
        return round_what_is_seen(from_supervision(given, class_names))
    return round_what_is_seen(_from_rows(given, class_names))


def moved_boxes(
    found: Detections, move: Callable[[NDArray[np.float64]], NDArray[np.float64]], width_px: int, height_px: int
) -> Detections:
    """The boxes in a picture that was resampled: round the places to which their edges go, cut to the picture.

    Args:
        found: The boxes in the picture as it was taken.
        move: Gives the places of N×2 points.
        width_px: Width of the new picture.
        height_px: Height of the new picture.

    Returns:
        The same objects, without those that are seen no longer, which a note tells.
    """
    if not len(found):
        return found
    steps = np.linspace(0, 1, EDGE_POINTS)
    along, zeros, ones = steps, np.zeros(EDGE_POINTS), np.ones(EDGE_POINTS)
    xs, ys = np.concatenate([along, along, zeros, ones]), np.concatenate([zeros, ones, along, along])
    boxes = found.boxes_xyxy_px.astype(np.float64)
    corners, sides = boxes[:, None, :2], boxes[:, None, 2:] - boxes[:, None, :2]
    points = corners + sides * np.stack([xs, ys], axis=1)
    moved = move(points.reshape(-1, 2)).reshape(points.shape)
    limits = np.array([width_px, height_px])
    low, high = moved.min(axis=1).clip(0, limits), moved.max(axis=1).clip(0, limits)
    seen = (high - low >= 1).all(axis=1)
    lost = len(found) - int(seen.sum())
    notes = (f"{lost} of the boxes lie outside the picture once it is undistorted.",) if lost else ()
    boxes_px = np.concatenate([low, high], axis=1).astype(np.float32)
    return replace(found, boxes_xyxy_px=boxes_px, notes=(*found.notes, *notes)).select(seen)


def _from_rows(given: Any, class_names: Sequence[str]) -> Detections:
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise SettingError(
            f"Boxes are Detections of howfar or supervision, or rows, not a {type(given).__name__}: {ROW}.",
            setting="detections",
        )
    rows = [_row(row, number, class_names) for number, row in enumerate(given, 1)]
    return Detections.from_boxes(
        [row[0] for row in rows], [row[1] for row in rows], np.array([row[2] for row in rows], dtype=np.float32)
    )


def _row(row: Any, number: int, class_names: Sequence[str]) -> tuple[list[float], str, float]:
    """The corners, the class and the score of one row."""
    where = f"Row {number} of the boxes"
    if isinstance(row, str | bytes | dict) or not isinstance(row, Iterable):
        raise SettingError(f"{where} is {row!r}, and {ROW}.", setting="detections")
    cells = [each.item() if isinstance(each, np.generic) else each for each in row]
    if len(cells) not in (5, 6):
        raise SettingError(f"{where} has {len(cells)} values, and {ROW}.", setting="detections")
    score = cells[5] if len(cells) == 6 else 1.0
    for value in (*cells[:4], score):
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise SettingError(f"{where} has {value!r} in the place of a number: {ROW}.", setting="detections")
    label = named_class(cells[4], class_names, where)
    if not (is_finite_number(score) and 0 <= score <= 1):
        raise SettingError(f"{where} has the score {score:g}, which is none of 0 to 1: {ROW}.", setting="detections")
    return [float(value) for value in cells[:4]], label, float(score)
