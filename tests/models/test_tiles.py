"""A detector that also looks at parts of a picture."""

from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from howfar import Rangefinder
from howfar.errors import SettingError
from howfar.models import open_detector
from howfar.models.card import InputSpec
from howfar.models.preprocess import to_tensor
from howfar.models.tiles import MOST_TILES, OVERLAP, SHRUNK, TiledDetector, tiles_of, times_input
from howfar.scene import Detections, Frame, Query
from tests.models.onnx_files import constant_detector, mean_depth
from tests.pipeline.stand_ins import Finds

SPEC = InputSpec(64, 48, "letterbox")
LEAST_PX = 4
"""What is smaller in the input is not seen."""


@dataclass
class Squares:
    """A detector that finds white squares that are large enough in its input, which is 64×48 pixels."""

    name: str = "squares"
    class_names: tuple[str, ...] = ("square",)
    card: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(input=SPEC))
    spec: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(nms=0.5))
    looks: int = 0

    def detect(self, frame: Frame, query: Query) -> Detections:
        """Find the squares, the largest first."""
        self.looks += 1
        tensor, placement = to_tensor(frame.image, SPEC)
        white = (tensor[0, 0] > 127).astype(np.uint8)
        _, _, stats, _ = cv2.connectedComponentsWithStats(white)
        rows = [row for row in stats[1:].tolist() if min(row[2:4]) >= LEAST_PX]
        boxes = np.array([(x, y, x + w, y + h) for x, y, w, h, _ in rows], dtype=np.float32).reshape(-1, 4)
        scores = np.array([min(0.9, 0.1 + area / 1000) for *_, area in rows], dtype=np.float32)
        order = np.argsort(-scores)
        ids = np.zeros(len(rows), dtype=np.int64)
        return Detections(placement.to_picture(boxes)[order], scores[order], ids, self.class_names)


def with_squares(width: int, height: int, *squares: tuple[int, int, int]) -> Frame:
    """A black picture with white squares, each by its left and upper edge and its side."""
    image = np.zeros((height, width, 3), dtype=np.uint8)
    for left, top, side in squares:
        image[top : top + side, left : left + side] = 255
    return Frame(image, "squares")


@pytest.mark.parametrize("size", [(64, 48), (65, 48), (100, 100), (640, 480), (1920, 200), (97, 4001)])
@pytest.mark.parametrize("tile", [(64, 48), (96, 72)])
def test_tiles_cover_the_picture_and_overlap(size: tuple[int, int], tile: tuple[int, int]) -> None:
    tiles = tiles_of(*size, tile)
    if size[0] <= tile[0] and size[1] <= tile[1]:
        assert tiles == []
        return
    covered = np.zeros(size[::-1], dtype=bool)
    for each in tiles:
        assert (each.right - each.left, each.bottom - each.top) == (min(tile[0], size[0]), min(tile[1], size[1]))
        assert 0 <= each.left < each.right <= size[0]
        assert 0 <= each.top < each.bottom <= size[1]
        covered[each.top : each.bottom, each.left : each.right] = True
    assert covered.all()
    for starts, side in (
        (sorted({each.left for each in tiles}), tile[0]),
        (sorted({each.top for each in tiles}), tile[1]),
    ):
        assert all(side - (b - a) >= OVERLAP * side - 1 for a, b in pairwise(starts))


def test_small_and_large_objects_are_found_once_wherever_they_are() -> None:
    small = [(x, y, 12) for x in (4, 100, 203, 290, 500, 620) for y in (5, 150, 460)]
    large = (330, 180, 240)
    frame, alone = with_squares(640, 480, *small, large), Squares()
    assert len(alone.detect(frame, Query())) == 1
    found = TiledDetector(alone).detect(frame, Query())
    wanted = {(x, y, x + side, y + side) for x, y, side in (*small, large)}
    assert len(found) == len(wanted)
    for box in found.boxes_xyxy_px:
        nearest = min(wanted, key=lambda true: float(np.abs(np.subtract(true, box)).max()))
        assert np.abs(np.subtract(nearest, box)).max() <= 12
        wanted.remove(nearest)
    assert list(found.scores) == sorted(found.scores, reverse=True)


def test_a_picture_that_is_one_tile_is_looked_at_once() -> None:
    detector = Squares()
    assert len(TiledDetector(detector).detect(with_squares(64, 48, (10, 10, 20)), Query())) == 1
    assert detector.looks == 1


def test_a_huge_picture_is_cut_into_larger_tiles() -> None:
    detector = Squares()
    TiledDetector(detector).detect(with_squares(6400, 4800), Query())
    assert 10 < detector.looks <= MOST_TILES + 1


def test_nothing_found_is_nothing() -> None:
    assert len(TiledDetector(Squares()).detect(with_squares(640, 480), Query())) == 0


def test_how_large_a_picture_is_for_the_detector() -> None:
    assert times_input(640, 480, Squares()) == 10.0  # type: ignore[arg-type]
    assert SHRUNK >= 1.0


def test_a_finder_with_tiles_finds_in_each_of_them(tmp_path: Path) -> None:
    found = {"out": np.array([[(32, 24, 20, 20, 0.9, 0.0)]], dtype=np.float32).transpose(0, 2, 1)}
    card = 'layout = "yolov8"\nclasses = ["cup", "dog"]\nscore = 0.5\nnms = 0.5'
    models = {"detector": constant_detector(tmp_path, found, card), "depth": mean_depth(tmp_path)}
    image = np.full((144, 192, 3), 50, dtype=np.uint8)
    assert len(Rangefinder(**models, focal_px=100).look(image)) == 1
    view = Rangefinder(**models, focal_px=100, tiles=True).look(image)
    assert len(view) == 10
    assert view.models["detector"] == open_detector(models["detector"]).name


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param({"detector": Finds(), "tiles": True}, "has no card", id="a detector without a card"),
        pytest.param({"tiles": "yes"}, "tiles must be True or False", id="a text"),
    ],
)
def test_tiles_that_cannot_be(settings: dict, says: str) -> None:
    with pytest.raises(SettingError, match=says):
        Rangefinder(**settings)
