"""One eye and two on a pair of known disparities."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from howfar.datasets import DepthSample
from howfar.errors import SettingError
from howfar.evaluation.comparison.both_eyes import with_both_eyes
from howfar.evaluation.comparison.comparison import ComparisonOptions, ComparisonResult, compare_networks, gather
from howfar.evaluation.comparison.object_distances import ComparedObject, ObjectEyes, object_figures
from howfar.evaluation.comparison.object_reports import draw_objects, object_tables, write_json
from howfar.evaluation.comparison.reports import Cost, comparison_report, comparison_rows
from howfar.evaluation.depth.metrics import depth_compute
from howfar.pipeline.perceivers import TwoNetworks
from howfar.pipeline.rangefinder import Rangefinder
from howfar.scene import Camera, Detections, Distance, Frame, Query, StereoRig
from howfar.stereo.sgbm import SgbmMatcher
from tests.evaluation.predictors import Predictor
from tests.stereo.pairs_of_noise import BOX, HEIGHT, WIDTH, pair

RIG = StereoRig(200.0, 0.1)
"""A disparity of 20 px is 1 m, one of 6 px 3.3 m."""
TWO_METRES = Predictor(lambda image: np.full(image.shape[:2], 2.0))
RELATIVE = Predictor(lambda image: np.ones(image.shape[:2]), "relative_inverse")
SGBM = {"sgbm": SgbmMatcher()}


class FindsTheThing:
    """A detector that finds the nearer thing, and the wall beside it."""

    name = "finder"
    class_names = ("thing", "wall")

    def detect(self, frame: Frame, query: Query) -> Detections:
        return Detections.from_boxes([BOX, (180, 10, 230, 80)], ["thing", "wall"])


def sample(*, with_truth: bool = True) -> DepthSample:
    left, right, disparity_px = pair()
    depth_m = RIG.depth_m(disparity_px) if with_truth else np.full_like(disparity_px, np.nan)
    return DepthSample("pair", left, depth_m, Camera.from_focal(WIDTH, HEIGHT, 200.0), right=right, rig=RIG)


def compared(*, with_truth: bool = True, networks: dict[str, Predictor] | None = None) -> ComparisonResult:
    everyone = with_both_eyes(networks or {"flat": TWO_METRES}, SGBM)
    options = ComparisonOptions(with_truth, pair="sgbm")
    return gather(compare_networks([sample(with_truth=with_truth)], everyone, options), options)


def test_two_eyes_see_the_truth_where_they_tell_and_one_eye_sees_the_rest() -> None:
    result = compared()
    rels = {name: depth_compute(sums.depth).rel for name, sums in result.sums.items()}
    coverages = {name: sums.depth.coverage for name, sums in result.sums.items()}
    assert rels["flat"] == pytest.approx(0.5, abs=0.05)
    assert rels["sgbm"] < 0.03 < rels["sgbm + flat"] < 0.15
    assert coverages["sgbm"] < 0.97
    assert coverages["flat"] == coverages["sgbm + flat"] == 1.0
    told = result.sums["sgbm + flat"].by_pair
    assert depth_compute(told.inside).rel == pytest.approx(rels["sgbm"])
    assert depth_compute(told.elsewhere).rel > rels["sgbm"]
    assert result.sums["sgbm"].ssims[0] > result.sums["flat"].ssims[0]
    assert result.sums["sgbm"].inverse_ssims[0] > result.sums["flat"].inverse_ssims[0]


def test_without_a_truth_what_two_eyes_see_is_the_yardstick() -> None:
    result = compared(with_truth=False)
    assert result.yardstick == "sgbm"
    assert depth_compute(result.sums["sgbm + flat"].depth).rel == pytest.approx(0.0, abs=1e-6)
    assert depth_compute(result.sums["flat"].depth).rel == pytest.approx(0.5, abs=0.05)


def test_a_relative_network_fills_nothing_in() -> None:
    assert list(compared(networks={"shape": RELATIVE}).sums) == ["shape", "sgbm"]


def test_one_picture_is_refused() -> None:
    with pytest.raises(SettingError, match="lonely is one picture"):
        with_both_eyes({}, SGBM)["sgbm"].estimate(Frame(sample().image, "lonely"))


def test_the_tables_tell_where_two_eyes_see() -> None:
    result = compared()
    costs = dict.fromkeys(result.sums, Cost(math.nan, math.nan))
    report = comparison_report(result, costs, data="a pair")
    assert report.title == "One eye and two compared"
    assert "sees with one eye" in report.protocol["two eyes"]
    near, where, _, properties = report.tables
    assert "SSIM of inverse depth" in [row[0] for row in near.rows]
    assert where.title == "Where sgbm tells"
    assert where.rows[1][2] == "unknown"
    assert [row[0] for row in properties.rows] == ["Fine detail", "Efficiency"]
    (flat, *_) = comparison_rows(result, costs, data="a pair")
    assert flat["rel_seen_by_pair"] == pytest.approx(0.5, abs=0.05)


@pytest.fixture(scope="module")
def looked() -> ObjectEyes:
    finder = Rangefinder.of(TwoNetworks(FindsTheThing(), TWO_METRES))
    return ObjectEyes(finder, "flat", {"sgbm + flat": SgbmMatcher()})


def test_the_same_objects_are_told_by_one_eye_and_by_two(looked: ObjectEyes, tmp_path: Path) -> None:
    found = looked.look(sample())
    thing, wall = found.objects
    assert (thing.label, wall.label) == ("thing", "wall")
    assert thing.true_m == pytest.approx(1.0)
    assert thing.distances["flat"].depth_m == pytest.approx(2.0, abs=0.2)
    assert thing.distances["sgbm + flat"].depth_m == pytest.approx(1.0, abs=0.05)
    assert wall.distances["sgbm + flat"].depth_m == pytest.approx(wall.true_m, rel=0.05)
    assert object_figures(found.objects, "flat").median_error > 0.2
    both = object_figures(found.objects, "sgbm + flat")
    assert (both.objects, both.missed) == (2, 0)
    assert both.median_error < 0.05

    listed, worth = object_tables(found.objects)
    assert listed.rows[0][:2] == ("thing", "1.0 m")
    assert worth.rows[0] == ("objects of known distance", "2", "2")
    assert draw_objects(found, "pair").image.shape[1] > 900

    write_json([{"model": "sgbm", "rel": math.nan}], found.objects, tmp_path / "a.json")
    content = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert content["compared"] == [{"model": "sgbm", "rel": None}]
    assert content["objects"][0]["distances"]["sgbm + flat"]["depth_m"] == pytest.approx(1.0, abs=0.05)
    assert content["objects_worth"]["flat"]["objects"] == 2


def test_without_a_truth_objects_are_listed_and_not_judged(looked: ObjectEyes) -> None:
    found = looked.look(sample(with_truth=False))
    (listed,) = object_tables(found.objects)
    assert {row[1] for row in listed.rows} == {"–"}
    figures = object_figures(found.objects, "flat")
    assert (figures.objects, figures.missed) == (0, 0)
    assert math.isnan(figures.median_error)


def test_nothing_found_gives_no_table(tmp_path: Path) -> None:
    assert object_tables(()) == ()
    write_json([], (), tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text())["objects_worth"] == {}


def test_a_distance_that_is_not_known_is_called_so() -> None:
    nothing = Distance.unknown("auto", "no reason")
    lost = ComparedObject("p", "cup", (0, 0, 1, 1), 2.0, {"flat": nothing})
    assert object_tables([lost])[0].rows[0] == ("cup", "2.0 m", "unknown")
    assert object_figures([lost], "flat").missed == 1
    assert math.isinf(lost.told_last_m)
