"""Losses of stereo networks."""

import torch
from torch import Tensor
from torch.nn import functional

HOURGLASS_WEIGHTS = (0.5, 0.7, 1.0)
"""Of the three disparities of PSMNet, from the first hourglass to the last."""


def hinge(matching: Tensor, other: Tensor, margin: float) -> Tensor:
    """The mean of max(0, margin + other − matching): a match is to be more alike than what does not match.

    Args:
        matching: N similarities of patches that match (Žbontar and LeCun, equation 2).
        other: N of patches that do not.
        margin: By how much.
    """
    return functional.relu(margin + other - matching).mean()


def cross_entropy(matching: Tensor, other: Tensor) -> Tensor:
    """The mean binary cross-entropy of N similarities from 0 to 1 that should be 1 and N that should be 0."""
    given = torch.cat((matching, other))
    wanted = torch.cat((torch.ones_like(matching), torch.zeros_like(other)))
    return functional.binary_cross_entropy(given, wanted)


def smooth_l1_of_hourglasses(estimates: Tensor, truth: Tensor, max_disparity_px: int) -> Tensor:
    """The weighted sum of the smooth L1 losses of three estimates (Chang and Chen, equation 4).

    Args:
        estimates: N×3×H×W disparities in pixels.
        truth: N×1×H×W, NaN where unknown; what the network cannot tell, from `max_disparity_px` on, does not count.
        max_disparity_px: One more than the largest disparity that the network tells.

    Returns:
        0 where nothing counts.
    """
    counted = truth < max_disparity_px  # false for NaN
    known = torch.where(counted, truth, 0.0)
    total = estimates.new_zeros(())
    for index, weight in enumerate(HOURGLASS_WEIGHTS):
        each = functional.smooth_l1_loss(estimates[:, index : index + 1], known, reduction="none")
        total = total + weight * (each * counted).sum() / counted.sum().clamp(min=1)
    return total
