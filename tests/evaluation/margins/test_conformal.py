"""Margins that hold in new places."""

import math

import numpy as np
import pytest

from howfar.errors import SettingError
from howfar.evaluation.margins.conformal import (
    LEAST_FACTOR,
    SHARE,
    Errors,
    domain_margin,
    is_enough,
    left_out,
    place_quantile,
    spread_of,
)
from howfar.scene.margins import INTERVAL_SDS


def errors(log_errors, own=0.0, depth_m=3.0, places=None) -> Errors:
    """Errors of objects of ten places, one after the other, if no others are named."""
    logs = np.asarray(log_errors, dtype=np.float64)
    named = np.array([f"place {index % 10}" for index in range(len(logs))]) if places is None else np.array(places)
    return Errors(logs, np.full(len(logs), own), np.broadcast_to(depth_m, logs.shape).astype(np.float64), named)


def drawn(seed: int, places: int, objects: int, between: float, within: float) -> Errors:
    """Objects of places whose errors they share in part, at distances from 1 to 60 m."""
    rng = np.random.default_rng(seed)
    shared = np.repeat(rng.normal(0, between, places), objects)
    logs = shared + rng.normal(0, within, places * objects)
    names = np.repeat([f"place {index}" for index in range(places)], objects)
    return errors(logs, 1e-9, np.exp(rng.uniform(0, math.log(60), places * objects)), names)


@pytest.mark.parametrize(
    ("values", "places", "level", "expected"),
    [
        ([1, 2, 3, 4, 5], "aaaaa", 0.8, 4),
        ([1, 2, 3, 4, 5], "aaaaa", 1.0, 5),
        ([1] * 40 + [9] * 10, "a" * 40 + "b" * 10, 0.6, 9),
        ([1] * 40 + [9] * 10, "a" * 40 + "b" * 10, 0.5, 1),
        ([1] * 40 + [9], "a" * 40 + "b", 0.9, 1),
        ([7], "a", 0.5, 7),
    ],
    ids=[
        "one place",
        "all of it",
        "a place of ten counts as one of forty",
        "half of the places",
        "a place of one counts a tenth",
        "one object",
    ],
)
def test_places_count_the_same_but_for_those_with_very_few(values, places: str, level: float, expected: float) -> None:
    assert place_quantile(np.array(values, dtype=float), np.array(list(places)), level) == expected


def test_intervals_hold_in_places_that_were_not_seen() -> None:
    hits = []
    for seed in range(40):
        every = drawn(seed, places=16, objects=20, between=0.15, within=0.1)
        new = np.isin(every.places, ["place 0", "place 1", "place 2"])
        seen = every.select(~new)
        margin = domain_margin(seen, "rooms", left_out(seen, "depth").level)
        sds = np.array([margin.log_sd_at(depth_m) for depth_m in every.depth_m[new].tolist()])
        hits.append(np.mean(np.abs(every.log_errors[new]) <= INTERVAL_SDS * sds))
    assert 0.76 <= np.mean(hits) <= 0.88


def test_places_that_differ_raise_the_level() -> None:
    alike, unlike = drawn(1, 12, 40, 0.0, 0.1), drawn(1, 12, 40, 0.3, 0.03)
    assert left_out(alike, "depth").level <= 0.82 < left_out(unlike, "depth").level
    assert all(left_out(each, "depth").coverage >= SHARE for each in (alike, unlike))


def test_what_the_method_tells_itself_is_not_counted_twice() -> None:
    even = errors(np.full(60, 0.5 * INTERVAL_SDS), own=0.3)
    assert domain_margin(even, "rooms", 0.8).log_sd_at(3.0) == pytest.approx(0.4, abs=1e-3)
    assert domain_margin(errors(np.full(60, 0.1), own=0.7), "rooms", 0.8).factors == (LEAST_FACTOR,)


def test_each_distance_has_its_margin_and_thin_ones_are_joined() -> None:
    depths = np.repeat([0.8, 1.5, 3.0, 8.0, 15.0, 50.0], [5, 60, 60, 10, 40, 7])
    logs = np.where(depths < 2, 0.1, np.where(depths < 5, 0.2, 0.4)) * INTERVAL_SDS
    margin = domain_margin(errors(logs, 1e-9, depths), "outdoors", 0.8, ["streets"])
    assert margin.objects == (65, 60, 57)
    assert np.log(margin.factors) / INTERVAL_SDS == pytest.approx([0.1, 0.2, 0.4], abs=1e-3)
    assert (margin.places, margin.data) == (10, ("streets",))
    assert list(margin.depth_m) == sorted(margin.depth_m)


def test_with_few_objects_all_distances_are_one() -> None:
    few = errors(np.full(20, 0.2), 1e-9, np.linspace(1, 30, 20))
    assert domain_margin(few, "rooms", 0.8).objects == (20,)
    assert not is_enough(few)
    assert not is_enough(errors(np.full(50, 0.2), places=["a", "b"] * 25))


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0], ids=["stated too wide", "right", "stated too narrow"])
def test_a_spread_is_the_factor_that_a_cue_needs(factor: float) -> None:
    normal = np.random.default_rng(0).normal(0, 0.2 * factor, 4000)
    spread = spread_of(errors(normal, own=0.2), "size", "outdoors", 0.8)
    assert spread.factor == pytest.approx(factor, rel=0.05)
    assert (spread.of, spread.objects, spread.places) == ("size", 4000, 10)
    shown = left_out(errors(normal, own=0.2), "size")
    assert shown.coverage == pytest.approx(0.8, abs=0.02)
    assert shown.low <= shown.coverage


def test_arrays_of_other_lengths_are_refused() -> None:
    with pytest.raises(SettingError, match="one value for each object"):
        Errors(np.zeros(2), np.zeros(2), np.zeros(3), np.array(["a", "b"]))


def test_the_final_interval_is_never_narrower_than_stated() -> None:
    easy = errors(np.random.default_rng(0).normal(0, 0.1, 400), own=0.2)
    assert spread_of(easy, "size", "rooms", 0.8).factor == pytest.approx(0.5, rel=0.1)
    assert spread_of(easy, "joined", "rooms", 0.8).factor == 1.0
    assert left_out(easy, "joined").coverage > 0.95 > left_out(easy, "size").coverage
