"""The losses of depth networks, against plain NumPy versions (and scikit-image's SSIM) on maps with random masks."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from skimage.metrics import structural_similarity

from howfar.errors import SettingError
from howfar.training.losses.depth import (
    LOG_FLOOR,
    LOSSES,
    NEIGHBOUR_LOSSES,
    WeightedLoss,
    berhu_loss,
    fitted_to,
    gradient_loss,
    l1_loss,
    multiscale_gradient_loss,
    silog_loss,
    sky_loss,
    spread_loss,
    ssim_loss,
)
from howfar.training.losses.relative import SPREAD_FLOOR, affine_invariant_loss

NAMES = sorted(LOSSES)
Maps = tuple[np.ndarray, np.ndarray, np.ndarray]


def random_maps(seed: int, shape: tuple[int, int, int, int] = (3, 1, 21, 18), holes: float = 0.25) -> Maps:
    """A prediction, a target that is NaN in its holes, and the mask; the last picture has only one valid pixel."""
    rng = np.random.default_rng(seed)
    prediction, target = rng.uniform(0.05, 1.0, (2, *shape))
    # Holes in the upper half alone leave whole windows below.
    valid = rng.uniform(size=shape) > holes * (np.arange(shape[2]) < shape[2] // 2)[:, None]
    valid[-1] = False
    valid[-1, 0, 3, 4] = True
    return prediction, np.where(valid, target, np.nan), valid


def tensors(maps: Maps, dtype: torch.dtype = torch.float64) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    prediction, target, valid = maps
    return torch.tensor(prediction, dtype=dtype), torch.tensor(target, dtype=dtype), torch.tensor(valid)


def mean_of(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def plain_l1(p: np.ndarray, t: np.ndarray, v: np.ndarray) -> float:
    return float(np.abs(p[v] - t[v]).mean())


def plain_log_l1(p: np.ndarray, t: np.ndarray, v: np.ndarray) -> float:
    return float(np.abs(np.log(p[v]) - np.log(t[v])).mean())


def plain_picture_log_l1(p: np.ndarray, t: np.ndarray, v: np.ndarray) -> float:
    return mean_of([plain_log_l1(*maps) for maps in zip(p, t, v, strict=True) if maps[2].any()])


def plain_octave_log_l1(p: np.ndarray, t: np.ndarray, v: np.ndarray) -> float:
    losses = []
    for x, y, known in zip(p, t, v, strict=True):
        octaves = np.floor(np.log2(y[known]))
        weights = np.array([1 / math.sqrt((octaves == octave).sum()) for octave in octaves])
        losses.append(float(np.average(np.abs(np.log(x[known] / y[known])), weights=weights)))
    return mean_of(losses)


def plain_gradient(p: np.ndarray, t: np.ndarray, v: np.ndarray) -> float:
    error = p - t
    total = 0.0
    for down, across in ((0, 1), (1, 0)):
        steps = []
        for image, _, row, column in np.argwhere(v):
            other = (image, 0, row + down, column + across)
            if other[2] < v.shape[2] and other[3] < v.shape[3] and v[other]:
                steps.append(abs(error[other] - error[image, 0, row, column]))
        total += mean_of(steps)
    return total


def plain_multiscale(p: np.ndarray, t: np.ndarray, v: np.ndarray) -> float:
    return sum(plain_gradient(*(maps[:, :, ::step, ::step] for maps in (p, t, v))) for step in (1, 2, 4, 8))


def plain_log_multiscale(p: np.ndarray, t: np.ndarray, v: np.ndarray) -> float:
    return plain_multiscale(np.log(p), np.log(t), v)


def plain_ssim(p: np.ndarray, t: np.ndarray, v: np.ndarray) -> float:
    losses = []
    for x, y, known in zip(p[:, 0], t[:, 0], v[:, 0], strict=True):
        ssim = structural_similarity(x, np.nan_to_num(y), win_size=7, data_range=1.0, full=True)[1]
        for row in range(3, x.shape[0] - 3):
            for column in range(3, x.shape[1] - 3):
                if known[row - 3 : row + 4, column - 3 : column + 4].all():
                    losses.append((1 - ssim[row, column]) / 2)
    return mean_of(losses)


def plain_berhu(p: np.ndarray, t: np.ndarray, v: np.ndarray) -> float:
    sizes = np.abs(p[v] - t[v])
    c = 0.2 * sizes.max()
    return mean_of([x if x <= c else (x**2 + c**2) / (2 * c) for x in sizes])


def plain_silog(p: np.ndarray, t: np.ndarray, v: np.ndarray) -> float:
    losses = []
    for x, y, known in zip(p, t, v, strict=True):
        d = np.log(x[known]) - np.log(y[known])
        losses.append(float((d**2).mean() - 0.85 * d.mean() ** 2))
    return mean_of(losses)


def plain_scale_invariant(p: np.ndarray, t: np.ndarray, v: np.ndarray) -> float:
    """The paper's second form: half of it compares each pixel with the truth, half each pair of pixels."""
    losses = []
    for x, y, known in zip(p, t, v, strict=True):
        d = np.log(x[known]) - np.log(y[known])
        pairs = (d[:, None] - d[None, :]) ** 2
        losses.append(float((d**2).mean() / 2 + pairs.mean() / 4))
    return mean_of(losses)


