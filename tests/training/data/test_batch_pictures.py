"""Grids that show a batch: what is where, and in which colour."""

import math

import numpy as np
import pytest
import torch

from howfar.datasets import DepthSample
from howfar.drawing.colours import UNKNOWN, colour_of
from howfar.errors import SettingError
from howfar.scene import Camera
from howfar.training.data.batch_pictures import GAP_PX, ROW_PX, augmentation_grid, depth_grid, detection_grid
from howfar.training.data.depth.augmentation import DepthExample

NAMES = tuple(f"thing {number}" for number in range(80))


def tile(grid: np.ndarray, row: int, column: int, width: int, rows: int) -> np.ndarray:
    """A picture of a grid of depths, without its outermost pixels."""
    captions = (grid.shape[0] - legend_height(grid, rows)) // rows - ROW_PX - GAP_PX
    top = row * (captions + ROW_PX + GAP_PX) + captions
    gap = (grid.shape[1] - 4 * width) // 3
    left = column * (width + gap)
    return grid[top + 1 : top + ROW_PX - 1, left + 1 : left + width - 1]


def legend_height(grid: np.ndarray, rows: int) -> int:
    """What is left when the rows are taken away: the same for every number of rows."""
    one = depth_grid([flat_row(2.0, 2.0)], 10.0)
    two = depth_grid([flat_row(2.0, 2.0)] * 2, 10.0)
    assert grid.shape[0] == one.shape[0] + (rows - 1) * (two.shape[0] - one.shape[0])
    return 2 * one.shape[0] - two.shape[0]


