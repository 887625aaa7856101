"""Photos judged by sizes."""

import math
from typing import get_args

import numpy as np
import pytest

from howfar.datasets import DetectionSample
from howfar.evaluation.everywhere.photo_reports import photos_report
from howfar.evaluation.everywhere.photos import JudgedObject, agreement, judge_photos
from howfar.pipeline.perceivers import DepthAlone
from howfar.pipeline.rangefinder import Rangefinder
from howfar.ranging import parse_method
from howfar.ranging.cues.joining import parse_cues
from howfar.ranging.methods.foreground import Foreground
from howfar.ranging.settings import Ranging
from howfar.scene.domain import Domain
from howfar.scene.margins import DomainMargin, Margins
from tests.evaluation.predictors import Predictor, red_tenths

UPRIGHT, SEATED, CUT, SMALL = (100, 100, 150, 250), (200, 100, 300, 150), (300, 0, 350, 250), (400, 200, 410, 230)


def photo(*objects: tuple[str, tuple[int, ...]], grey: int = 50, crowd: bool = False) -> DetectionSample:
    """A photo of 640×480 in one grey, whose depth is a tenth of it in metres."""
    names = tuple(dict.fromkeys(label for label, _ in objects))
    return DetectionSample(
        "photo",
        7,
        np.full((480, 640, 3), grey, dtype=np.uint8),
        np.array([box for _, box in objects], dtype=np.float32).reshape(-1, 4),
        np.array([names.index(label) for label, _ in objects], dtype=np.int64),
        np.full(len(objects), crowd),
        names,
    )


def finder() -> Rangefinder:
    ranging = Ranging((parse_method("median"),), parse_cues("auto"))
    return Rangefinder.of(DepthAlone(Predictor(red_tenths)), ranging=ranging)


def test_whole_upright_objects_of_known_size_are_compared_with_the_map() -> None:
    shown = [("person", UPRIGHT), ("person", SEATED), ("person", CUT), ("person", SMALL), ("bowl", UPRIGHT)]
    (one,) = judge_photos([photo(*shown)], finder())
    assert (one.picture, one.label, one.by_map_m, one.domain) == ("photo", "person", 5.0, "rooms")
    assert 4.0 < one.by_size_m < 8.0


@pytest.mark.parametrize("quantile", [0.25, 0.5])
def test_the_map_is_read_where_the_card_says(quantile: float) -> None:
    seen = photo(("person", UPRIGHT))
    seen.image[:, :117] = 20  # a third of the person is 2 m away, the rest 5 m
    domains = [DomainMargin(each, (1.0,), (1.5,), surface_quantile=quantile) for each in get_args(Domain)]
    network = Predictor(red_tenths, margins=Margins(domains=tuple(domains)))
    ranging = Ranging((Foreground(lambda crops: crops[:, 2], 24, 0.0),), parse_cues("auto"))
    (one,) = judge_photos([seen], Rangefinder.of(DepthAlone(network), ranging=ranging))
    assert one.by_map_m == (2.0 if quantile == 0.25 else 5.0)


def test_boxes_round_a_crowd_do_not_count() -> None:
    assert judge_photos([photo(("person", UPRIGHT), crowd=True)], finder()) == []


@pytest.mark.parametrize(
    ("others", "domain"),
    [([], "undecided"), ([("kite", SEATED)], "outdoors"), ([("oven", SEATED)], "rooms")],
    ids=["a person alone", "with a kite", "with an oven"],
)
def test_the_classes_tell_the_domain(others, domain: str) -> None:
    assert judge_photos([photo(("person", UPRIGHT), *others)], finder())[0].domain == domain


def sized(ratio: float, picture: str = "a", label: str = "person", domain: str = "outdoors") -> JudgedObject:
    return JudgedObject(picture, label, domain, 5.0 * ratio, 5.0)


def test_the_shares_are_of_factors_either_way() -> None:
    figures = agreement([sized(1.0), sized(0.8), sized(1.29), sized(1.4), sized(0.4), sized(math.nan)])
    assert (figures.objects, figures.within, figures.within_wide) == (6, 0.5, pytest.approx(4 / 6))
    assert figures.factor == pytest.approx(1.0)
    assert (figures.low, figures.high) == (0.5, 0.5)  # one photo


def test_the_confidence_is_that_of_whole_photos() -> None:
    figures = agreement([*[sized(1.0, "a")] * 5, *[sized(3.0, "b")] * 5])
    assert (figures.low, figures.high) == (0.0, 1.0)


def test_nothing_to_compare_has_no_shares() -> None:
    assert math.isnan(agreement([]).within)
    assert math.isnan(agreement([sized(math.nan)]).factor)


def test_the_report_is_by_domain_by_distance_and_by_class() -> None:
    objects = [sized(1.0)] * 5 + [sized(0.4, label="car", domain="rooms")] * 6 + [sized(1.0, label="bus")]
    report = photos_report(objects, "holiday, even numbers", 3, "net")
    assert [row[:3] for row in report.tables[0].rows] == [
        ("all", "12", "50"),
        ("rooms", "6", "0"),
        ("outdoors", "6", "100"),
        ("4–8 m by size", "12", "50"),
        ("car", "6", "0"),
        ("person", "5", "100"),
    ]
    assert "3 photos, 12 objects" in report.protocol["data"]


def test_a_report_of_nothing_says_so() -> None:
    assert photos_report([], "holiday", 3, "net").tables[0].rows == (("all", "0", "–", "–", "–", "–"),)


def test_what_another_object_covers_does_not_count() -> None:
    before = ("oven", (90, 150, 160, 300))
    assert judge_photos([photo(("person", UPRIGHT), before)], finder()) == []
