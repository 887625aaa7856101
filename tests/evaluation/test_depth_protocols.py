"""The named protocols: what they cut, resize, clip and compare."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from howfar.datasets import NYU_CAMERA, DepthSample, NyuDepthV2
from howfar.errors import SettingError
from howfar.evaluation.depth_protocols import (
    NYU_EIGEN,
    as_predicted,
    crop_window,
    cropped,
    evaluate_depth,
    find_protocol,
)
from howfar.evaluation.windows import Window
from howfar.models import open_depth_network

from ..models.onnx_files import mean_depth

CARD = f'kind = "metres"\nfocal_px = {NYU_CAMERA.resized(64, 48).focal_px}'
"""For the training camera this network's depth is the picture's grey level over 10."""


def grey_sample(grey: int = 20, truth_m: float = 2.0) -> DepthSample:
    return DepthSample(
        "grey",
        np.full((480, 640, 3), grey, dtype=np.uint8),
        np.full((480, 640), truth_m, dtype=np.float32),
        NYU_CAMERA,
    )


def test_nyu_eigen_is_known_by_name_with_the_window_and_cap_of_the_paper() -> None:
    assert find_protocol("nyu-eigen") is NYU_EIGEN
    assert (NYU_EIGEN.window.y1, NYU_EIGEN.window.y2, NYU_EIGEN.window.x1, NYU_EIGEN.window.x2) == (45, 471, 41, 601)
    assert (NYU_EIGEN.least_m, NYU_EIGEN.most_m, NYU_EIGEN.average) == (0.1, 10.0, "images")


def test_an_unknown_protocol_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SettingError, match="'kitti'; there are nyu-eigen"):
        find_protocol("kitti")


@pytest.mark.parametrize("crop", ["full", "portrait", "square", "wide"])
def test_a_right_network_has_no_error_whatever_the_crop(tmp_path: Path, crop) -> None:
    network = open_depth_network(mean_depth(tmp_path, 'kind = "metres"'))
    result = evaluate_depth([grey_sample(20, 2.0), grey_sample(40, 4.0)], network, crop=crop)
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
    cut = crop_window(NYU_EIGEN, crop)
    camera = NYU_CAMERA.cropped(cut.x1, cut.y1, cut.x2, cut.y2)
    magnified = camera.resized(*input_px).focal_px / NYU_CAMERA.resized(64, 48).focal_px
    result = evaluate_depth([grey_sample(20, 2.0)], open_depth_network(mean_depth(tmp_path, CARD)), crop=crop)
    assert result.errors().rel == pytest.approx(magnified - 1, abs=1e-5)


@pytest.mark.parametrize(
    ("grey", "truth_m", "rel"),
    [
        pytest.param(20, 4.0, 0.5, id="half the depth: half an error"),
        pytest.param(250, 5.0, 1.0, id="25 m are lowered to the cap of 10"),
        pytest.param(0, 5.0, float("nan"), id="a depth of zero is unknown and is not raised to the cap"),
    ],
)
def test_the_error_follows_from_the_clipped_prediction(tmp_path: Path, grey: int, truth_m: float, rel: float) -> None:
    network = open_depth_network(mean_depth(tmp_path, CARD))
    result = evaluate_depth([grey_sample(grey, truth_m)], network)
    assert result.errors().rel == pytest.approx(rel, rel=1e-4, nan_ok=True)


def test_what_lies_outside_the_window_is_not_compared(tmp_path: Path) -> None:
    sample = grey_sample(20, 2.0)
    framed = np.full_like(sample.depth_m, 9.0)
    NYU_EIGEN.window.of(framed)[:] = 2.0
    network = open_depth_network(mean_depth(tmp_path, CARD))
    result = evaluate_depth([replace(sample, depth_m=framed)], network)
    assert result.errors().rel == pytest.approx(0.0, abs=1e-5)
    assert result.sums.pixels == 426 * 560


def test_the_output_is_resized_bilinearly_with_pixel_centres_aligned() -> None:
    wide = as_predicted(np.array([[1.0, 3.0]], dtype=np.float32), NYU_EIGEN, Window(0, 0, 4, 1))
    assert wide.tolist() == [[1.0, 1.5, 2.5, 3.0]]


def test_an_unknown_depth_stays_unknown_and_others_are_clipped() -> None:
    metres = np.array([[np.nan, 0.01, 50.0]], dtype=np.float32)
    assert as_predicted(metres, NYU_EIGEN, Window(0, 0, 3, 1)) == pytest.approx(
        np.array([[np.nan, 0.1, 10.0]]), nan_ok=True
    )


def test_a_crop_takes_picture_depth_and_camera_along() -> None:
    sample = grey_sample()
    sample.image[100, 200] = 255
    sample.depth_m[100, 200] = 7.0
    part = cropped(sample, crop_window(NYU_EIGEN, "portrait"))
    assert part.image.shape == (480, 360, 3)
    assert part.image[100, 60].tolist() == [255, 255, 255]
    assert part.depth_m[100, 60] == 7.0
    assert part.camera.ray(60, 100) == pytest.approx(sample.camera.ray(200, 100))
    assert (part.camera.width_px, part.camera.height_px) == (360, 480)


def test_pictures_of_another_size_are_refused(tmp_path: Path) -> None:
    sample = grey_sample()
    small = DepthSample("small", sample.image[::2, ::2], sample.depth_m[::2, ::2], sample.camera.resized(320, 240))
    with pytest.raises(SettingError, match="640×480 pixels, and small has 320×240"):
        evaluate_depth([small], open_depth_network(mean_depth(tmp_path, CARD)))


def test_a_relative_network_is_refused(tmp_path: Path) -> None:
    network = open_depth_network(mean_depth(tmp_path, 'kind = "relative_inverse"'))
    with pytest.raises(SettingError, match="relative"):
        evaluate_depth([grey_sample()], network)


def test_the_embedded_network_on_a_few_pictures_of_nyu(shared: Path) -> None:
    samples = NyuDepthV2(shared / "data" / "nyu_depth_v2").split("test")[::82]
    result = evaluate_depth(samples, open_depth_network())
    assert result.images == 8
    assert result.sums.coverage == 1.0
    # On all 654 pictures it is 0.1828 and 0.7202.
    assert result.errors().rel == pytest.approx(0.177, abs=0.002)
    assert result.errors().delta1 == pytest.approx(0.704, abs=0.005)
