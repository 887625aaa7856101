"""Patches that match and that do not."""

import numpy as np
import torch

from howfar.training.data.stereo.patches import Draw, PatchExamples, collate, grey_pair
from howfar.training.recipe_settings import StereoDataSettings
from tests.training.data.stereo.rendered import DISPARITY_PX, noise_pair

HALF = 4
EXACT = StereoDataSettings(root="", examples=12, positive_px=0.0, negative_px=(2.0, 2.0))


def test_points_are_known_seen_twice_and_whole_patches() -> None:
    pair = grey_pair(noise_pair(0), HALF, 6.0)
    rows, columns = pair.points.T
    assert rows.min() == HALF
    assert rows.max() == 48 - HALF - 1
    assert columns.min() == DISPARITY_PX + HALF + 6
    assert columns.max() == 80 - HALF - 1


def test_the_patch_that_matches_is_the_left_hand_one_and_the_other_is_two_columns_beside() -> None:
    pair = grey_pair(noise_pair(0), HALF, 2.0)
    batch = collate([PatchExamples([pair], EXACT, 2 * HALF + 1, 0)[Draw(number, 0)] for number in range(12)])
    assert batch.left.shape == (12, 1, 9, 9)
    assert batch.names == ("wall 0",) * 12
    # Each picture has its own mean and deviation, which differ a little.
    assert (batch.left - batch.matching).abs().max() < 0.25
    for left, other in zip(batch.left[:, 0], batch.other[:, 0], strict=True):
        beside = [(left[:, 2:] - other[:, :-2]).abs().max(), (left[:, :-2] - other[:, 2:]).abs().max()]
        assert min(beside) < 0.25


def test_an_example_follows_from_seed_epoch_and_number() -> None:
    pairs = [grey_pair(noise_pair(seed), HALF, 6.0) for seed in (0, 1)]
    data = StereoDataSettings(root="", examples=4)
    one, same, another = (PatchExamples(pairs, data, 9, seed) for seed in (0, 0, 1))
    assert np.array_equal(one[Draw(3, 1)][1], same[Draw(3, 1)][1])
    assert not np.array_equal(one[Draw(3, 1)][1], one[Draw(3, 2)][1])
    assert not np.array_equal(one[Draw(3, 1)][1], another[Draw(3, 1)][1])


def test_a_patch_between_two_pixels_is_their_mean() -> None:
    pair = grey_pair(noise_pair(0), HALF, 0.5)
    data = StereoDataSettings(root="", examples=1, positive_px=0.0, negative_px=(0.5, 0.5))
    batch = collate([PatchExamples([pair], data, 9, 0)[Draw(0, 0)]])
    matching, other = batch.matching[0, 0], batch.other[0, 0]
    means = (matching[:, 1:] + matching[:, :-1]) / 2
    assert any(torch.allclose(other[:, part], means, atol=1e-4) for part in (slice(0, -1), slice(1, None)))
