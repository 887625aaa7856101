"""The whole method, with features that need no network."""

from functools import partial

import cv2
import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.stereo.mc_cnn.confidence import Spread
from howfar.stereo.mc_cnn.cost import by_features
from howfar.stereo.mc_cnn.matcher import McCnn, grey_of
from howfar.stereo.mc_cnn.settings import PIPELINES

SPREAD = Spread((0.05,), (0.9, 0.4), 8.0)


def patches(picture: np.ndarray) -> np.ndarray:
    """The 5×5 pixels around each, less their mean and of unit length: normalised cross-correlation."""
    padded = np.pad(grey_of(picture), 2, mode="reflect")
    height, width = picture.shape[:2]
    stacked = np.stack([padded[y : y + height, x : x + width] for y in range(5) for x in range(5)])
    stacked -= stacked.mean(axis=0)
    return stacked / np.maximum(np.linalg.norm(stacked, axis=0), 1e-6)


def pair(height: int = 60, width: int = 100) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A textured square at 12 pixels of disparity before a background at 5."""
    rng = np.random.default_rng(7)
    back, front = (cv2.GaussianBlur(rng.uniform(0, 255, (height, width + 40)), (0, 0), 1.0) * 3 - 255 for _ in range(2))
    truth = np.full((height, width), 5.0)
    truth[15:45, 40:75] = 12.0
    left = np.where(truth == 12, front[:, 20 : 20 + width], back[:, 20 : 20 + width])
    right = back[:, 25 : 25 + width].copy()
    right[15:45, 28:63] = front[15:45, 60:95]
    return *(np.repeat(np.clip(each, 0, 255).astype(np.uint8)[..., None], 3, axis=2) for each in (left, right)), truth


MATCHER = McCnn(partial(by_features, patches), PIPELINES["kitti-fast"], SPREAD)


@pytest.mark.parametrize("name", PIPELINES, ids=str)
def test_it_finds_a_square_before_a_wall(name) -> None:
    left, right, truth = pair()
    found = McCnn(partial(by_features, patches), PIPELINES[name], SPREAD).match(left, right, max_disparity_px=23)
    inside = found.matched.copy()
    inside[:, :28] = False
    errors = np.abs(found.values_px - truth)
    assert found.matched[:, 28:].mean() > 0.8
    assert np.median(errors[inside]) < 0.2
    assert (errors[inside] > 1).mean() < 0.08
    assert np.isfinite(found.sd_px).all()
    assert (found.sd_px[~found.matched] == 8.0).all()
    assert np.isin(found.sd_px[found.matched], np.float32([0.9, 0.4])).all()


def test_what_is_hidden_is_filled_in_from_the_background() -> None:
    left, right, _ = pair()
    found = MATCHER.match(left, right, max_disparity_px=23)
    hidden = (slice(20, 40), slice(35, 39))  # left of the square
    assert found.matched[hidden].mean() < 0.1
    assert np.abs(np.median(found.values_px[hidden]) - 5) < 0.5


def test_the_largest_disparity_follows_the_width() -> None:
    left, right, _ = pair()
    seen = []

    def counting(picture: np.ndarray) -> np.ndarray:
        seen.append(picture.shape)
        return patches(picture)

    found = McCnn(partial(by_features, counting), PIPELINES["kitti-fast"], SPREAD).match(left, right)
    assert seen == [left.shape] * 2
    assert found.values_px.max() < 65


@pytest.mark.parametrize(
    ("right", "most", "sentence"),
    [
        pytest.param(np.zeros((5, 9, 3), np.uint8), None, "8×5 pixels and the right-hand one 9×5", id="two sizes"),
        pytest.param(
            np.zeros((5, 8, 3), np.uint8),
            8,
            "between 1 and the width of the picture, 8, not at 8",
            id="wider than the picture",
        ),
        pytest.param(np.zeros((5, 8, 3), np.uint8), 0, "not at 0", id="no disparity"),
    ],
)
def test_what_cannot_be_matched(right, most, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        MATCHER.match(np.zeros((5, 8, 3), np.uint8), right, most)