def flat_row(truth_m: float, predicted_m: float, grey: int = 90) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A square picture of one grey, with a truth and a prediction of other resolutions."""
    image = np.full((48, 48, 3), grey, dtype=np.uint8)
    return image, np.full((24, 24), truth_m, np.float32), np.full((12, 12), predicted_m, np.float32)


@pytest.mark.parametrize(
    ("truth_m", "predicted_m", "error"),
    [(2.0, 2.0, 0), (2.0, 3.0, 128), (5.0, 4.0, 128), (1.0, 9.0, 255), (12.0, 10.0, 255)],
    ids=["no error", "half of the scale too far", "as much too near", "off the scale", "at its end"],
)
def test_a_row_shows_the_picture_the_truth_the_prediction_and_the_error(
    truth_m: float, predicted_m: float, error: int
) -> None:
    grid = depth_grid([flat_row(3.0, 3.0), flat_row(truth_m, predicted_m)], 10.0)
    assert grid.dtype == np.uint8
    picture, truth, predicted, errors = (tile(grid, 1, column, ROW_PX, rows=2) for column in range(4))
    assert (picture == 90).all()
    assert (truth == colour_of(truth_m, 10.0)).all()
    assert (predicted == colour_of(predicted_m, 10.0)).all()
    assert (errors == error).all()


def test_what_is_not_known_is_grey_and_no_error() -> None:
    image, truth_m, predicted_m = flat_row(2.0, 2.0)
    truth_m[:12] = math.nan
    grid = depth_grid([(image, truth_m, predicted_m)], 10.0)
    truth, errors = tile(grid, 0, 1, ROW_PX, rows=1), tile(grid, 0, 3, ROW_PX, rows=1)
    assert (truth[:80] == UNKNOWN).all()
    assert (truth[110:] == colour_of(2.0, 10.0)).all()
    assert (np.ptp(errors[:80], axis=2) > 0).all()
    assert (errors[110:] == 0).all()


def test_a_picture_without_any_truth_is_shown_all_the_same() -> None:
    assert depth_grid([flat_row(math.nan, 2.0)], 10.0).shape == depth_grid([flat_row(2.0, 2.0)], 10.0).shape


def test_rows_of_other_shapes_fit_together() -> None:
    wide = np.zeros((30, 60, 3), dtype=np.uint8), np.ones((15, 30), np.float32), np.ones((15, 30), np.float32)
    both, alone = depth_grid([flat_row(2.0, 2.0), wide], 10.0), depth_grid([wide], 10.0)
    assert both.shape[1] == alone.shape[1]


@pytest.mark.parametrize(
    ("rows", "max_m", "sentence"),
    [
        ([], 10.0, "at least one picture"),
        ([flat_row(2.0, 2.0)], 0.0, "positive number of metres, not 0.0"),
        ([flat_row(2.0, 2.0)], math.nan, "positive number of metres, not nan"),
    ],
    ids=["no row", "a scale of nothing", "a scale that is not a number"],
)
def test_a_grid_of_depths_refuses(rows: list, max_m: float, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        depth_grid(rows, max_m)


def pair(truth_m: float, scale: float = 2.0) -> tuple[DepthSample, DepthExample]:
    """A square picture of one grey and depth, and what became of it."""
    image, depth_m, _ = flat_row(truth_m, truth_m)
    sample = DepthSample("0001", image, depth_m, Camera.assumed(48, 48))
    return sample, DepthExample(image[:32, :32] + 60, depth_m[:16, :16] / np.float32(scale), None, scale)


def test_a_row_of_augmentation_shows_both_pictures_and_both_truths_on_one_scale() -> None:
    grid = augmentation_grid([pair(8.0), pair(4.0)])
    before, truth, after, its_truth = (tile(grid, 1, column, ROW_PX, rows=2) for column in range(4))
    assert (before == 90).all()
    assert (after == 150).all()
    assert (truth == colour_of(4.0, 8.0)).all()
    assert (its_truth == colour_of(2.0, 8.0)).all()


def test_truths_that_are_not_known_are_grey() -> None:
    grid = augmentation_grid([pair(math.nan)])
    assert (tile(grid, 0, 1, ROW_PX, rows=1) == UNKNOWN).all()
    assert (tile(grid, 0, 3, ROW_PX, rows=1) == UNKNOWN).all()


def test_a_grid_of_no_pairs_is_refused() -> None:
    with pytest.raises(SettingError, match="at least one; there is none"):
        augmentation_grid([])


@pytest.mark.parametrize(
    ("count", "across", "down"), [(1, 1, 1), (2, 2, 1), (4, 2, 2), (5, 3, 2), (9, 3, 3)], ids=lambda number: str(number)
)
def test_a_batch_is_as_square_as_can_be(count: int, across: int, down: int) -> None:
    grid = detection_grid(torch.zeros(count, 3, 40, 50), torch.zeros(0, 6), NAMES)
    assert grid.shape == (down * (40 + GAP_PX), across * (50 + GAP_PX), 3)


def test_each_box_is_on_its_own_picture_and_nothing_else_changes() -> None:
    images = torch.full((2, 3, 100, 100), 0.5)
    grid = detection_grid(images, torch.tensor([[1.0, 3.0, 60.0, 50.0, 40.0, 60.0]]), NAMES)
    first, second = grid[:100, :100], grid[:100, 100 + GAP_PX : 200 + GAP_PX]
    assert (first == 128).all()
    changed = np.argwhere((second != 128).any(axis=2))
    # An outline of two pixels stands one outside the box.
    assert np.abs(changed.min(axis=0) - (20, 40)).max() <= 1
    assert np.abs(changed.max(axis=0) - (79, 79)).max() <= 1
    assert (second[60:75, 45:75] == 128).all()


def test_classes_differ_in_colour() -> None:
    targets = torch.tensor([[index, index, 8.0, 8.0, 12.0, 12.0] for index in range(16)], dtype=torch.float32)
    grid = detection_grid(torch.zeros(16, 3, 16, 16), targets, NAMES)
    corners = grid[2 :: 16 + GAP_PX, 2 :: 16 + GAP_PX].reshape(-1, 3)
    assert len(np.unique(corners, axis=0)) == 16


def test_a_name_that_would_hide_its_object_is_left_out() -> None:
    box = torch.tensor([[0, 1, 50.0, 50.0, 20.0, 20.0]])
    grid = detection_grid(torch.zeros(1, 3, 100, 100), box, NAMES)
    assert (grid[43:57, 43:57] == 0).all()


def test_boxes_over_the_border_and_empty_ones_are_drawn_too() -> None:
    targets = torch.tensor([[0, 1, 0.0, 0.0, 300.0, 300.0], [0, 2, 99.0, 99.0, 0.0, 0.0], [0, 3, 90, 5, 60, 60]])
    assert detection_grid(torch.zeros(1, 3, 100, 100), targets, NAMES).shape == (104, 104, 3)


def test_a_grid_of_nothing_is_refused() -> None:
    with pytest.raises(SettingError, match="the batch is empty"):
        detection_grid(torch.zeros(0, 3, 8, 8), torch.zeros(0, 6), NAMES)
