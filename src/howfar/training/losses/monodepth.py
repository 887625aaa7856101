"""The losses of a network that learns depth from stereo pairs alone: it is to rebuild each picture from the other.

Godard, Mac Aodha, Brostow: Unsupervised Monocular Depth Estimation with Left-Right Consistency, CVPR 2017, section 3.3.
Disparities are shares of the picture's width, positive in both pictures: what lies at x in the left-hand one lies at
x − d in the right-hand one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from howfar.training.losses.depth import SSIM_C1, SSIM_C2

SSIM_SHARE = 0.85
"""α of Eq. 2: the share of SSIM beside that of L1."""

APPEARANCE, SMOOTHNESS, CONSISTENCY = "appearance", "smoothness", "consistency"


def moved(values: Tensor, shift: Tensor) -> Tensor:
    """Values of one picture at the places of another: at each x, those of x + `shift`, linear between pixels.

    What would lie outside has the value at the border.

    Args:
        values: N×C×H×W.
        shift: N×1×H×W, as a share of the width.

    Returns:
        N×C×H×W float32.
    """
    count, _, height, width = values.shape
    # Places as grid_sample counts them: the outer edges of the picture are at −1 and 1.
    across = (2 * torch.arange(width, device=values.device) + 1) / width - 1
    down = (2 * torch.arange(height, device=values.device) + 1) / height - 1
    x = across.view(1, 1, -1) + 2 * shift[:, 0].float()
    y = down.view(1, -1, 1).expand(count, height, width)
    grid = torch.stack((x, y), dim=3)
    return functional.grid_sample(values.float(), grid, mode="bilinear", padding_mode="border", align_corners=False)


def dissimilarity(first: Tensor, second: Tensor) -> Tensor:
    """(1 − SSIM) / 2 of pictures from 0 to 1, in windows of 3×3 with equal weights: N×C×(H−2)×(W−2), from 0 to 1."""
    means = [_window_mean(each) for each in (first, second)]
    variances = [_window_mean(each * each) - mean * mean for each, mean in zip((first, second), means, strict=True)]
    covariance = _window_mean(first * second) - means[0] * means[1]
    likeness = (2 * means[0] * means[1] + SSIM_C1) * (2 * covariance + SSIM_C2)
    ssim = likeness / ((means[0] ** 2 + means[1] ** 2 + SSIM_C1) * (variances[0] + variances[1] + SSIM_C2))
    return ((1 - ssim) / 2).clamp(0, 1)


def appearance_loss(picture: Tensor, rebuilt: Tensor) -> Tensor:
    """0.85 · (1 − SSIM) / 2 + 0.15 · L1 of pictures N×C×H×W from 0 to 1, each its own mean (Eq. 2)."""
    return SSIM_SHARE * dissimilarity(picture, rebuilt).mean() + (1 - SSIM_SHARE) * (picture - rebuilt).abs().mean()


def smoothness_loss(disparity: Tensor, picture: Tensor) -> Tensor:
    """Mean of |Δx d| · exp(−|Δx I|) plus mean of |Δy d| · exp(−|Δy I|) (Eq. 3).

    |ΔI| is the mean over the channels, of a picture from 0 to 1: disparity may step where the picture does.
    """
    total = disparity.new_zeros(())
    for axis in (2, 3):
        edges = picture.diff(dim=axis).abs().mean(dim=1, keepdim=True)
        total = total + (disparity.diff(dim=axis).abs() * torch.exp(-edges)).mean()
    return total


def consistency_loss(left: Tensor, right: Tensor, baseline: Tensor) -> Tensor:
    """Mean of |d_left(x) − d_right(x − d_left(x))|, and the same from the right-hand picture (Eq. 4).

    Args:
        left: N×1×H×W disparity of the left-hand picture.
        right: N×1×H×W disparity of the right-hand picture.
        baseline: N×1×1×1, see `MonodepthLoss`.
    """
    seen_left = moved(right, -baseline * left)
    seen_right = moved(left, baseline * right)
    return (left - seen_left).abs().mean() + (right - seen_right).abs().mean()


@dataclass(frozen=True, slots=True)
class MonodepthLoss:
    """The weighted sum of the three terms over all scales (Eq. 1).

    Attributes:
        appearance: Weight of the appearance.
        smoothness: Weight of the smoothness at the picture's size; half of it at half the size, and so on.
        consistency: Weight of the left-right consistency.
    """

    appearance: float = 1.0
    smoothness: float = 0.1
    consistency: float = 1.0

    def __call__(
        self, disparities: Sequence[Tensor], left: Tensor, right: Tensor, baseline: Tensor
    ) -> dict[str, Tensor]:
        """Each term, summed over both pictures and all scales, before its weight; the weighted sum under "loss".

        Args:
            disparities: N×2×h×w of each scale, of the left-hand and of the right-hand picture, for the baseline that
                is learned.
            left: N×3×H×W from 0 to 1.
            right: The same.
            baseline: N: each pair's baseline as a multiple of the one that is learned. Its disparities are as many
                times larger.
        """
        scale = baseline.view(-1, 1, 1, 1)
        sums = {name: left.new_zeros(()) for name in (APPEARANCE, SMOOTHNESS, CONSISTENCY)}
        for level, each in enumerate(disparities):
            d_left, d_right = each[:, :1].float(), each[:, 1:].float()
            small_left, small_right = (_shrunk(eye, each) for eye in (left, right))
            rebuilt_left, rebuilt_right = moved(small_right, -scale * d_left), moved(small_left, scale * d_right)
            sums[APPEARANCE] = sums[APPEARANCE] + (
                appearance_loss(small_left, rebuilt_left) + appearance_loss(small_right, rebuilt_right)
            )
            smooth = smoothness_loss(d_left, small_left) + smoothness_loss(d_right, small_right)
            sums[SMOOTHNESS] = sums[SMOOTHNESS] + smooth / 2**level
            sums[CONSISTENCY] = sums[CONSISTENCY] + consistency_loss(d_left, d_right, scale)
        return {**sums, "loss": self._weighted(sums)}

    def _weighted(self, sums: Mapping[str, Tensor]) -> Tensor:
        return (
            self.appearance * sums[APPEARANCE]
            + self.smoothness * sums[SMOOTHNESS]
            + self.consistency * sums[CONSISTENCY]
        )


def _shrunk(picture: Tensor, scale: Tensor) -> Tensor:
    """A picture at the size of a scale's maps."""
    return functional.interpolate(picture, scale.shape[2:], mode="area")


def _window_mean(maps: Tensor) -> Tensor:
    return functional.avg_pool2d(maps, 3, stride=1)
