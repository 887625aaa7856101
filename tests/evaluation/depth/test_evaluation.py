"""Measuring depth networks of known answers."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from howfar.datasets import NYU_CAMERA, DepthSample, NyuDepthV2
from howfar.errors import SettingError
from howfar.evaluation.depth.boundaries import boundary_compute
from howfar.evaluation.depth.evaluation import (
    BoundaryGrid,
    DepthOptions,
    as_compared,
    compare_depth,
    estimate_depth,
    evaluate_depth,
    shown,
)
from howfar.evaluation.depth.protocols import FULL, KITTI_GARG, NYU_EIGEN, NYU_HYBRID, crop_rectangle
from howfar.models import open_depth_network
from howfar.scene import Camera, DepthMap, Frame
from tests.evaluation.predictors import Predictor, noise_image, nyu_sample, red_tenths
from tests.models.onnx_files import mean_depth

CARD = f'kind = "metres"\nfocal_px = {NYU_CAMERA.resized(64, 48).focal_px}'
"""For the training camera this network's depth is the picture's grey level over 10."""


def grey_sample(grey: int = 20, truth_m: float = 2.0) -> DepthSample:
    return nyu_sample(truth_m, np.full((480, 640, 3), grey, dtype=np.uint8))


def bilinear(values: np.ndarray, width: int, height: int) -> np.ndarray:
    """Bilinear interpolation with corners not aligned: pixel i of n lies at the share (i + 0.5) / n."""
    for axis, count in enumerate((height, width)):
        size = values.shape[axis]
        places = np.clip((np.arange(count) + 0.5) * size / count - 0.5, 0, size - 1)
        below = np.minimum(places.astype(int), size - 2)
        share = (places - below).reshape((-1, 1) if axis == 0 else (1, -1))
        values = values.take(below, axis) * (1 - share) + values.take(below + 1, axis) * share
    return values


@pytest.mark.parametrize("crop", ["full", "portrait", "square", "wide"])
def test_a_right_network_has_no_error_whatever_the_crop(tmp_path: Path, crop) -> None:
    network = open_depth_network(mean_depth(tmp_path, 'kind = "metres"'))
    result = evaluate_depth([grey_sample(20, 2.0), grey_sample(40, 4.0)], network, DepthOptions(crop=crop))
    assert result.errors().rel == pytest.approx(0.0, abs=1e-6)
    assert result.errors().delta1 == 1.0
    assert result.sums.coverage == 1.0
    assert result.images == 2


@pytest.mark.parametrize(
    ("crop", "input_px"),
    [
        pytest.param("full", (64, 48), id="whole picture"),
        pytest.param("portrait", (48, 64), id="portrait"),
        pytest.param("square", (56, 56), id="square"),
    ],
)
def test_the_network_is_told_the_camera_of_what_it_sees(tmp_path: Path, crop, input_px: tuple[int, int]) -> None:
    cut = crop_rectangle(640, 480, crop)
    camera = NYU_CAMERA.cropped(cut.x1, cut.y1, cut.x2, cut.y2)
    magnified = camera.resized(*input_px).focal_px / NYU_CAMERA.resized(64, 48).focal_px
    network = open_depth_network(mean_depth(tmp_path, CARD))
    result = evaluate_depth([grey_sample(20, 2.0)], network, DepthOptions(crop=crop))
    assert result.errors().rel == pytest.approx(magnified - 1, abs=1e-5)


@pytest.mark.parametrize(
    ("grey", "truth_m", "rel"),
    [
        pytest.param(20, 4.0, 0.5, id="half the depth: half an error"),
        pytest.param(250, 5.0, 1.0, id="25 m are lowered to the cap of 10"),
        pytest.param(0, 5.0, float("nan"), id="a depth of zero is unknown and is not raised to the cap"),
        pytest.param(20, 10.0, float("nan"), id="a truth at the cap is not compared"),
    ],
)
def test_the_error_follows_from_the_clipped_prediction(tmp_path: Path, grey: int, truth_m: float, rel: float) -> None:
    network = open_depth_network(mean_depth(tmp_path, CARD))
    result = evaluate_depth([grey_sample(grey, truth_m)], network)
    assert result.errors().rel == pytest.approx(rel, rel=1e-4, nan_ok=True)


def test_what_lies_outside_the_window_is_not_compared() -> None:
    framed = np.full((480, 640), 9.0, dtype=np.float32)
    framed[45:471, 41:601] = 2.0
    result = evaluate_depth([nyu_sample(framed)], Predictor(lambda image: np.full((48, 64), 2.0)))
    assert result.errors().rel == 0.0
    assert result.sums.pixels == 426 * 560


def test_the_hybrid_networks_authors_procedure_step_by_step() -> None:
    image = noise_image()
    truth_m = np.random.default_rng(1).uniform(0.7, 9.9, (480, 640)).astype(np.float32)
    # Resized by taking every 1/0.55th pixel, the middle of it shown, at once and at that size.
    rows, columns = (np.arange(count) * 20 // 11 for count in (264, 352))
    fed = image[rows][:, columns][4:260, 16:336]
    predicted_m = bilinear(red_tenths(fed)[::2, ::2].astype(np.float64), 582, 466)
    true_m = truth_m[7:473, 29:611].astype(np.float64)
    network = Predictor(lambda picture: red_tenths(picture)[::2, ::2])
    result = evaluate_depth([nyu_sample(truth_m, image)], network, DepthOptions(NYU_HYBRID))
    assert (network.seen[0][0] == fed).all()
    errors = result.errors()
    assert errors.rel == pytest.approx((np.abs(predicted_m - true_m) / true_m).mean(), rel=1e-5)
    assert errors.rmse_m == pytest.approx(np.sqrt(((predicted_m - true_m) ** 2).mean()), rel=1e-5)
    assert errors.log10 == pytest.approx(np.abs(np.log10(predicted_m) - np.log10(true_m)).mean(), rel=1e-5)
    assert errors.delta1 == pytest.approx(
        (np.maximum(predicted_m / true_m, true_m / predicted_m) < 1.25).mean(), abs=1e-5
    )


def test_the_hybrid_protocols_view_comes_with_the_camera_that_would_have_taken_it() -> None:
    sample = nyu_sample(2.0)
    frame = shown(sample, NYU_HYBRID.window_of(640, 480), NYU_HYBRID)
    assert frame.image.shape == (256, 320, 3)
    camera = frame.camera
    assert camera is not None
    assert (camera.width_px, camera.height_px) == (320, 256)
    assert camera.focal_px == pytest.approx(0.55 * NYU_CAMERA.focal_px)
    # The same ray through the corner of what is shown, 16 pixels from the left of 352 and 4 from the top of 264.
    assert camera.ray(0, 0) == pytest.approx(NYU_CAMERA.ray(16 * 640 / 352, 4 * 480 / 264))


@pytest.mark.parametrize(
    ("output_m", "rel"),
    [
        pytest.param(25.0, 4.0, id="25 m stay 25 m"),
        pytest.param(0.0, 1.0, id="zero counts as zero"),
        pytest.param(-5.0, 2.0, id="so does what is below"),
    ],
)
def test_the_hybrid_protocol_does_not_clip(output_m: float, rel: float) -> None:
    network = Predictor(lambda picture: np.full((128, 160), output_m))
    result = evaluate_depth([nyu_sample(5.0)], network, DepthOptions(NYU_HYBRID))
    assert result.errors().rel == pytest.approx(rel)
    assert result.errors().log10 == pytest.approx(abs(np.log10(max(output_m, 1e-3) / 5)))
    assert result.sums.coverage == 1.0


def test_the_hybrid_protocol_refuses_a_crop_of_ones_own() -> None:
    with pytest.raises(SettingError, match="leave out the crop"):
        DepthOptions(NYU_HYBRID, crop="square")


def test_kitti_garg_compares_the_known_truth_below_80_m_in_the_window() -> None:
    truth_m = np.full((375, 1242), np.nan, dtype=np.float32)
    truth_m[160, 100] = 50.0
    truth_m[170, 100] = 81.0  # too far
    truth_m[150, 100] = 50.0  # above the window
    truth_m[160, 40] = 50.0  # left of it
    sample = DepthSample("street", np.zeros((375, 1242, 3), np.uint8), truth_m, Camera.from_focal(1242, 375, 721.5))
    result = evaluate_depth([sample], Predictor(lambda picture: np.full((10, 33), 500.0)), DepthOptions(KITTI_GARG))
    assert result.sums.pixels == 1
    assert result.errors().rel == pytest.approx((80 - 50) / 50)


@pytest.mark.parametrize("kind", ["relative_inverse", "relative_depth", "metres"])
def test_with_least_squares_a_network_need_not_know_scale_and_shift(kind) -> None:
    red = np.random.default_rng(2).integers(10, 80, (480, 640), dtype=np.uint8)
    sample = nyu_sample(red / 10, np.stack([red] * 3, axis=-1))

    def output(picture: np.ndarray) -> np.ndarray:
        depth = red_tenths(picture)
        return 7 / depth - 3 if kind == "relative_inverse" else 0.2 * depth + 1

    result = evaluate_depth([sample], Predictor(output, kind), DepthOptions(alignment="least-squares"))
    assert result.errors().rel == pytest.approx(0.0, abs=1e-3)


def test_a_relative_network_is_refused_without_alignment(tmp_path: Path) -> None:
    network = open_depth_network(mean_depth(tmp_path, 'kind = "relative_inverse"'))
    with pytest.raises(SettingError, match="relative"):
        evaluate_depth([grey_sample()], network)


def test_flip_is_the_mean_of_the_output_and_the_mirrored_pictures_mirrored_back() -> None:
    image, camera = noise_image()[:6, :8], Camera(8, 6, 10, 10, 3, 3)
    ramp = np.arange(8, dtype=np.float32)  # a network that errs to the right
    network = Predictor(lambda picture: red_tenths(picture) + ramp)
    flipped = estimate_depth(network, Frame(image, "noise", camera), flip=True)
    assert flipped.values == pytest.approx(red_tenths(image) + 3.5)
    (first, own), (second, mirrored) = network.seen
    assert (second == first[:, ::-1]).all()
    assert own == camera
    assert mirrored == replace(camera, cx_px=5)


def test_without_flip_the_network_runs_once() -> None:
    network = Predictor(red_tenths)
    estimate_depth(network, Frame(noise_image(), "noise", NYU_CAMERA))
    assert len(network.seen) == 1


def test_the_output_is_resized_bilinearly_with_pixel_centres_aligned() -> None:
    truth_m = np.ones((1, 4), dtype=np.float32)
    wide = as_compared(DepthMap(np.array([[1.0, 3.0]]), "metres"), truth_m, truth_m > 0, DepthOptions())
    assert wide.tolist() == [[1.0, 1.5, 2.5, 3.0]]


def test_an_unknown_depth_stays_unknown_and_others_are_clipped() -> None:
    output = DepthMap(np.array([[np.nan, 0.01, 50.0]]), "metres")
    truth_m = np.ones((1, 3), dtype=np.float32)
    assert as_compared(output, truth_m, truth_m > 0, DepthOptions()) == pytest.approx(
        np.array([[np.nan, 0.1, 10.0]]), nan_ok=True
    )


def test_a_comparison_holds_the_part_of_picture_and_truth_that_was_shown() -> None:
    sample = grey_sample()
    sample.image[100, 200] = 255
    sample.depth_m[100, 200] = 7.0
    network = Predictor(red_tenths)
    compared = compare_depth(sample, network, DepthOptions(crop="portrait"))
    assert compared.image.shape == (480, 360, 3)
    assert compared.image[100, 60].tolist() == [255, 255, 255]
    assert compared.truth_m[100, 60] == 7.0
    (_, camera) = network.seen[0]
    assert camera is not None
    assert camera.ray(60, 100) == pytest.approx(sample.camera.ray(200, 100))
    assert compared.valid.sum() == 426 * 360


def test_each_picture_has_its_own_score_in_order() -> None:
    samples = [grey_sample(20, 4.0), grey_sample(20, 2.0), grey_sample(0, 2.0)]
    result = evaluate_depth(samples, Predictor(red_tenths))
    assert [score.index for score in result.scores] == [0, 1, 2]
    assert [score.errors.rel for score in result.scores] == pytest.approx([0.5, 0.0, np.nan], nan_ok=True)


def test_pictures_of_another_size_are_refused() -> None:
    sample = grey_sample()
    small = DepthSample("small", sample.image[::2, ::2], sample.depth_m[::2, ::2], sample.camera.resized(320, 240))
    with pytest.raises(SettingError, match="640×480 pixels, and small has 320×240"):
        evaluate_depth([small], Predictor(red_tenths))


def test_the_embedded_network_on_a_few_pictures_of_nyu(shared: Path) -> None:
    samples = NyuDepthV2(shared / "data" / "nyu_depth_v2").split("test")[::82]
    result = evaluate_depth(samples, open_depth_network(), DepthOptions(NYU_EIGEN))
    assert result.images == 8
    assert result.sums.coverage == 1.0
    # On all 654 pictures it is 0.1484 and 0.7949.
    assert result.errors().rel == pytest.approx(0.109, abs=0.002)
    assert result.errors().delta1 == pytest.approx(0.838, abs=0.005)


def test_boundaries_are_measured_where_they_are_asked_for() -> None:
    truth_m = np.full((480, 640), 2.0, dtype=np.float32)
    truth_m[:, 300:] = 3.0
    sharp, blurred = Predictor(lambda _: truth_m), Predictor(lambda _: truth_m[20::40, 20::40])
    samples = [nyu_sample(truth_m)]
    assert evaluate_depth(samples, sharp).boundaries is None

    def f1(network: Predictor, boundaries: BoundaryGrid) -> float:
        sums = evaluate_depth(samples, network, DepthOptions(boundaries=boundaries)).boundaries
        assert sums is not None
        return boundary_compute(sums).f1

    assert [f1(network, "picture") for network in (sharp, blurred)] == [1.0, 0.0]
    # On its own cells a coarse map is as sharp as it can be.
    assert [f1(network, "network") for network in (sharp, blurred)] == [1.0, 1.0]


def test_full_measures_pictures_of_any_size() -> None:
    camera = Camera.from_focal(50, 30, 40.0)
    depth_m = np.full((30, 50), 70.0, dtype=np.float32)
    sample = DepthSample("small", np.zeros((30, 50, 3), np.uint8), depth_m, camera)
    result = evaluate_depth([sample], Predictor(lambda _: np.full((3, 5), 35.0)), DepthOptions(FULL))
    assert result.errors().rel == pytest.approx(0.5)
    assert result.sums.pixels == 1500


def test_another_size_than_the_protocols_is_refused_with_one_that_takes_it() -> None:
    sample = DepthSample("small", np.zeros((3, 4, 3), np.uint8), np.ones((3, 4), np.float32), Camera.assumed(4, 3))
    with pytest.raises(SettingError, match="small has 4×3: choose the protocol full, which takes any size"):
        evaluate_depth([sample], Predictor(lambda _: np.ones((3, 4))))
