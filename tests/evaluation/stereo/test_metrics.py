"""The figures of stereo, against one pixel at a time."""

import math

import numpy as np
import pytest

from howfar.evaluation.stereo.metrics import StereoMetric


def pixel_by_pixel(estimates, sds, truths) -> dict[str, float]:
    known = [(e, s, t) for e, s, t in zip(estimates, sds, truths, strict=True) if not math.isnan(t)]
    given = [(abs(e - t), s, t) for e, s, t in known if not math.isnan(e)]
    stated = [(error, s) for error, s, _ in given if not math.isnan(s)]
    count = len(given)
    return {
        "d1": sum(error > 3 and error > 0.05 * t for error, _, t in given) / count,
        "bad1": sum(error > 1 for error, _, _ in given) / count,
        "bad2": sum(error > 2 for error, _, _ in given) / count,
        "bad4": sum(error > 4 for error, _, _ in given) / count,
        "epe_px": sum(error for error, _, _ in given) / count,
        "coverage": count / len(known),
        "within80": sum(error <= 1.2816 * s for error, s in stated) / len(stated),
        "pixels": len(known),
    }


def scene(seed: int, size: int = 500) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truths = rng.uniform(1, 150, size)
    estimates = truths + rng.normal(scale=4, size=size)
    sds = rng.uniform(0.5, 6, size)
    for values, share in ((truths, 0.2), (estimates, 0.3), (sds, 0.4)):
        values[rng.uniform(size=size) < share] = np.nan
    return estimates, sds, truths


def test_each_figure_is_what_it_says() -> None:
    metric = StereoMetric()
    metric.update(*scene(0))
    found = metric.compute()
    for name, value in pixel_by_pixel(*scene(0)).items():
        assert getattr(found, name) == pytest.approx(value), name


def test_pairs_that_are_counted_one_after_the_other_are_one_picture() -> None:
    parts, whole = StereoMetric(), StereoMetric()
    scenes = [scene(seed, size) for seed, size in ((1, 40), (2, 300))]
    for each in scenes:
        parts.update(*each)
    whole.update(*(np.concatenate(values) for values in zip(*scenes, strict=True)))
    assert parts.compute() == whole.compute()


@pytest.mark.parametrize(
    ("error", "truth", "is_wrong"),
    [
        pytest.param(3.0, 10, False, id="just 3 px"),
        pytest.param(3.1, 10, True, id="more than 3 px and 5 %"),
        pytest.param(4.0, 100, False, id="more than 3 px, less than 5 %"),
    ],
)
def test_d1_needs_both(error: float, truth: float, is_wrong: bool) -> None:
    metric = StereoMetric()
    metric.update(np.array([truth + error]), np.array([np.nan]), np.array([float(truth)]))
    assert metric.compute().d1 == is_wrong


def test_without_pixels_nothing_is_known() -> None:
    figures = StereoMetric().compute()
    assert figures.pixels == 0
    assert all(math.isnan(value) for value in (figures.d1, figures.epe_px, figures.coverage, figures.within80))
