"""Losses of stereo networks, against one number at a time."""

import math

import pytest
import torch

from howfar.training.losses.stereo import cross_entropy, hinge, smooth_l1_of_hourglasses


def test_the_hinge_is_what_a_match_lacks_in_similarity() -> None:
    matching, other = torch.tensor([0.9, 0.5, 0.1]), torch.tensor([0.2, 0.4, 0.3])
    assert hinge(matching, other, 0.2).item() == pytest.approx((0.0 + 0.1 + 0.4) / 3)


def test_the_cross_entropy_wants_one_of_a_match_and_zero_of_the_other() -> None:
    found = cross_entropy(torch.tensor([0.8]), torch.tensor([0.3])).item()
    assert found == pytest.approx(-(math.log(0.8) + math.log(0.7)) / 2)


def test_each_hourglass_has_its_weight_and_only_what_can_be_told_counts() -> None:
    truth = torch.tensor([10.0, 47.5, 48.0, math.nan]).reshape(1, 1, 1, 4)
    estimates = torch.cat([torch.full((1, 1, 1, 4), 10.0 + offset) for offset in (0.0, 0.5, 3.0)], dim=1)

    def smooth(error: float) -> float:
        return 0.5 * error**2 if abs(error) < 1 else abs(error) - 0.5

    expected = sum(
        weight * (smooth(offset) + smooth(10 + offset - 47.5)) / 2
        for weight, offset in zip((0.5, 0.7, 1.0), (0.0, 0.5, 3.0), strict=True)
    )
    assert smooth_l1_of_hourglasses(estimates, truth, 48).item() == pytest.approx(expected)


def test_where_nothing_is_known_there_is_no_loss_and_a_gradient_of_numbers() -> None:
    estimates = torch.ones(1, 3, 2, 2, requires_grad=True)
    loss = smooth_l1_of_hourglasses(estimates, torch.full((1, 1, 2, 2), math.nan), 48)
    loss.backward()
    assert loss.item() == 0
    assert estimates.grad is not None
    assert estimates.grad.isfinite().all()
