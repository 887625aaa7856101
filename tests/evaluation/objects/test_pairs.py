"""Disparities of a detector of pairs against the truth."""

import math

import numpy as np
import pytest

from howfar.datasets.coco_pairs import CocoPairs, PairSample
from howfar.evaluation.objects.pairs import found_disparities_px, matched, pair_errors
from howfar.scene import Detections, Frame, Query
from tests.datasets.pair_files import NAMES, write_pairs


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> list[PairSample]:
    return list(CocoPairs(write_pairs(tmp_path_factory.mktemp("pairs") / "data")).split("all"))


def detections(pair: PairSample, off_px: float = 0.0, **changes) -> Detections:
    count = len(pair.class_ids)
    settings = {
        "boxes_xyxy_px": pair.boxes_xyxy_px,
        "scores": np.linspace(0.9, 0.5, count, dtype=np.float32),
        "class_ids": pair.class_ids,
        "class_names": NAMES,
        "disparities_px": (pair.disparities_px + off_px).astype(np.float32),
    }
    return Detections(**settings | changes)


class Oracle:
    """Knows the truth, but is off by some pixels."""

    name, class_names = "oracle", NAMES

    def __init__(self, pairs: list[PairSample], off_px: float) -> None:
        self.pairs, self.off_px = {pair.name: pair for pair in pairs}, off_px

    def detect(self, frame: Frame, query: Query) -> Detections:
        assert frame.right is not None
        return detections(self.pairs[frame.source], self.off_px)


@pytest.mark.parametrize(
    ("off_px", "over"), [(0.0, (0.0, 0.0)), (4.0, (1.0, 0.0)), (-6.0, (1.0, 1.0))], ids=["exact", "4 px", "6 px"]
)
def test_errors_by_hand(pairs: list[PairSample], off_px: float, over: tuple[float, float]) -> None:
    errors = pair_errors(pairs, Oracle(pairs, off_px))
    kept = errors.covered
    assert errors.objects == 6
    assert kept == (6 if off_px >= 0 else 4)  # a disparity that is not above 0 is none
    assert errors.end_point_px == pytest.approx(abs(off_px), abs=1e-5)
    assert (errors.over3px, errors.over5px) == over


@pytest.mark.parametrize(
    ("changes", "places"),
    [
        pytest.param({}, [0, 1], id="its own box"),
        pytest.param(
            {"boxes_xyxy_px": np.array([[40, 10, 60, 40], [90, 20, 106, 52]], np.float32)}, [0, 1], id="half of it"
        ),
        pytest.param({"class_ids": np.array([1, 1])}, [-1, 1], id="not one of another class"),
        pytest.param({"boxes_xyxy_px": np.zeros((2, 4), np.float32)}, [-1, -1], id="not one far away"),
    ],
)
def test_which_detection_an_object_takes(pairs: list[PairSample], changes: dict, places: list[int]) -> None:
    assert matched(pairs[0], detections(pairs[0], **changes)).tolist() == places


def test_without_disparities_nothing_is_found(pairs: list[PairSample]) -> None:
    found = found_disparities_px(pairs[0], detections(pairs[0], disparities_px=None))
    assert all(math.isnan(each) for each in found)
