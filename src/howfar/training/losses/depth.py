"""The losses of depth networks, each the mean of what is known.

Each is a function `(prediction, target, valid) -> Tensor`: two N×1×H×W float tensors and a boolean mask of the same
shape in, a scalar out. It is computed in the target's precision, so a prediction in bfloat16 costs no accuracy. Where
`valid` is false nothing counts, not even a NaN in the target; where nothing at all is valid the loss is an exact 0 with
a gradient of zero. A NaN that is predicted at a valid pixel makes the loss NaN.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from howfar.errors import SettingError
from howfar.training.losses.masked import difference, has_valid, mean, picture_means, steps
from howfar.training.losses.relative import affine_invariant_gradient_loss, affine_invariant_loss

Loss = Callable[[Tensor, Tensor, Tensor], Tensor]

LOG_FLOOR = 1e-3
"""Depths below this, a millimetre where they are metres, count as this in a logarithm, and have no gradient there."""

OCTAVES = (-6, 9)
"""The octaves that are told apart, as powers of two; what is nearer or farther counts to the first or the last."""

LEAST_LOG_SD = 0.02
"""No spread that is learned is smaller: where a truth is learned by rote, its error is 0."""

BERHU_SHARE = 0.2
BERHU_FLOOR = 1e-6
"""The least c of BerHu, so that nothing is divided by zero."""

UNET_WEIGHTS = {"l1": 0.1, "gradient": 1.0, "ssim": 0.9}

SSIM_WINDOW_PX = 7
SSIM_C1 = 0.01**2
SSIM_C2 = 0.03**2


def l1_loss(prediction: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """Mean of |y − ŷ| over the valid pixels."""
    return mean(difference(prediction, target, valid).abs(), valid)


def log_l1_loss(prediction: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """Mean of |ln y − ln ŷ| over the valid pixels."""
    return l1_loss(_log(prediction), _log(target), valid)


def picture_log_l1_loss(prediction: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """`log_l1_loss` of each picture, mean over those that have a valid pixel: a sparse truth counts as a dense one."""
    error = difference(_log(prediction), _log(target), valid).abs()
    return mean(picture_means(error, valid), has_valid(valid))


def octave_log_l1_loss(prediction: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """`picture_log_l1_loss` with rare depths weighing more: a pixel by one over the root of its octave's count.

    Of a picture's depths, few are near or far, and a loss that counts them all alike draws these to the middle. An
    octave is from one power of two to the next, of whatever unit depth has; an octave with four times the pixels of
    another then weighs twice as much as the other, and no longer four times.
    """
    error = difference(_log(prediction), _log(target), valid).abs()
    octaves = torch.where(valid, _log(target) / math.log(2), 0).floor().long().clamp(*OCTAVES) - OCTAVES[0]
    flat, known = octaves.flatten(1), valid.flatten(1).to(error.dtype)
    counts = torch.zeros(len(flat), OCTAVES[1] - OCTAVES[0] + 1, dtype=error.dtype, device=error.device)
    counts = counts.scatter_add_(1, flat, known).clamp(min=1)
    weights = (counts.rsqrt().gather(1, flat) * known).view_as(error)
    each = (weights * error).sum(dim=(1, 2, 3), keepdim=True) / weights.sum(dim=(1, 2, 3), keepdim=True).clamp(min=1e-6)
    return mean(each, has_valid(valid))


def spread_loss(prediction: Tensor, log_sd: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """How badly a stated spread of log depth fits its error: mean of ln s + √2·|ln y − ln ŷ| / s over each picture.

    That is the negative logarithm of Laplace's density of standard deviation s, but for a constant (Kendall and Gal:
    What Uncertainties Do We Need in Bayesian Deep Learning for Computer Vision?, NeurIPS 2017, Eq. 5, has Gauss's). The
    error is a constant in the gradient: what is learned from it is the spread alone, and hard pixels are not given up.

    Args:
        prediction: N×1×H×W depth ŷ.
        log_sd: N×1×H×W, s.
        target: N×1×H×W depth y.
        valid: N×1×H×W bool.
    """
    error = difference(_log(prediction.detach()), _log(target), valid).abs()
    sd = log_sd.to(error.dtype).clamp(min=LEAST_LOG_SD)
    each = torch.where(valid, sd.log() + math.sqrt(2) * error / sd, 0)
    return mean(picture_means(each, valid), has_valid(valid))


def sky_loss(prediction: Tensor, sky: Tensor, nearest: float) -> Tensor:
    """How much too near the sky is, in log depth: mean of max(0, ln nearest − ln ŷ) over it.

    Args:
        prediction: N×1×H×W depth.
        sky: N×1×H×W bool: where there is nothing but sky.
        nearest: From this depth on it is right.
    """
    return mean(torch.where(sky, functional.relu(math.log(nearest) - _log(prediction)), 0), sky)


def gradient_loss(prediction: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """L1 of the image gradients: mean of |Δx(y − ŷ)| plus mean of |Δy(y − ŷ)|.

    Δ is the difference of two neighbours; a pair counts where both of its pixels are valid, and each direction has its
    own mean.
    """
    error = difference(prediction, target, valid)
    return torch.stack([mean(sizes, pairs) for sizes, pairs in steps(error, valid)]).sum()


def multiscale_gradient_loss(prediction: Tensor, target: Tensor, valid: Tensor, scales: int = 4) -> Tensor:
    """The sum of `gradient_loss` over maps of which every pixel, every 2nd, 4th, … is kept.

    Li and Snavely: MegaDepth, CVPR 2018, Eq. 3, on log depth; Ranftl et al.: Towards Robust Monocular Depth Estimation
    (MiDaS), TPAMI 2022, Eq. 11, on aligned inverse depth. It acts on whatever it is given.
    """
    total = prediction.new_zeros((), dtype=target.dtype)
    for step in (2**scale for scale in range(scales)):
        total = total + gradient_loss(*(maps[..., ::step, ::step] for maps in (prediction, target, valid)))
    return total


def log_multiscale_gradient_loss(prediction: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """`multiscale_gradient_loss` on the logarithm of depth, which weighs an edge by the ratio of its two depths."""
    return multiscale_gradient_loss(_log(prediction), _log(target), valid)


def ssim_loss(prediction: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """(1 − SSIM) / 2 for maps from 0 to 1, SSIM being the mean over the windows without an invalid pixel.

    Wang et al.: Image Quality Assessment: From Error Visibility to Structural Similarity, IEEE TIP 2004, Eq. 13, with
    K1 = 0.01, K2 = 0.03 and L = 1:

        SSIM = (2 μx μy + C1)(2 σxy + C2) / ((μx² + μy² + C1)(σx² + σy² + C2))

    The windows are scikit-image's: 7×7, uniform, with the sample (co)variance, and only those that lie wholly inside
    the map. The paper's Gaussian of 11×11 takes seven times as long on a CPU.

    Raises:
        SettingError: If the map is smaller than a window.
    """
    if min(target.shape[-2:]) < SSIM_WINDOW_PX:
        height, width = target.shape[-2:]
        raise SettingError(
            f"SSIM compares windows of {SSIM_WINDOW_PX}×{SSIM_WINDOW_PX} pixels and the map has {width}×{height}: "
            "train with a larger size or without this loss."
        )
    x, y = (torch.where(valid, maps.to(target.dtype), 0) for maps in (prediction, target))
    mean_x, mean_y, mean_xx, mean_yy, mean_xy = (_window_mean(maps) for maps in (x, y, x * x, y * y, x * y))
    unbiased = SSIM_WINDOW_PX**2 / (SSIM_WINDOW_PX**2 - 1)
    variances = unbiased * (mean_xx - mean_x * mean_x + mean_yy - mean_y * mean_y)
    covariance = unbiased * (mean_xy - mean_x * mean_y)
    likeness = (2 * mean_x * mean_y + SSIM_C1) * (2 * covariance + SSIM_C2)
    ssim = likeness / ((mean_x * mean_x + mean_y * mean_y + SSIM_C1) * (variances + SSIM_C2))
    whole = functional.max_pool2d((~valid).to(target.dtype), SSIM_WINDOW_PX, stride=1) == 0
    return mean(torch.where(whole, (1 - ssim) / 2, 0), whole)


def berhu_loss(prediction: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """Mean of B(y − ŷ), the reverse Huber loss: B(x) = |x| up to c, and (x² + c²) / 2c beyond.

    Laina et al.: Deeper Depth Prediction with Fully Convolutional Residual Networks, 3DV 2016, Eq. 2 and 3, with
    c = 0.2 · max |y − ŷ| over the valid pixels of the batch. c is a constant in the gradient.
    """
    size = difference(prediction, target, valid).abs()
    return mean(_berhu(size, (BERHU_SHARE * size.detach().amax()).clamp(min=BERHU_FLOOR)), valid)


def silog_loss(prediction: Tensor, target: Tensor, valid: Tensor, variance_focus: float = 0.85) -> Tensor:
    """The scale-invariant log error: mean(d²) − λ · mean(d)² of each picture, with d = ln y − ln ŷ.

    Eigen, Puhrsch, Fergus: Depth Map Prediction from a Single Image using a Multi-Scale Deep Network, NeurIPS 2014,
    Eq. 4, as it stands there: no root and no factor. The mean is over the pictures that have a valid pixel.

    Args:
        prediction: N×1×H×W depth.
        target: N×1×H×W depth.
        valid: N×1×H×W bool.
        variance_focus: λ, from 0 (the mean square) to 1 (the variance, blind to scale). Eigen's is 0.5; 0.85 is that of
            Lee et al.: From Big to Small, 2019.
    """
    error = difference(_log(prediction), _log(target), valid)
    each = picture_means(error * error, valid) - variance_focus * picture_means(error, valid) ** 2
    return mean(each, has_valid(valid))


def scale_invariant_loss(prediction: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """`silog_loss` as Eigen et al. 2014 train with it: mean(d²) − ½ · mean(d)²."""
    return silog_loss(prediction, target, valid, variance_focus=0.5)


def log_gradient_squares_loss(prediction: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """Mean of (Δx d)² plus mean of (Δy d)², with d = ln y − ln ŷ.

    Eigen, Fergus: Predicting Depth, Surface Normals and Semantic Labels, ICCV 2015, Eq. 1, where it is added to
    `scale_invariant_loss`. A pair of neighbours counts where both are valid, and each direction has its own mean.
    """
    error = difference(_log(prediction), _log(target), valid)
    return torch.stack([mean(sizes * sizes, pairs) for sizes, pairs in steps(error, valid)]).sum()


def unet_loss(prediction: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """0.1 · L1 + 1 · L1 of the gradients + 0.9 · (1 − SSIM) / 2, on depth divided by the maximum depth.

    Alhashim and Wonka: High Quality Monocular Depth Estimation via Transfer Learning, 2018, Eq. 1 to 4, has these three
    terms; the weights are those of the U-Net's own study.

    Raises:
        SettingError: If the maps are smaller than a window of SSIM.
    """
    total = prediction.new_zeros((), dtype=target.dtype)
    for name, weight in UNET_WEIGHTS.items():
        total = total + weight * LOSSES[name](prediction, target, valid)
    return total


LOSSES: Mapping[str, Loss] = {
    "l1": l1_loss,
    "log_l1": log_l1_loss,
    "picture_log_l1": picture_log_l1_loss,
    "octave_log_l1": octave_log_l1_loss,
    "gradient": gradient_loss,
    "multiscale_gradient": multiscale_gradient_loss,
    "log_multiscale_gradient": log_multiscale_gradient_loss,
    "ssim": ssim_loss,
    "berhu": berhu_loss,
    "silog": silog_loss,
    "scale_invariant": scale_invariant_loss,
    "log_gradient_squares": log_gradient_squares_loss,
    "affine_invariant": affine_invariant_loss,
    "affine_invariant_gradient": affine_invariant_gradient_loss,
    "unet": unet_loss,
}
"""The losses by the names that recipes use."""

NEIGHBOUR_LOSSES = frozenset(
    {
        "gradient",
        "multiscale_gradient",
        "log_multiscale_gradient",
        "log_gradient_squares",
        "ssim",
        "affine_invariant_gradient",
        "unet",
    }
)
"""Those that compare neighbouring pixels, which a sparse truth does not teach: its neighbours are far apart."""


@dataclass(frozen=True)
class WeightedLoss:
    """A weighted sum of losses.

    Attributes:
        terms: The weight of each loss, by its name in `LOSSES`.

    Raises:
        SettingError: If there is no term, one is unknown, or a weight is not a positive number.
    """

    terms: Mapping[str, float]

    def __post_init__(self) -> None:
        known = ", ".join(LOSSES)
        if not self.terms:
            raise SettingError(f"A loss needs at least one term: give a weight to some of {known}.")
        for name, weight in self.terms.items():
            if name not in LOSSES:
                raise SettingError(f"There is no loss {name!r}: choose from {known}.")
            if not (math.isfinite(weight) and weight > 0):
                raise SettingError(f"The weight of the loss {name} must be a positive number, not {weight}.")

    def __call__(
        self, prediction: Tensor, target: Tensor, valid: Tensor, dense: Tensor | None = None
    ) -> dict[str, Tensor]:
        """Each term, before its weight, by its name, and the weighted sum under "loss".

        Args:
            prediction: N×1×H×W.
            target: N×1×H×W.
            valid: N×1×H×W bool.
            dense: N bool: the pictures that `NEIGHBOUR_LOSSES` look at; all when None.

        Raises:
            SettingError: If the three tensors differ in shape, or are too small for a term.
        """
        if not prediction.shape == target.shape == valid.shape:
            shapes = ", ".join("×".join(map(str, maps.shape)) for maps in (prediction, target, valid))
            raise SettingError(f"Prediction, target and mask must have one shape, not {shapes}: resize the target.")
        in_dense = valid if dense is None else valid & dense.view(-1, 1, 1, 1)
        values = {
            name: LOSSES[name](prediction, target, in_dense if name in NEIGHBOUR_LOSSES else valid)
            for name in self.terms
        }
        weighted = [weight * values[name] for name, weight in self.terms.items()]
        return {**values, "loss": torch.stack(weighted).sum()}


def fitted_to(target: Tensor, prediction: Tensor, valid: Tensor) -> Tensor:
    """A target times the factor that fits each picture's prediction best: e to the mean of ln ŷ − ln y.

    The factor is a constant in the gradient. What is then learned from the target is depth up to a factor.

    Args:
        target: N×1×H×W depth y.
        prediction: N×1×H×W depth ŷ.
        valid: N×1×H×W bool.
    """
    offset = difference(_log(prediction.detach()), _log(target), valid)
    return target * picture_means(offset, valid).exp()


def _log(depth: Tensor) -> Tensor:
    """The logarithm in single precision or better; bfloat16 would know it to a hundredth."""
    precise = depth if depth.dtype == torch.float64 else depth.float()
    return precise.clamp(min=LOG_FLOOR).log()


def _window_mean(maps: Tensor) -> Tensor:
    """Mean of each window that lies wholly inside."""
    return functional.avg_pool2d(maps, SSIM_WINDOW_PX, stride=1)


def _berhu(size: Tensor, switch: Tensor) -> Tensor:
    return torch.where(size <= switch, size, (size * size + switch * switch) / (2 * switch))
