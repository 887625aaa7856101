"""Losses of depth known up to a scale and a shift: what they are blind to, and what they leave out."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from howfar.training.losses.relative import affine_invariant_loss, relative_errors, without_largest

ALL = torch.ones(1, 1, 2, 4, dtype=torch.bool)


def maps(values: list[list[float]]) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)[None, None]


def test_a_case_by_hand() -> None:
    # Of 0 to 7 the lower median is 3 and the mean absolute deviation 2, so it becomes -1.5, -1, ... 2; the other is
    # the same but for its last value, 11 in the place of 7: deviation 2.5, -1.2, -0.8, ... 3.2.
    rising = maps([[0, 1, 2, 3], [4, 5, 6, 7]])
    other = maps([[0, 1, 2, 3], [4, 5, 6, 11]])
    expected = np.abs(np.array([-3, -2, -1, 0, 1, 2, 3, 4]) / 2 - np.array([-3, -2, -1, 0, 1, 2, 3, 8]) / 2.5)
    assert affine_invariant_loss(rising, other, ALL).item() == pytest.approx(expected.mean())


@given(
    seed=st.integers(0, 100),
    scale=st.floats(0.01, 100),
    shift=st.floats(-100, 100),
)
@settings(max_examples=30, deadline=None)
def test_scale_and_shift_of_either_map_change_nothing(seed: int, scale: float, shift: float) -> None:
    prediction, target = torch.from_numpy(np.random.default_rng(seed).normal(size=(2, 2, 1, 9, 12)))
    valid = torch.ones_like(target, dtype=torch.bool)
    plain = relative_errors(prediction, target, valid)
    for moved in (
        relative_errors(scale * prediction + shift, target, valid),
        relative_errors(prediction, scale * target + shift, valid),
    ):
        torch.testing.assert_close(moved.affine, plain.affine, rtol=1e-6, atol=1e-6)
        torch.testing.assert_close(moved.gradient, plain.gradient, rtol=1e-6, atol=1e-6)


def test_a_map_upside_down_is_not_the_same() -> None:
    rising = maps([[0, 1, 2, 3], [4, 5, 6, 7]])
    assert affine_invariant_loss(-rising, rising, ALL).item() > 1


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95], ids=["a tenth", "half", "nearly all"])
def test_the_largest_errors_of_each_picture_are_left_out(share: float) -> None:
    rng = np.random.default_rng(3)
    sizes, valid = rng.uniform(size=(3, 1, 10, 13)), rng.uniform(size=(3, 1, 10, 13)) > 0.3
    kept = without_largest(torch.from_numpy(sizes), torch.from_numpy(valid), share).numpy()
    for size, known, left in zip(sizes, valid, kept, strict=True):
        count = int(known.sum()) - int(known.sum() * share)
        assert left.sum() == count
        np.testing.assert_array_equal(np.sort(size[left]), np.sort(size[known])[:count])


def test_scale_and_shift_are_those_of_all_pixels_and_the_mean_that_of_the_kept() -> None:
    rng = np.random.default_rng(5)
    prediction, target = rng.normal(size=(2, 1, 1, 10, 11))
    prediction[0, 0, 2, 3:8] += 40.0

    def freed(values: np.ndarray) -> np.ndarray:
        centred = values - np.sort(values.ravel())[(values.size - 1) // 2]
        return centred / np.abs(centred).mean()

    sizes = np.sort(np.abs(freed(prediction) - freed(target)).ravel())
    valid = torch.ones(1, 1, 10, 11, dtype=torch.bool)
    errors = relative_errors(torch.from_numpy(prediction), torch.from_numpy(target), valid, left_out=0.1)
    assert errors.affine.item() == pytest.approx(sizes[:-11].mean())


def test_what_is_left_out_teaches_nothing_of_itself() -> None:
    rng = np.random.default_rng(6)
    target = torch.from_numpy(rng.normal(size=(1, 1, 10, 10)))
    prediction = target.clone()
    prediction[0, 0, 4, 4] += 1e6  # its pull on the median is none, on the spread that of all
    prediction.requires_grad_(True)
    valid = torch.ones_like(target, dtype=torch.bool)
    gradients = []
    for left_out in (0.0, 0.01):
        (gradient,) = torch.autograd.grad(relative_errors(prediction, target, valid, left_out).affine.sum(), prediction)
        gradients.append(gradient)
    assert gradients[1].abs().sum() < gradients[0].abs().sum()
