"""Sums and means over the pixels that are known: of N×1×H×W maps with a boolean mask of the same shape."""

import torch
from torch import Tensor


def difference(prediction: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """ŷ − y in the target's precision, and 0 where it is not valid."""
    return torch.where(valid, prediction.to(target.dtype) - target, 0)


def mean(values: Tensor, valid: Tensor) -> Tensor:
    """Mean of values that are 0 where they are not valid; 0 where none is."""
    return values.sum() / valid.sum().clamp(min=1)


def picture_means(values: Tensor, valid: Tensor) -> Tensor:
    """N×1×1×1: the mean of each picture's values, which are 0 where they are not valid; 0 where none is."""
    return values.sum(dim=(1, 2, 3), keepdim=True) / valid.sum(dim=(1, 2, 3), keepdim=True).clamp(min=1)


def has_valid(valid: Tensor) -> Tensor:
    """N×1×1×1 bool: whether a picture has a valid pixel."""
    return valid.any(dim=3, keepdim=True).any(dim=2, keepdim=True).any(dim=1, keepdim=True)


def steps(error: Tensor, valid: Tensor) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """The absolute differences of neighbours across and down, each with the mask of pairs that are both valid."""
    pairs_across, pairs_down = valid[..., 1:] & valid[..., :-1], valid[..., 1:, :] & valid[..., :-1, :]
    across = ((error[..., 1:] - error[..., :-1]) * pairs_across).abs()
    down = ((error[..., 1:, :] - error[..., :-1, :]) * pairs_down).abs()
    return (across, pairs_across), (down, pairs_down)
