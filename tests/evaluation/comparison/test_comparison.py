"""Networks of known answers, laid over one yardstick."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from skimage.metrics import structural_similarity

from howfar.errors import SettingError
from howfar.evaluation.comparison.comparison import (
    LEAST_TIMED,
    TRUTH,
    ComparisonOptions,
    ComparisonResult,
    compare_networks,
    gather,
    nearness,
)
from howfar.evaluation.comparison.hard_surfaces import SurfaceMasks
from howfar.evaluation.depth.boundaries import boundary_compute
from howfar.evaluation.depth.metrics import depth_compute
from howfar.evaluation.depth.protocols import full_protocol
from howfar.scene import DepthMap
from tests.evaluation.comparison.compared import AFFINE, FLAT, HALF, INVERSE, RIGHT, room, without_truth
from tests.evaluation.predictors import Predictor

WITH_TRUTH, WITHOUT = ComparisonOptions(has_truth=True), ComparisonOptions(has_truth=False)


def compared(networks: dict[str, Predictor], options: ComparisonOptions) -> ComparisonResult:
    samples = [room()] if options.has_truth else [without_truth(room())]
    return gather(compare_networks(samples, networks, options), options)


def rel(result: ComparisonResult, name: str) -> float:
    return depth_compute(result.sums[name].depth).rel


@pytest.mark.parametrize(
    ("network", "options", "fit", "expected"),
    [
        pytest.param(RIGHT, WITH_TRUTH, "none", 0.0, id="metres that are right"),
        pytest.param(HALF, WITH_TRUTH, "none", 0.5, id="metres that are half of it stay half of it"),
        pytest.param(
            HALF, ComparisonOptions(True, alignment="median"), "median", 0.0, id="unless they are to be aligned"
        ),
        pytest.param(INVERSE, WITH_TRUTH, "least-squares", 0.0, id="inverse depth up to scale and shift"),
        pytest.param(AFFINE, WITH_TRUTH, "least-squares", 0.0, id="depth up to scale and shift"),
    ],
)
def test_against_the_truth(network: Predictor, options: ComparisonOptions, fit: str, expected: float) -> None:
    result = compared({"a": network}, options)
    assert (result.yardstick, result.is_metric, result.pictures) == (TRUTH, True, 1)
    assert result.fit_of("a") == fit
    assert rel(result, "a") == pytest.approx(expected, abs=1e-3)
    assert result.sums["a"].depth.coverage == 1.0


def test_outlines_are_compared_with_true_ones_alone() -> None:
    networks = {"right": RIGHT, "flat": FLAT}
    scores = {name: boundary_compute(sums.boundaries).f1 for name, sums in compared(networks, WITH_TRUTH).sums.items()}
    assert scores["right"] == 1.0
    assert scores["flat"] == 0.0
    assert compared(networks, WITHOUT).sums["flat"].boundaries.images == 0


def test_without_a_truth_the_first_network_in_metres_is_the_yardstick() -> None:
    result = compared({"inverse": INVERSE, "half": HALF, "right": RIGHT}, WITHOUT)
    assert (result.yardstick, result.is_metric) == ("half", True)
    assert [rel(result, name) for name in result.sums] == pytest.approx([0.0, 0.0, 1.0], abs=1e-3)


def test_without_any_metres_each_is_on_its_own_scale_and_no_metres_are_made_up() -> None:
    again = Predictor(lambda image: 1 + 9 * INVERSE.of_picture(image), "relative_inverse")
    result = compared({"inverse": INVERSE, "again": again}, WITHOUT)
    assert (result.yardstick, result.is_metric) == ("inverse", False)
    assert np.isnan(rel(result, "again"))
    assert result.sums["again"].ssims == pytest.approx((1.0,), abs=1e-3)


def test_ssim_is_scikit_images_of_both_maps_over_the_yardsticks_range() -> None:
    result = compared({"half": HALF}, WITH_TRUTH)
    truth = room().depth_m.astype(np.float64)
    low, high = truth.min(), truth.max()
    eight = [
        np.clip(np.rint((depth - low) / (high - low) * 255), 0, 255).astype(np.uint8) for depth in (truth / 2, truth)
    ]
    assert result.sums["half"].ssims[0] == pytest.approx(structural_similarity(*eight, data_range=255), abs=1e-3)


def test_what_lies_beyond_the_cap_is_not_compared() -> None:
    result = compared({"half": HALF}, ComparisonOptions(True, full_protocol(3.0)))
    assert result.sums["half"].depth.pixels == room().depth_m.size // 2


def test_glass_and_mirrors_are_told_apart_from_the_rest(tmp_path: Path) -> None:
    instances = np.zeros((24, 32), dtype=np.uint16)
    instances[:, :8], instances[:5, 20:] = 1, 2
    (tmp_path / "instances").mkdir()
    Image.fromarray(instances).save(tmp_path / "instances" / "room.png")
    things = [{"image_id": 0, "category_id": number, "instance": number} for number in (1, 2)]
    table = {
        "images": [{"id": 0, "file_name": "room"}],
        "categories": [{"id": 1, "name": "window"}, {"id": 2, "name": "mirror"}],
        "annotations": things,
    }
    (tmp_path / "a.json").write_text(json.dumps(table))
    options = ComparisonOptions(True, surfaces=SurfaceMasks(tmp_path, tmp_path / "a.json"))

    def half_on_the_left(image: np.ndarray) -> np.ndarray:
        depth = RIGHT.of_picture(image).copy()
        depth[:, :8] /= 2
        return depth

    surfaces = compared({"a": Predictor(half_on_the_left)}, options).sums["a"].surfaces
    assert {name: sums.inside.pixels for name, sums in surfaces.items()} == {"glass": 24 * 8, "mirrors": 5 * 12}
    assert depth_compute(surfaces["glass"].inside).rel == pytest.approx(0.5)
    assert depth_compute(surfaces["glass"].elsewhere).rel == 0.0
    assert depth_compute(surfaces["mirrors"].inside).rel == 0.0
    assert depth_compute(surfaces["mirrors"].elsewhere, "pixels").rel == pytest.approx(0.5 * 24 * 8 / (24 * 32 - 60))


@pytest.mark.parametrize(("pictures", "looks"), [(1, 5), (2, 6), (7, 7)])
def test_few_pictures_are_looked_at_several_times_for_the_time(pictures: int, looks: int) -> None:
    network = Predictor(RIGHT.of_picture)
    samples = [room(str(number)) for number in range(pictures)]
    result = gather(compare_networks(samples, {"a": network}, WITH_TRUTH), WITH_TRUTH)
    assert len(result.sums["a"].times_s) == looks >= LEAST_TIMED
    assert len(network.seen) == looks + 1  # the first look does not count
    assert result.sums["a"].depth.images == len(result.sums["a"].ssims) == pictures


def test_pictures_add_up() -> None:
    samples = [room("a"), room("b")]
    result = gather(compare_networks(samples, {"half": HALF, "right": RIGHT}, WITH_TRUTH), WITH_TRUTH)
    assert result.pictures == 2
    assert result.sums["half"].boundaries.images == 2
    assert rel(result, "half") == pytest.approx(0.5)


def test_no_picture_is_refused() -> None:
    with pytest.raises(SettingError, match="There is no picture"):
        gather(compare_networks([], {"a": RIGHT}, WITH_TRUTH), WITH_TRUTH)


@given(scale=st.floats(0.1, 10), shift=st.floats(-5, 5))
def test_nearness_forgets_scale_and_shift(scale: float, shift: float) -> None:
    values = RIGHT.of_picture(room().image)
    plain = nearness(DepthMap(values, "relative_depth"), 32, 24)
    moved = nearness(DepthMap(values * np.float32(scale) + np.float32(shift), "relative_depth"), 32, 24)
    assert moved == pytest.approx(plain, abs=1e-3)


@pytest.mark.parametrize(
    ("kind", "sign"),
    [
        pytest.param("relative_inverse", 1, id="a larger inverse depth is nearer"),
        pytest.param("relative_depth", -1, id="a larger depth is farther"),
    ],
)
def test_near_is_large(kind, sign: int) -> None:
    values = np.array([[1.0, 2.0, 3.0, 4.0, 10.0]], dtype=np.float32)
    # The median is 3 and the mean deviation (2 + 1 + 0 + 1 + 7) / 5 = 2.2.
    expected = sign * np.array([[-2, -1, 0, 1, 7]]) / 2.2
    assert nearness(DepthMap(values, kind), 5, 1) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([[2.0, 2.0]], [[0.0, 0.0]], id="a flat map is 0 everywhere"),
        pytest.param([[np.nan, np.nan]], [[np.nan, np.nan]], id="an unknown one stays unknown"),
    ],
)
def test_nearness_of_maps_without_a_spread(values: list[list[float]], expected: list[list[float]]) -> None:
    depth_map = DepthMap(np.array(values, dtype=np.float32), "relative_depth")
    assert nearness(depth_map, 2, 1) == pytest.approx(np.array(expected), nan_ok=True)
