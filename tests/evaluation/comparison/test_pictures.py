"""Networks beside each other in pictures."""

import numpy as np
import pytest

from howfar.drawing.colours import colour_of
from howfar.evaluation.comparison.comparison import ComparisonOptions, PictureComparison, compare_networks
from howfar.evaluation.comparison.pictures import TILE_PX, draw_networks
from tests.evaluation.comparison.compared import AFFINE, HALF, INVERSE, RIGHT, room, without_truth
from tests.evaluation.predictors import Predictor

TILE_HEIGHT = TILE_PX * 24 // 32


def comparison(networks: dict[str, Predictor], *, has_truth: bool) -> PictureComparison:
    sample = room("deep/room.png") if has_truth else without_truth(room("deep/room.png"))
    (only,) = compare_networks([sample], networks, ComparisonOptions(has_truth))
    return only


def tile(image: np.ndarray, place: int) -> np.ndarray:
    """The tile at a place of the first row, which begins under its caption."""
    gap = (image.shape[1] - 3 * TILE_PX) // 2
    top = int(np.argmax((image[:, TILE_PX // 2] != 255).any(axis=-1) & (image[:, 5] != 255).any(axis=-1)))
    left = place * (TILE_PX + gap)
    return image[top : top + TILE_HEIGHT, left : left + TILE_PX]


def test_picture_truth_and_networks_stand_in_rows_of_three_on_one_scale() -> None:
    depths, _ = draw_networks(comparison({"right": RIGHT, "half": HALF, "inverse": INVERSE}, has_truth=True))
    assert depths.caption == "room.png: depth in metres, colours end at 4 m."
    assert depths.image.shape[1] >= 3 * TILE_PX
    assert depths.image.shape[0] > 2 * TILE_HEIGHT
    truth, right = tile(depths.image, 1), tile(depths.image, 2)
    assert (truth == right).all()
    assert tuple(truth[100, -5]) == colour_of(4.0, 4.0)


def test_differences_are_black_where_there_is_none_and_bright_from_half_the_depth() -> None:
    _, differences = draw_networks(comparison({"right": RIGHT, "half": HALF, "affine": AFFINE}, has_truth=True))
    assert differences.caption.startswith("room.png: difference from the truth, black for none")
    assert tile(differences.image, 0).mean() < 5
    assert tile(differences.image, 1).mean() > 150


def test_the_yardstick_is_not_compared_with_itself() -> None:
    one, two = (
        draw_networks(comparison(networks, has_truth=False))[1].image
        for networks in ({"right": RIGHT, "half": HALF}, {"right": RIGHT, "half": HALF, "inverse": INVERSE})
    )
    assert one.shape[1] == TILE_PX
    assert two.shape[1] > 2 * TILE_PX


def test_without_metres_the_caption_says_so_and_the_legend_has_none() -> None:
    depths, differences = draw_networks(comparison({"inverse": INVERSE, "affine": AFFINE}, has_truth=False))
    assert depths.caption == "room.png: depth in nearness, each on its own scale."
    assert "difference from inverse" in differences.caption
    near, far = tile(depths.image, 1)[100, 2], tile(depths.image, 1)[100, -2]
    assert near[0] > far[0]  # warm is near


@pytest.mark.parametrize("has_truth", [True, False])
def test_an_output_that_is_all_unknown_can_be_drawn(has_truth: bool) -> None:
    unknown = Predictor(lambda _: np.full((24, 32), np.nan))
    for picture in draw_networks(comparison({"unknown": unknown, "right": RIGHT}, has_truth=has_truth)):
        assert picture.image.size
