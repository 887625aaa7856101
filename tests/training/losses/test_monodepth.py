"""The losses of learning depth from stereo pairs: warping, and each term, against plain versions."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

from howfar.io.pictures import read_rgb
from howfar.training.losses.monodepth import (
    MonodepthLoss,
    appearance_loss,
    consistency_loss,
    dissimilarity,
    moved,
    smoothness_loss,
)


def pictures(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("pixels", [0.0, 1.0, 2.5, -3.25], ids=["still", "one pixel", "between pixels", "to the left"])
def test_values_are_moved_as_numpy_interpolates_them(pixels: float) -> None:
    values = pictures(2, 3, 4, 12)
    given = moved(values, torch.full((2, 1, 4, 12), pixels / 12))
    places = np.clip(np.arange(12) + pixels, 0, 11)
    for row in range(4):
        expected = np.interp(places, np.arange(12), values[1, 2, row].numpy())
        np.testing.assert_allclose(given[1, 2, row], expected, atol=1e-5)


def test_each_pixel_is_moved_by_its_own_shift() -> None:
    values = torch.arange(8.0).view(1, 1, 1, 8)
    shift = torch.tensor([0.0, 1, 2, -1, 0, 0, 0.5, 5]).view(1, 1, 1, 8) / 8
    np.testing.assert_allclose(moved(values, shift)[0, 0, 0], [0, 2, 4, 2, 4, 5, 6.5, 7], atol=1e-5)


def test_a_shift_has_a_gradient() -> None:
    shift = torch.full((1, 1, 1, 8), 0.05, requires_grad=True)
    moved(torch.arange(8.0).view(1, 1, 1, 8), shift).sum().backward()
    assert shift.grad is not None
    np.testing.assert_allclose(shift.grad[0, 0, 0, :6], 8.0, rtol=1e-4)  # one a pixel


@pytest.mark.slow
def test_the_true_disparity_of_a_rendered_pair_gives_the_left_hand_picture_back(tmp_path: Path) -> None:
    pytest.importorskip("embreex")
    from howfar.synth.scenes import render_scene
    from howfar.synth.spec import SynthSpec

    spec = SynthSpec(3, "streets", 240, 160, 0.3)
    render_scene(spec, tmp_path, 1)
    left, right = (read_rgb(tmp_path / folder / "000001.png") for folder in ("image_2", "image_3"))
    counts = cv2.imread(str(tmp_path / "disparity" / "000001.png"), cv2.IMREAD_UNCHANGED)
    hidden = cv2.imread(str(tmp_path / "hidden" / "000001.png"), cv2.IMREAD_UNCHANGED) > 0
    assert counts is not None
    disparity = torch.from_numpy(counts.astype(np.float32) / 256)[None, None]
    eyes = [torch.tensor(eye).permute(2, 0, 1)[None].float() / 255 for eye in (left, right)]
    rebuilt = moved(eyes[1], -disparity / left.shape[1])
    error = (eyes[0] - rebuilt).abs().mean(dim=1)[0].numpy()
    seen = ~hidden & (counts > 0)
    assert seen.mean() > 0.3
    still = (eyes[0] - eyes[1]).abs().mean(dim=1)[0].numpy()
    # Noise of the cameras and edges between pixels are left.
    assert np.median(error[seen]) < 0.02
    assert error[seen].mean() < 0.4 * still[seen].mean()


def plain_dissimilarity(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    height, width = first.shape
    result = np.empty((height - 2, width - 2))
    for y in range(height - 2):
        for x in range(width - 2):
            a, b = first[y : y + 3, x : x + 3], second[y : y + 3, x : x + 3]
            covariance = ((a - a.mean()) * (b - b.mean())).mean()
            ssim = (2 * a.mean() * b.mean() + 1e-4) * (2 * covariance + 9e-4)
            ssim /= (a.mean() ** 2 + b.mean() ** 2 + 1e-4) * (a.var() + b.var() + 9e-4)
            result[y, x] = np.clip((1 - ssim) / 2, 0, 1)
    return result


def test_dissimilarity_is_that_of_windows_of_three_by_three() -> None:
    first, second = pictures(2, 3, 7, 9), pictures(2, 3, 7, 9, seed=1)
    given = dissimilarity(first, second)
    np.testing.assert_allclose(given[1, 2], plain_dissimilarity(first[1, 2].numpy(), second[1, 2].numpy()), atol=1e-5)
    np.testing.assert_allclose(dissimilarity(first, first), 0, atol=1e-5)


def test_appearance_is_the_papers_share_of_both() -> None:
    first, second = pictures(1, 3, 6, 8), pictures(1, 3, 6, 8, seed=1)
    expected = 0.85 * dissimilarity(first, second).mean() + 0.15 * (first - second).abs().mean()
    assert appearance_loss(first, second).item() == pytest.approx(expected.item())


def test_smoothness_by_hand() -> None:
    disparity = torch.tensor([[0.1, 0.1, 0.3], [0.1, 0.1, 0.3]]).view(1, 1, 2, 3)
    even = torch.zeros(1, 3, 2, 3)
    edge = even.clone()
    edge[..., 2] = torch.tensor([1.0, 0.5, 0.0]).view(1, 3, 1)  # half a step, mean over the channels
    assert smoothness_loss(disparity, even).item() == pytest.approx(0.2 / 2)
    assert smoothness_loss(disparity, edge).item() == pytest.approx(0.2 / 2 * np.exp(-0.5))


def test_disparities_that_agree_are_consistent() -> None:
    even = torch.full((1, 1, 3, 10), 0.2)
    one = torch.ones(1, 1, 1, 1)
    assert consistency_loss(even, even, one).item() == pytest.approx(0, abs=1e-7)
    assert consistency_loss(even, even + 0.1, one).item() == pytest.approx(0.2)


def test_consistency_looks_where_the_other_picture_has_the_point() -> None:
    width = 10
    left, right = torch.zeros(1, 1, 1, width), torch.zeros(1, 1, 1, width)
    left[..., 6], right[..., 4] = 2 / width, 2 / width  # one point, two pixels further left in the right-hand picture
    one = torch.ones(1, 1, 1, 1)
    # The point agrees with itself; what looks at the other's place of 0 disparity from beside it is off at 4 and at 6.
    assert consistency_loss(left, right, one).item() == pytest.approx(2 * (2 / width) / width)


def test_the_loss_is_the_weighted_sum_over_the_scales() -> None:
    left, right = pictures(2, 3, 16, 32), pictures(2, 3, 16, 32, seed=1)
    disparities = [0.1 * pictures(2, 2, 16, 32, seed=2), 0.1 * pictures(2, 2, 8, 16, seed=3)]
    given = MonodepthLoss(1.0, 0.1, 1.0)(disparities, left, right, torch.ones(2))
    appearance = smoothness = consistency = 0.0
    for level, each in enumerate(disparities):
        small = [torch.nn.functional.avg_pool2d(eye, 2**level) for eye in (left, right)]
        d_left, d_right = each[:, :1], each[:, 1:]
        appearance += appearance_loss(small[0], moved(small[1], -d_left)).item()
        appearance += appearance_loss(small[1], moved(small[0], d_right)).item()
        smoothness += (smoothness_loss(d_left, small[0]) + smoothness_loss(d_right, small[1])).item() / 2**level
        consistency += consistency_loss(d_left, d_right, torch.ones(2, 1, 1, 1)).item()
    assert given["appearance"].item() == pytest.approx(appearance, rel=1e-5)
    assert given["smoothness"].item() == pytest.approx(smoothness, rel=1e-5)
    assert given["consistency"].item() == pytest.approx(consistency, rel=1e-5)
    assert given["loss"].item() == pytest.approx(appearance + 0.1 * smoothness + consistency, rel=1e-5)


def test_the_true_disparities_have_the_smallest_loss() -> None:
    wide = cv2.GaussianBlur(np.random.default_rng(0).uniform(size=(24, 80, 3)).astype(np.float32), (0, 0), 1.5)
    wide = (wide - wide.min()) / np.ptp(wide)
    right = torch.from_numpy(wide[:, 4:68]).permute(2, 0, 1)[None].contiguous()
    left = torch.from_numpy(wide[:, :64]).permute(2, 0, 1)[None].contiguous()  # what lies at x here lies at x − 4 there

    def loss(pixels: float, baseline: float = 1.0) -> float:
        disparity = torch.full((1, 2, 24, 64), pixels / 64)
        return MonodepthLoss()([disparity], left, right, torch.tensor([baseline]))["loss"].item()

    assert loss(4) < 0.1 * min(loss(0), loss(2), loss(7))
    # With half of the baseline that is learned, the network is to say what it would say of the whole one.
    assert loss(8, baseline=0.5) == pytest.approx(loss(4), rel=1e-4)


def test_bfloat16_costs_no_accuracy_in_the_warping() -> None:
    left, right = pictures(1, 3, 16, 32), pictures(1, 3, 16, 32, seed=1)
    coarse = (0.1 * pictures(1, 2, 16, 32, seed=2)).bfloat16()
    loss = MonodepthLoss()
    exact = loss([coarse.float()], left, right, torch.ones(1))["loss"]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert loss([coarse], left, right, torch.ones(1))["loss"].item() == pytest.approx(exact.item(), rel=1e-6)