def plain_log_gradient_squares(p: np.ndarray, t: np.ndarray, v: np.ndarray) -> float:
    d = np.where(v, np.log(p) - np.log(np.where(v, t, 1)), np.nan)
    return float(np.nanmean(np.diff(d, axis=3) ** 2) + np.nanmean(np.diff(d, axis=2) ** 2))


def plain_without_scale_and_shift(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    centred = values - np.sort(values[known])[(known.sum() - 1) // 2]
    return centred / max(np.abs(centred[known]).mean(), SPREAD_FLOOR)


def plain_affine_invariant(p: np.ndarray, t: np.ndarray, v: np.ndarray) -> float:
    freed = plain_without_scale_and_shift
    return mean_of([float(np.abs(freed(x, k) - freed(y, k))[k].mean()) for x, y, k in zip(p, t, v, strict=True)])


def plain_affine_invariant_gradient(p: np.ndarray, t: np.ndarray, v: np.ndarray) -> float:
    freed = plain_without_scale_and_shift
    pictures = zip(p, t, v, strict=True)
    return mean_of([plain_multiscale(freed(x, k)[None], freed(y, k)[None], k[None]) for x, y, k in pictures])


def plain_unet(p: np.ndarray, t: np.ndarray, v: np.ndarray) -> float:
    return 0.1 * plain_l1(p, t, v) + plain_gradient(p, t, v) + 0.9 * plain_ssim(p, t, v)


PLAIN: dict[str, Callable[[np.ndarray, np.ndarray, np.ndarray], float]] = {
    "l1": plain_l1,
    "log_l1": plain_log_l1,
    "picture_log_l1": plain_picture_log_l1,
    "octave_log_l1": plain_octave_log_l1,
    "gradient": plain_gradient,
    "multiscale_gradient": plain_multiscale,
    "log_multiscale_gradient": plain_log_multiscale,
    "ssim": plain_ssim,
    "berhu": plain_berhu,
    "silog": plain_silog,
    "scale_invariant": plain_scale_invariant,
    "log_gradient_squares": plain_log_gradient_squares,
    "affine_invariant": plain_affine_invariant,
    "affine_invariant_gradient": plain_affine_invariant_gradient,
    "unet": plain_unet,
}


@pytest.mark.parametrize("seed", [1, 2], ids=["some mask", "another mask"])
@pytest.mark.parametrize("name", NAMES)
def test_a_loss_is_that_of_a_plain_version(name: str, seed: int) -> None:
    maps = random_maps(seed)
    expected = PLAIN[name](*maps)
    assert LOSSES[name](*tensors(maps)).item() == pytest.approx(expected, rel=1e-9)
    assert LOSSES[name](*tensors(maps, torch.float32)).item() == pytest.approx(expected, rel=1e-4)


def test_ssim_is_that_of_scikit_image_where_all_is_valid() -> None:
    prediction, target, valid = random_maps(3, holes=0.0)
    scores = [
        structural_similarity(x[0], y[0], data_range=1.0) for x, y in zip(prediction[:2], target[:2], strict=True)
    ]
    loss = ssim_loss(*tensors((prediction[:2], target[:2], valid[:2])))
    assert loss.item() == pytest.approx((1 - np.mean(scores)) / 2, rel=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_the_gradient_is_the_slope(name: str) -> None:
    shape = (2, 1, 9, 8)
    rng = np.random.default_rng(5)
    target = rng.uniform(0.3, 0.5, shape)
    # Errors whose signs alternate like a chessboard keep every absolute value off its kink.
    signs = np.where(np.indices(shape).sum(0) % 2, 1.0, -1.0)
    prediction, mask = target + signs * rng.uniform(0.05, 0.1, shape), rng.uniform(size=shape) > 0.1
    mask[:, :, :7, :7] = True
    prediction[0, 0, 4, 4] += 0.5
    p, t, valid = tensors((prediction, target, mask))
    loss = _with_constant_switch(p, t, valid) if name == "berhu" else LOSSES[name]
    assert torch.autograd.gradcheck(lambda x: loss(x, t, valid), p.requires_grad_(), eps=1e-7, atol=1e-5)


def _with_constant_switch(p: torch.Tensor, t: torch.Tensor, valid: torch.Tensor) -> Callable[..., torch.Tensor]:
    """BerHu over one pixel more, whose large error sets c and depends on no prediction: c is a constant for a slope."""
    largest = (p - t).abs().max().item() * 1.5

    def loss(x: torch.Tensor, y: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
        wide, true = (torch.nn.functional.pad(maps, (0, 1)) for maps in (x, y))
        true[..., 0, -1] = largest
        return berhu_loss(wide, true, torch.nn.functional.pad(known, (0, 1), value=True))

    return loss


@pytest.mark.parametrize("name", NAMES)
def test_only_valid_pixels_have_a_gradient(name: str) -> None:
    prediction, target, valid = tensors(random_maps(7))
    LOSSES[name](prediction.requires_grad_(), target, valid).backward()
    assert prediction.grad is not None
    assert prediction.grad[valid].abs().sum() > 0
    assert (prediction.grad[~valid] == 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_without_a_valid_pixel_gives_zero_and_no_gradient(name: str) -> None:
    prediction = torch.rand(2, 1, 9, 8, requires_grad=True)
    target = torch.full((2, 1, 9, 8), math.nan)
    loss = LOSSES[name](prediction, target, torch.zeros(2, 1, 9, 8, dtype=torch.bool))
    loss.backward()
    assert loss.item() == 0.0
    assert prediction.grad is not None
    assert (prediction.grad == 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_a_perfect_prediction_costs_nothing(name: str) -> None:
    target = torch.rand(2, 1, 9, 8, dtype=torch.float64) + 0.1
    loss = LOSSES[name](target.clone(), target, torch.ones_like(target, dtype=torch.bool))
    assert loss.item() == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_a_predicted_nan_is_not_hidden(name: str) -> None:
    prediction, target, valid = (maps[:2, :, 12:] for maps in tensors(random_maps(9)))
    prediction[0, 0, 4, 5] = math.nan
    assert LOSSES[name](prediction, target, valid).isnan()


@pytest.mark.parametrize("name", NAMES)
def test_a_prediction_in_half_precision_is_compared_in_the_targets_precision(name: str) -> None:
    prediction, target, valid = tensors(random_maps(11), torch.float32)
    coarse = prediction.to(torch.bfloat16)
    loss = LOSSES[name](coarse, target, valid)
    assert loss.dtype == torch.float32
    assert loss.item() == pytest.approx(LOSSES[name](coarse.float(), target, valid).item(), rel=1e-6)


@pytest.mark.parametrize(
    "name", ["log_l1", "silog", "log_multiscale_gradient", "scale_invariant", "log_gradient_squares"]
)
def test_a_logarithm_has_a_floor(name: str) -> None:
    target, valid = torch.rand(1, 1, 9, 8) + 0.1, torch.ones(1, 1, 9, 8, dtype=torch.bool)
    zeros, floor = torch.zeros_like(target), torch.full_like(target, LOG_FLOOR)
    assert LOSSES[name](zeros, target, valid).isfinite()
    assert LOSSES[name](zeros, target, valid) == LOSSES[name](floor, target, valid)


def test_the_losses_of_eigen_are_those_by_hand() -> None:
    target = torch.ones(1, 1, 1, 2, dtype=torch.float64)
    prediction, valid = torch.tensor([[[[1.0, 3.0]]]], dtype=torch.float64).exp(), torch.ones_like(target).bool()
    # d = (1, 3): the mean of d² is 5 and the mean of d is 2; the one step is 2.
    assert LOSSES["scale_invariant"](prediction, target, valid).item() == pytest.approx(5 - 2**2 / 2)
    assert LOSSES["log_gradient_squares"](prediction, target, valid).item() == pytest.approx(2**2)


def test_half_of_a_wrong_scale_counts_for_eigen() -> None:
    target, valid = torch.rand(2, 1, 9, 8) + 0.5, torch.ones(2, 1, 9, 8, dtype=torch.bool)
    assert LOSSES["scale_invariant"](target * 2, target, valid).item() == pytest.approx(np.log(2) ** 2 / 2, rel=1e-4)
    assert LOSSES["log_gradient_squares"](target * 2, target, valid).item() == pytest.approx(0, abs=1e-9)


def _berhu_of_one(size: float) -> tuple[float, float]:
    """BerHu and its slope at one error, while another of 1 fixes c at 0.2."""
    prediction = torch.tensor([[[[size, 1.0]]]], dtype=torch.float64, requires_grad=True)
    loss = berhu_loss(
        prediction, torch.zeros(1, 1, 1, 2, dtype=torch.float64), torch.ones(1, 1, 1, 2, dtype=torch.bool)
    )
    loss.backward()
    assert prediction.grad is not None
    of_the_largest = (1 + 0.2**2) / (2 * 0.2)
    return 2 * loss.item() - of_the_largest, 2 * prediction.grad[0, 0, 0, 0].item()


@pytest.mark.parametrize("sign", [1, -1], ids=["too far", "too near"])
def test_berhu_is_continuous_and_smooth_at_c(sign: int) -> None:
    (below, slope_below), (above, slope_above) = (_berhu_of_one(sign * (0.2 + side)) for side in (-1e-7, 1e-7))
    assert below == pytest.approx(0.2, abs=2e-7)
    assert above == pytest.approx(below, abs=3e-7)
    assert slope_below == pytest.approx(sign)
    assert slope_above == pytest.approx(slope_below, abs=1e-6)


@pytest.mark.parametrize(("size", "loss", "slope"), [(0.1, 0.1, 1.0), (0.4, 0.5, 2.0)], ids=["below c", "beyond c"])
def test_berhu_is_l1_below_c_and_a_square_beyond(size: float, loss: float, slope: float) -> None:
    assert _berhu_of_one(size) == pytest.approx((loss, slope))


def test_berhu_takes_c_from_all_pictures_and_valid_pixels_only() -> None:
    prediction = torch.tensor([0.4, 9.0, 1.0, 0.0]).reshape(2, 1, 1, 2)
    valid = torch.tensor([True, False, True, True]).reshape(2, 1, 1, 2)
    assert berhu_loss(prediction, torch.zeros(2, 1, 1, 2), valid).item() == pytest.approx((0.5 + 2.6 + 0.0) / 3)


@pytest.mark.parametrize("change", [(3.0, 0.0), (1.0, 5.0), (0.2, -1.0)], ids=["scaled", "shifted", "both"])
def test_the_affine_invariant_loss_is_blind_to_scale_and_shift(change: tuple[float, float]) -> None:
    prediction, target, valid = (maps[:2] for maps in tensors(random_maps(13)))
    scale, shift = change
    expected = affine_invariant_loss(prediction, target, valid).item()
    assert affine_invariant_loss(prediction * scale + shift, target, valid).item() == pytest.approx(expected)


@pytest.mark.parametrize(("focus", "blind"), [(1.0, True), (0.85, False), (0.0, False)])
def test_silog_is_blind_to_scale_only_with_full_variance_focus(focus: float, blind: bool) -> None:
    prediction, target, valid = tensors(random_maps(15))
    losses = [silog_loss(prediction * scale, target, valid, focus).item() for scale in (1.0, 2.0)]
    assert (losses[1] == pytest.approx(losses[0])) is blind


def test_more_scales_see_more() -> None:
    maps = tensors(random_maps(17))
    assert multiscale_gradient_loss(*maps, scales=1) == gradient_loss(*maps)
    assert multiscale_gradient_loss(*maps, scales=3) > multiscale_gradient_loss(*maps, scales=2)


def test_ssim_refuses_maps_smaller_than_its_window() -> None:
    maps = torch.rand(1, 1, 6, 20)
    with pytest.raises(SettingError, match=r"7×7 pixels and the map has 20×6"):
        ssim_loss(maps, maps, torch.ones_like(maps, dtype=torch.bool))


def test_a_weighted_loss_tells_each_term_and_the_sum() -> None:
    maps = tensors(random_maps(19))
    losses = WeightedLoss({"l1": 0.5, "berhu": 2.0})(*maps)
    assert list(losses) == ["l1", "berhu", "loss"]
    assert losses["l1"] == l1_loss(*maps)
    assert losses["loss"].item() == pytest.approx(0.5 * l1_loss(*maps).item() + 2 * berhu_loss(*maps).item())


@pytest.mark.parametrize("name", NAMES)
def test_losses_of_neighbours_look_at_pictures_with_dense_truth_alone(name: str) -> None:
    maps = tensors(random_maps(20))
    dense = torch.tensor([True, False, True])
    given = WeightedLoss({name: 1.0})(*maps, dense)[name]
    prediction, target, valid = maps
    seen = valid & dense.view(-1, 1, 1, 1) if name in NEIGHBOUR_LOSSES else valid
    assert given == LOSSES[name](prediction, target, seen)
    assert (given == LOSSES[name](*maps)) == (name not in NEIGHBOUR_LOSSES)


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ({"l3": 1.0}, "no loss 'l3': choose from l1, log_l1"),
        ({}, "at least one term"),
        ({"l1": 0.0}, "weight of the loss l1 must be a positive number, not 0.0"),
        ({"l1": math.nan}, "must be a positive number, not nan"),
    ],
    ids=["an unknown term", "no term", "a weight of nothing", "a weight that is not a number"],
)
def test_a_weighted_loss_refuses(terms: dict[str, float], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        WeightedLoss(terms)


def test_a_weighted_loss_refuses_maps_that_would_be_broadcast() -> None:
    prediction, target, valid = tensors(random_maps(21))
    with pytest.raises(SettingError, match=r"not 3×1×21×18, 3×21×18, 3×1×21×18"):
        WeightedLoss({"l1": 1.0})(prediction, target[:, 0], valid)


def test_the_stated_spread_is_judged_by_laplaces_density() -> None:
    prediction, target, valid = random_maps(13)
    log_sd = np.random.default_rng(13).uniform(0.1, 1.0, prediction.shape)
    errors = np.abs(np.log(prediction) - np.log(target))
    each = [
        float((np.log(s[k]) + math.sqrt(2) * e[k] / s[k]).mean()) for s, e, k in zip(log_sd, errors, valid, strict=True)
    ]
    p, t, v = tensors((prediction, target, valid))
    assert spread_loss(p, torch.tensor(log_sd), t, v).item() == pytest.approx(mean_of(each), rel=1e-9)


def test_a_fitted_target_differs_from_the_prediction_in_shape_alone() -> None:
    p, t, v = tensors(random_maps(19))
    fitted = fitted_to(t, p, v)
    for x, y, known in zip(p, fitted, v, strict=True):
        assert (x[known].log() - y[known].log()).mean().item() == pytest.approx(0, abs=1e-9)
    ratio = (fitted / t)[0][v[0]]
    assert ratio.std().item() == pytest.approx(0, abs=1e-9)


def test_the_spread_is_learned_and_the_depth_left_alone() -> None:
    p, t, v = tensors(random_maps(17))
    log_sd = torch.full_like(p, 0.3).requires_grad_()
    spread_loss(p.requires_grad_(), log_sd, t, v).backward()
    assert p.grad is None
    assert log_sd.grad is not None
    assert log_sd.grad[v].abs().sum() > 0
    assert (log_sd.grad[~v] == 0).all()


@pytest.mark.parametrize(
    ("said_m", "expected"), [(45.0, math.log(2)), (90.0, 0.0), (120.0, 0.0)], ids=["too near", "just far", "farther"]
)
def test_the_sky_should_be_far(said_m: float, expected: float) -> None:
    sky = torch.zeros(2, 1, 4, 4, dtype=torch.bool)
    sky[0, :, :2] = True
    prediction = torch.where(sky, said_m, 1.0)
    assert sky_loss(prediction, sky, 90.0).item() == pytest.approx(expected, abs=1e-6)


def test_without_sky_nothing_is_lost() -> None:
    prediction = torch.ones(1, 1, 2, 2, requires_grad=True)
    loss = sky_loss(prediction, torch.zeros(1, 1, 2, 2, dtype=torch.bool), 90.0)
    loss.backward()
    assert loss.item() == 0
    assert prediction.grad is not None
    assert (prediction.grad == 0).all()
