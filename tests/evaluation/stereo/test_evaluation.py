"""A matcher on pairs, by what it estimates and what it filled in."""

import numpy as np
import pytest

from howfar.datasets.samples import StereoSample
from howfar.evaluation.stereo.evaluation import ALL, MATCHED, UNOCCLUDED, evaluate_stereo
from howfar.evaluation.stereo.reports import draw_pair, stereo_report, stereo_rows
from howfar.stereo import Disparities

NAN = np.nan


class Fixed:
    """Gives one row of disparities, whatever it sees."""

    name = "fixed"

    def match(self, left, right, max_disparity_px=None) -> Disparities:
        values = np.array([[10.0, 12.0, 30.0, NAN]], dtype=np.float32)
        return Disparities(values, np.full((1, 4), 1.0, np.float32), np.array([[True, True, False, False]]))


def sample(*, unoccluded: bool = True) -> StereoSample:
    picture = np.zeros((1, 4, 3), dtype=np.uint8)
    truth = np.array([[10.0, 15.5, 20.0, 5.0]], dtype=np.float32)
    return StereoSample("one", picture, picture, truth, np.array([[True, True, False, True]]) if unoccluded else None)


def test_figures_are_of_all_of_unoccluded_and_of_matched_pixels() -> None:
    found = evaluate_stereo(Fixed(), "data", [sample()]).figures
    assert (found[ALL].coverage, found[ALL].bad2, found[ALL].epe_px) == pytest.approx((0.75, 2 / 3, 13.5 / 3))
    assert (found[UNOCCLUDED].coverage, found[UNOCCLUDED].bad2) == pytest.approx((2 / 3, 0.5))
    assert (found[MATCHED].coverage, found[MATCHED].d1, found[MATCHED].within80) == pytest.approx((0.5, 0.5, 0.5))


def test_where_nobody_knows_what_is_hidden_there_is_no_row_of_it() -> None:
    result = evaluate_stereo(Fixed(), "data", [sample(unoccluded=False)])
    rows = stereo_report([result], None).tables[0].rows
    assert [row[1] for row in rows] == [ALL, MATCHED]


def test_rows_for_csv_have_every_pair_and_all_of_them() -> None:
    result = evaluate_stereo(Fixed(), "data", [sample(), sample()])
    rows = stereo_rows([result], 64)
    assert [row["pair"] for row in rows] == [name for name in ("all", "one", "one") for _ in range(3)]
    assert {row["max_disparity_px"] for row in rows} == {64}
    assert rows[0]["pixels"] == 8


def test_a_pair_is_drawn_with_its_errors() -> None:
    picture = draw_pair(sample(), Fixed().match(None, None))
    assert picture.dtype == np.uint8
    assert picture.ndim == 3
