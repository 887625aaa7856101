"""Crops of pairs."""

import numpy as np
import torch

from howfar.training.data.stereo.crops import CropExamples, collate_crops
from howfar.training.data.stereo.patches import Draw
from tests.training.data.stereo.rendered import DISPARITY_PX, noise_pair


def test_a_crop_is_of_the_same_rows_and_columns_of_all() -> None:
    sample = noise_pair(0)
    name, left, right, truth = CropExamples([sample], 1, (32, 16), seed=0)[Draw(0, 0)]
    assert (name, left.shape, right.shape, truth.shape) == ("wall 0", (16, 32, 3), (16, 32, 3), (16, 32))
    np.testing.assert_array_equal(left[:, DISPARITY_PX:], right[:, :-DISPARITY_PX])


def test_a_small_pair_is_mirrored_where_no_truth_is_known() -> None:
    examples = CropExamples([noise_pair(0, height=40, width=50)], 1, (64, 48), seed=0)
    _, left, _, truth = examples[Draw(0, 0)]
    assert left.shape == (48, 64, 3)
    np.testing.assert_array_equal(left[:, 50], left[:, 49])
    assert np.isnan(truth[40:]).all()
    assert np.isnan(truth[:, 50:]).all()
    assert np.isfinite(truth[1:40, :50]).all()


def test_batches_are_normalised_by_channel() -> None:
    example = CropExamples([noise_pair(0)], 1, (32, 16), seed=0).middle(0)
    batch = collate_crops([example] * 2, (100.0, 110.0, 120.0), (50.0, 60.0, 70.0))
    assert batch.left.shape == batch.right.shape == (2, 3, 16, 32)
    assert batch.disparity_px.shape == (2, 1, 16, 32)
    expected = (torch.from_numpy(example[1][..., 2].astype(np.float32)) - 120) / 70
    torch.testing.assert_close(batch.left[1, 2], expected)
