"""Losses of depth that is known up to a scale and a shift, picture by picture.

Ranftl et al.: Towards Robust Monocular Depth Estimation (MiDaS), TPAMI 2022; Yang et al.: Depth Anything, CVPR 2024,
and Depth Anything V2, NeurIPS 2024, which train on inverse depth by them.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from howfar.training.losses.masked import has_valid, mean, picture_means, steps

SPREAD_FLOOR = 1e-6
"""The least spread of a map, so that nothing is divided by zero."""

SCALES = 4
"""Of gradient matching: every pixel, every 2nd, 4th and 8th."""


class RelativeErrors(NamedTuple):
    """How far two maps are apart once each is freed of its scale and shift.

    Attributes:
        affine: N×1×1×1: the mean of |y' − ŷ'| of each picture, 0 without a valid pixel.
        gradient: N×1×1×1: the sum over `SCALES` of the mean absolute gradients of y' − ŷ'.
    """

    affine: Tensor
    gradient: Tensor


def relative_errors(prediction: Tensor, target: Tensor, valid: Tensor, left_out: float = 0.0) -> RelativeErrors:
    """Compare the maps of each picture (MiDaS, Eq. 5 to 7 and 11, without its factor of a half).

    Args:
        prediction: N×1×H×W inverse depth, up to scale and shift.
        target: N×1×H×W, likewise; may be NaN where it is not valid.
        valid: N×1×H×W bool.
        left_out: The share of each picture's valid pixels, those with the largest |y' − ŷ'|, that do not count:
            Depth Anything V2 leaves out a tenth, where pseudo labels are most likely wrong. Scale and shift are those
            of all valid pixels.
    """
    error = _difference(prediction, target, valid)
    kept = without_largest(error.detach().abs(), valid, left_out) if left_out else valid
    return RelativeErrors(picture_means(error.abs() * kept, kept), _gradients(error, kept))


def affine_invariant_loss(prediction: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """Mean of |y' − ŷ'|, each map of a picture brought to median 0 and mean absolute deviation 1.

    MiDaS, Eq. 5 and 6, without the factor of a half, as in Depth Anything, Eq. 1 and 2. The median of an even number of
    pixels is the lower of the two in the middle. The mean is over the pictures that have a valid pixel.
    """
    return mean(picture_means(_difference(prediction, target, valid).abs(), valid), has_valid(valid))


def affine_invariant_gradient_loss(prediction: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """Gradient matching: the mean absolute gradients of y' − ŷ' at four scales, summed (MiDaS, Eq. 11).

    Depth Anything V2 weighs it twice as much as the affine-invariant loss. Each picture has its own mean.
    """
    return mean(_gradients(_difference(prediction, target, valid), valid), has_valid(valid))


def without_scale_and_shift(maps: Tensor, valid: Tensor) -> Tensor:
    """(d − median) / mean |d − median| of each picture, and 0 where it is not valid."""
    known = torch.where(valid, maps, torch.nan)
    shift = known.flatten(1).nanmedian(dim=1).values.reshape(-1, 1, 1, 1)
    centred = torch.where(valid, maps - shift, 0)
    return centred / picture_means(centred.abs(), valid).clamp(min=SPREAD_FLOOR)


def without_largest(sizes: Tensor, valid: Tensor, share: float) -> Tensor:
    """The valid pixels of each picture without the `share` of them (rounded down) that are largest."""
    flat = torch.where(valid, sizes, -1.0).flatten(1)
    ranks = torch.empty_like(flat, dtype=torch.long)
    order = flat.argsort(dim=1, descending=True, stable=True)
    ranks.scatter_(1, order, torch.arange(flat.shape[1], device=flat.device).expand_as(order))
    dropped = (valid.flatten(1).sum(dim=1, keepdim=True) * share).floor()
    return valid & (ranks >= dropped).reshape(valid.shape)


def _difference(prediction: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """Y' − ŷ', and 0 where it is not valid."""
    return without_scale_and_shift(prediction.to(target.dtype), valid) - without_scale_and_shift(target, valid)


def _gradients(error: Tensor, valid: Tensor) -> Tensor:
    total = torch.zeros_like(error[:, :, :1, :1])
    for stride in (2**scale for scale in range(SCALES)):
        for sizes, pairs in steps(error[..., ::stride, ::stride], valid[..., ::stride, ::stride]):
            total = total + picture_means(sizes, pairs)
    return total
