"""Structural similarity of maps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.metrics import structural_similarity

from howfar.errors import MissingExtraError, SettingError
from howfar.evaluation.rectangles import Rectangle
from howfar.evaluation.ssim.metric import compare_maps, to_8bit, worst_regions

RANDOM = np.random.default_rng(0)
TRUTH = np.cumsum(RANDOM.normal(size=(40, 60)), axis=1).astype(np.float32)
PREDICTION = (TRUTH + RANDOM.normal(scale=0.5, size=TRUTH.shape)).astype(np.float32)


def spread(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """A plain 8-bit map."""
    return np.clip(np.rint((values.astype(np.float64) - low) / (high - low) * 255), 0, 255).astype(np.uint8)


def test_each_map_over_its_own_range_is_scikit_images_score() -> None:
    truth = spread(TRUTH, TRUTH.min(), TRUTH.max())
    predicted = spread(2 * PREDICTION, 2 * PREDICTION.min(), 2 * PREDICTION.max())
    score, local = structural_similarity(predicted, truth, full=True, data_range=255)
    result = compare_maps(2 * PREDICTION, TRUTH)
    assert result.score == score
    assert (result.local == local).all()
    assert (result.truth == truth).all()
    assert (result.prediction == predicted).all()


def test_both_maps_over_the_truths_range_are_scikit_images_score() -> None:
    low, high = TRUTH.min(), TRUTH.max()
    score = structural_similarity(spread(PREDICTION + 2, low, high), spread(TRUTH, low, high), data_range=255)
    assert compare_maps(PREDICTION + 2, TRUTH, scale="shared").score == score


@pytest.mark.parametrize("scale", ["each", "shared"])
def test_equal_maps_are_wholly_alike(scale) -> None:
    result = compare_maps(TRUTH, TRUTH, scale=scale)
    assert result.score == pytest.approx(1.0)
    assert result.regions == ()


@given(factor=st.floats(0.5, 2), shift=st.floats(-3, 3))
def test_each_forgives_scale_and_shift(factor: float, shift: float) -> None:
    moved = (TRUTH * factor + shift).astype(np.float32)
    assert compare_maps(moved, TRUTH).score == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(
    ("moved", "alignment"),
    [
        pytest.param(3 * PREDICTION + 5, "least-squares", id="scale and shift by least squares"),
        pytest.param(0.25 * (PREDICTION + 100), "median", id="scale by the median"),
    ],
)
def test_alignment_forgives_them_over_a_shared_range(moved: np.ndarray, alignment) -> None:
    truth = TRUTH + 100 if alignment == "median" else TRUTH
    aligned = compare_maps(moved, truth, scale="shared", alignment=alignment)
    assert aligned.score > 0.8
    assert aligned.score > compare_maps(moved, truth, scale="shared").score + 0.2


@pytest.mark.parametrize("map_with_holes", ["prediction", "truth"])
def test_what_is_unknown_in_either_does_not_count(map_with_holes: str) -> None:
    maps = {"prediction": PREDICTION.copy(), "truth": TRUTH.copy()}
    maps[map_with_holes][:, 30:] = np.nan
    maps["prediction" if map_with_holes == "truth" else "truth"][:, 30:] = 1e6
    result = compare_maps(maps["prediction"], maps["truth"])
    # Away from the seam it is as if the left halves alone were compared.
    halves = [half[:, :30] for half in (PREDICTION, TRUTH)]
    eight = [spread(half, half.min(), half.max()) for half in halves]
    _, local = structural_similarity(*eight, full=True, data_range=255)
    assert result.local[:, :26] == pytest.approx(local[:, :26])
    assert result.score == pytest.approx(result.local[3:-3, 3:30].mean())
    assert result.known.mean() == 0.5


def test_where_nothing_is_known_there_is_no_score() -> None:
    result = compare_maps(np.full_like(TRUTH, np.nan), TRUTH)
    assert np.isnan(result.score)
    assert result.regions == ()


def test_a_prediction_of_another_size_is_resized_to_the_truths() -> None:
    half = TRUTH.reshape(20, 2, 30, 2).mean(axis=(1, 3))
    result = compare_maps(half, TRUTH)
    assert result.prediction.shape == TRUTH.shape
    assert result.score > 0.5


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([2.0, 4.0, 6.0], [0, 128, 255], id="spread over the range, rounded"),
        pytest.param([1.0, 7.0, 4.0], [0, 255, 128], id="beyond the range is its end"),
        pytest.param([np.nan, 4.0, np.inf], [0, 128, 0], id="unknown is 0"),
    ],
)
def test_eight_bits(values: list[float], expected: list[int]) -> None:
    reference = np.array([[2.0, 6.0, 6.0]], dtype=np.float32)
    known = np.ones((1, 3), dtype=bool)
    assert to_8bit(np.array([values], dtype=np.float32), known, reference).tolist() == [expected]


def test_a_constant_map_is_black() -> None:
    flat = np.full((2, 3), 5.0, dtype=np.float32)
    assert (to_8bit(flat, np.ones((2, 3), dtype=bool), flat) == 0).all()


def bad_spots() -> np.ndarray:
    """All alike but for a large bad spot and a small one."""
    local = np.ones((120, 160))
    local[20:50, 30:70] = 0.1
    local[90:100, 120:130] = 0.0
    return local


def test_boxes_go_round_the_worst_regions_worst_first() -> None:
    everywhere = np.ones((120, 160), dtype=bool)
    boxes = worst_regions(bad_spots(), everywhere)
    assert len(boxes) == 2
    for box, expected in zip(boxes, (Rectangle(30, 20, 70, 50), Rectangle(120, 90, 130, 100)), strict=True):
        corners = np.array([box.x1 - expected.x1, box.y1 - expected.y1, box.x2 - expected.x2, box.y2 - expected.y2])
        assert (np.abs(corners) <= 4).all()
    assert worst_regions(bad_spots(), everywhere, most=1) == boxes[:1]


def test_no_box_goes_round_what_is_unknown() -> None:
    known = np.ones((120, 160), dtype=bool)
    known[10:60, 20:80] = False
    (box,) = worst_regions(bad_spots(), known)
    assert box.x1 > 100


@pytest.mark.parametrize(
    ("prediction", "truth", "settings", "says"),
    [
        pytest.param(PREDICTION, TRUTH, {"scale": "none"}, "'none'", id="an unknown scale"),
        pytest.param(PREDICTION, TRUTH, {"alignment": "mean"}, "'mean'", id="an unknown alignment"),
        pytest.param(PREDICTION[:20], TRUTH, {}, "another aspect ratio", id="maps of different shapes"),
        pytest.param(PREDICTION[:6, :6], TRUTH[:6, :6], {}, "has 6×6", id="maps smaller than the window"),
    ],
)
def test_what_cannot_be_compared_is_refused(prediction, truth, settings, says: str) -> None:
    with pytest.raises(SettingError, match=says):
        compare_maps(prediction, truth, **settings)


@pytest.mark.usefixtures("without_skimage")
def test_without_scikit_image_the_extra_is_named() -> None:
    with pytest.raises(MissingExtraError, match=r"howfar\[eval\]"):
        compare_maps(PREDICTION, TRUTH)
