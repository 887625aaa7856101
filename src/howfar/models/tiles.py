"""Small objects in large pictures: a detector that also looks at overlapping parts of the picture.

A detector sees a picture shrunk to its input, and what is a few pixels there is not found. Akyon et al.: Slicing Aided
Hyper Inference and Fine-tuning for Small Object Detection, ICIP 2022.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from howfar.models.detector import CUT_SHORT, MAX_DETECTIONS, CardDetector, cut_short
from howfar.models.look_alikes import look_alikes
from howfar.models.preprocess import input_size
from howfar.models.suppression import suppress
from howfar.scene import Detections, Frame, Query

SHRUNK = 1.5
"""Pixels of the picture to one of the network's input, in a tile. On ten mosaics of nine photos of COCO (1920×1440) the
embedded detector finds 11 % of the objects in the whole alone, at a precision of 0.60, in 0.04 s; with tiles 35 % at
0.50 in 0.5 s. With 1.0 it is 37 % at 0.44 in 0.9 s, with 2.0 29 % at 0.52."""
OVERLAP = 0.25
"""Share of its sides that a tile has in common with the next one: an object that is smaller is whole in one of them."""
EDGE = 0.02
"""A box that comes as near as this to an inner edge of its tile, as a share of the tile's side, is cut by it, and left
to another tile or to the whole picture. With such boxes, precision on these mosaics is 0.42 in place of 0.50."""
MOST_TILES = 100
"""A larger picture is cut into larger tiles."""
LARGE = 3.0
"""A picture is large from so many times the network's input on."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a picture, in its pixels; right and bottom are excluded."""

    left: int
    top: int
    right: int
    bottom: int


def times_input(width_px: int, height_px: int, detector: CardDetector) -> float:
    """How many times as large a picture is as what a detector sees of it, along its sides."""
    wide, high = input_size(width_px, height_px, detector.card.input)
    return max(width_px / wide, height_px / high)


def tiles_of(width_px: int, height_px: int, tile_px: tuple[int, int], overlap: float = OVERLAP) -> list[Tile]:
    """Cover a picture with overlapping tiles of one size; none where the picture is a single tile."""
    columns, rows = (_starts(whole, tile, overlap) for whole, tile in zip((width_px, height_px), tile_px, strict=True))
    wide, high = min(tile_px[0], width_px), min(tile_px[1], height_px)
    tiles = [Tile(left, top, left + wide, top + high) for top in rows for left in columns]
    return tiles if len(tiles) > 1 else []


class TiledDetector:
    """A detector that looks at the whole picture and at tiles of it; a `howfar.scene.Detector`.

    Attributes:
        detector: What looks at the picture and at each tile.
    """

    def __init__(self, detector: CardDetector) -> None:
        """Take an open detector."""
        self.detector = detector
        self._groups = look_alikes(detector.class_names)

    @property
    def name(self) -> str:
        """The detector's short name."""
        return self.detector.name

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of all classes that it knows, in the order of their numbers."""
        return self.detector.class_names

    def detect(self, frame: Frame, query: Query) -> Detections:
        """Find the objects in a picture and in its tiles, each once.

        Returns:
            At most `MAX_DETECTIONS` objects, best first, with boxes cut to the picture.

        Raises:
            SettingError: As the detector.
            ModelError: As the detector.
        """
        found = [self.detector.detect(frame, query)]
        found += [self._in_tile(tile, frame, query) for tile in self._tiles(frame)]
        together = _joined(found)
        groups = together.class_ids if query.class_wise else self._groups[together.class_ids]
        iou = self.detector.spec.nms if query.nms is None else query.nms
        kept = suppress(together.boxes_xyxy_px, together.scores, groups, iou)
        told = together.select(kept[:MAX_DETECTIONS])
        return replace(told, notes=(*told.notes, cut_short(len(kept)))) if len(kept) > MAX_DETECTIONS else told

    def _tiles(self, frame: Frame) -> list[Tile]:
        spec = self.detector.card.input
        shrunk = SHRUNK
        while True:
            sides = round(spec.width_px * shrunk), round(spec.height_px * shrunk)
            tiles = tiles_of(frame.width_px, frame.height_px, sides)
            if len(tiles) <= MOST_TILES:
                return tiles
            shrunk *= 1.1

    def _in_tile(self, tile: Tile, frame: Frame, query: Query) -> Detections:
        """What is seen whole in a tile, in pixels of the picture."""
        image = np.ascontiguousarray(frame.image[tile.top : tile.bottom, tile.left : tile.right])
        found = self.detector.detect(Frame(image, frame.source), query)
        offset = np.array([tile.left, tile.top] * 2, dtype=np.float32)
        return replace(found, boxes_xyxy_px=found.boxes_xyxy_px + offset).select(
            np.flatnonzero(~_cut(found, tile, frame))
        )


def _cut(found: Detections, tile: Tile, frame: Frame) -> NDArray[np.bool_]:
    """N bool: whether an inner edge of the tile cuts a box, which is in pixels of the tile."""
    wide, high = tile.right - tile.left, tile.bottom - tile.top
    left, top, right, bottom = found.boxes_xyxy_px.T
    cut: NDArray[np.bool_] = (
        ((left < EDGE * wide) & (tile.left > 0))
        | ((top < EDGE * high) & (tile.top > 0))
        | ((right > (1 - EDGE) * wide) & (tile.right < frame.width_px))
        | ((bottom > (1 - EDGE) * high) & (tile.bottom < frame.height_px))
    )
    return cut


def _joined(found: list[Detections]) -> Detections:
    first = found[0]
    return Detections(
        np.concatenate([each.boxes_xyxy_px for each in found]),
        np.concatenate([each.scores for each in found]),
        np.concatenate([each.class_ids for each in found]),
        first.class_names,
        None if first.masks is None else np.concatenate([each.masks for each in found if each.masks is not None]),
        None
        if first.height_log_sds is None
        else np.concatenate([each.height_log_sds for each in found if each.height_log_sds is not None]),
        tuple(dict.fromkeys(note for each in found for note in each.notes if not note.endswith(CUT_SHORT))),
    )


def _starts(whole_px: int, tile_px: int, overlap: float) -> list[int]:
    """Where tiles begin along a side: evenly, with at least this overlap, the last one at the end."""
    if whole_px <= tile_px:
        return [0]
    count = math.ceil((whole_px - tile_px) / (tile_px * (1 - overlap))) + 1
    return [round(index * (whole_px - tile_px) / (count - 1)) for index in range(count)]
