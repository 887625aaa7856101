"""The errors of each cue, measured as one looks."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from howfar.datasets import DepthSample
from howfar.evaluation.margins.measuring import (
    QUANTILES,
    MarginPictures,
    Measured,
    Sample,
    errors_of,
    measure_alone,
    measure_joined,
)
from howfar.pipeline.rangefinder import Rangefinder
from howfar.ranging.cues.depth_cue import STATISTIC_LOG_SD
from howfar.ranging.methods.foreground import Foreground
from howfar.scene.margins import INTERVAL_SDS, MIDDLE, DomainMargin, Margins, Pull, Spread
from tests.evaluation.everywhere.everywhere_cases import NAMES, Row, finding
from tests.evaluation.objects.object_cases import CAMERA, LEFT, RIGHT, object_sample
from tests.evaluation.predictors import Predictor, red_tenths

FOUND: tuple[Row, ...] = ((LEFT, 0.9, "Chair"), (RIGHT, 0.8, "couch"))
MARGINS = Margins(
    domains=(DomainMargin("rooms", (3.0,), (1.5,)), DomainMargin("outdoors", (3.0,), (1.5,))),
    spreads=(Spread("joined", "rooms", 2.0), Spread("joined", "outdoors", 2.0)),
)


def finder_of(folder: Path, *rows: Row) -> Rangefinder:
    """The pipeline with this detector; `object_sample` is 3 m deep in its left half and 6 m in its right."""
    return Rangefinder(finding(folder, *rows), Predictor(red_tenths), "median")


def pictures(*samples: Sample) -> MarginPictures:
    return MarginPictures("rooms:test", NAMES, samples)


def test_each_cue_is_measured_alone_in_the_true_boxes(tmp_path: Path) -> None:
    sample = replace(object_sample(("chair", "person"), nearest_m=(math.nan, 3.0)), place="kitchen")
    measured = list(measure_alone(pictures(sample), [sample], finder_of(tmp_path, *FOUND)))
    assert {one.quantile for one in measured if one.of == "depth"} == set(QUANTILES)
    by_map = [one for one in measured if one.of == "depth" and one.quantile == MIDDLE]
    assert [(one.truth_m, one.depth_m) for one in by_map] == [(2.0, 3.0), (3.0, 6.0)]
    assert {one.place for one in measured} == {"rooms:test, kitchen"}
    of_learned = measure_alone(replace(pictures(sample), learned=True), [sample], finder_of(tmp_path, *FOUND))
    assert [one._replace(learned=False) for one in of_learned] == measured
    assert [one.log_sd for one in by_map] == pytest.approx([STATISTIC_LOG_SD] * 2)
    by_size = [one for one in measured if one.of == "size"]
    assert [math.isfinite(one.depth_m) for one in by_size] == [True, True]
    unsized = replace(pictures(), detector_names={"television": "tv", "person": "person"})
    labelled = replace(object_sample(("television", "person")), place="kitchen")
    by_size = [one for one in measure_alone(unsized, [labelled], finder_of(tmp_path, *FOUND)) if one.of == "size"]
    assert [math.isfinite(one.depth_m) for one in by_size] == [False, True]  # of a television nothing is known


def test_the_ranging_network_runs_once_a_picture_for_all_quantiles(tmp_path: Path) -> None:
    shown: list[int] = []

    def half(crops: NDArray[np.float32]) -> NDArray[np.float32]:
        shown.append(len(crops))
        left = np.arange(crops.shape[3]) < crops.shape[3] // 2
        return np.broadcast_to(left, crops[:, 0].shape).astype(np.float32)

    finder = Rangefinder(finding(tmp_path, *FOUND), Predictor(red_tenths), Foreground(half, 8, 0.25))
    one = object_sample(("chair", "person"))
    other = replace(one, boxes_xyxy_px=one.boxes_xyxy_px + np.float32(4))
    alone = {id(each): list(measure_alone(pictures(each), [each], finder)) for each in (one, other)}
    shown.clear()
    together = list(measure_alone(pictures(one, other), [one, other], finder))
    assert shown == [2, 2]
    assert together == [*alone[id(one)], *alone[id(other)]]


def test_all_together_are_measured_in_the_found_boxes_with_the_margins_of_other_places(tmp_path: Path) -> None:
    sample = object_sample()
    asked: list[str] = []

    def without(place: str) -> Margins:
        asked.append(place)
        return MARGINS

    chair, sofa = measure_joined(pictures(sample), [sample], finder_of(tmp_path, *FOUND), without)
    assert asked == ["rooms:test, room"]  # a picture without a place is one
    assert (chair.of, chair.truth_m, chair.depth_m, sofa.truth_m) == ("joined", 2.0, 3.0, 4.0)
    assert chair.log_sd == pytest.approx(2 * math.hypot(math.log(1.5) / INTERVAL_SDS, STATISTIC_LOG_SD), rel=1e-3)


def test_of_an_interval_whose_sides_differ_the_side_of_the_truth_counts(tmp_path: Path) -> None:
    sample = object_sample()
    pulled = replace(MARGINS, domains=tuple(replace(each, pull=Pull(5.0, 0.5)) for each in MARGINS.domains))
    finder = finder_of(tmp_path, *FOUND)
    plain, wide = (
        list(measure_joined(pictures(sample), [sample], finder, lambda _, of=of: of)) for of in (MARGINS, pulled)
    )
    farther = [INTERVAL_SDS * (one.log_sd - other.log_sd) for one, other in zip(wide, plain, strict=True)]
    assert farther == pytest.approx([math.log(5 / 3), 0.0])  # 3 m for 2 m: the near side; 6 m for 4 m: the near side


@pytest.mark.parametrize("joined", [False, True], ids=["each alone", "all together"])
def test_where_there_is_depth_alone_the_found_objects_are_measured(tmp_path: Path, joined: bool) -> None:
    labelled = object_sample()
    assert labelled.depth_map_m is not None
    sample = DepthSample("street", labelled.image, labelled.depth_map_m, CAMERA, place="drive")
    of = MarginPictures("streets:drive", {}, [sample])
    finder = finder_of(tmp_path, *FOUND)
    measured = list(
        measure_joined(of, [sample], finder, lambda _: MARGINS) if joined else measure_alone(of, [sample], finder)
    )
    told = [one for one in measured if one.of in ("depth", "joined") and one.quantile == MIDDLE]
    assert [one.truth_m for one in told] == pytest.approx([2.0, 5.0])
    assert [one.depth_m for one in told] == pytest.approx([3.0, 6.0])
    assert {one.place for one in told} == {"streets:drive, drive"}


def test_errors_are_by_cue_and_domain_and_unknown_ones_do_not_count() -> None:
    known = Measured("size", "outdoors", "here", 2.0, 4.0, 0.1)
    measured = [known, known._replace(of="depth"), known._replace(domain="rooms"), known._replace(depth_m=3.0)]
    unknown = [known._replace(depth_m=math.nan), known._replace(truth_m=math.nan), known._replace(log_sd=math.nan)]
    errors = errors_of([*measured, *unknown])
    assert {key: len(each) for key, each in errors.items()} == {
        ("depth", "outdoors"): 1,
        ("size", "outdoors"): 2,
        ("size", "rooms"): 1,
    }
    deeper = known._replace(of="depth", quantile=0.25, depth_m=8.0)
    assert errors_of([*measured, deeper], {"outdoors": 0.25})["depth", "outdoors"].depth_m.tolist() == [8.0]
    assert errors_of([*measured, deeper], {"rooms": 0.25})["depth", "outdoors"].depth_m.tolist() == [4.0]
    seen = [one._replace(learned=True) for one in measured]
    assert {of for of, _ in errors_of(seen)} == {"size"}, "what a network has learned does not tell its errors"
    assert errors["size", "outdoors"].log_errors == pytest.approx(np.log([2.0, 1.5]))
    assert errors["size", "outdoors"].places.tolist() == ["here", "here"]
