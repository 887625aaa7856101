"""Default boxes: their places and shapes by hand, and offsets turned into boxes."""

import math

import numpy as np
import pytest

from howfar.networks.default_boxes import DefaultBoxes
from howfar.networks.ssd import MAPS, RATIOS, SCALES, SIDE_PX, STEPS_PX, VOC_SCALES

COCO = DefaultBoxes(SIDE_PX, MAPS, STEPS_PX, SCALES, RATIOS)
TWO_CELLS = DefaultBoxes(100, (2,), (50.0,), (0.2, 0.45), ((2.0,),))
PAIRS = DefaultBoxes(100, (2,), (50.0,), (0.2, 0.45), ((2.0,),), shift=0.5)


def test_ssd300_has_the_papers_8732() -> None:
    assert len(COCO) == len(COCO.table_px) == 8732
    assert [side * side * count for side, count in zip(MAPS, COCO.per_cell, strict=True)] == [
        5776,
        2166,
        600,
        150,
        36,
        4,
    ]


@pytest.mark.parametrize(
    ("row", "box"),
    [
        pytest.param(0, (25, 25, 20, 20), id="the square of the first cell"),
        pytest.param(1, (25, 25, 30, 30), id="one between its scale and the next"),
        pytest.param(2, (25, 25, 20 * math.sqrt(2), 20 / math.sqrt(2)), id="twice as wide as high"),
        pytest.param(3, (25, 25, 20 / math.sqrt(2), 20 * math.sqrt(2)), id="twice as high as wide"),
        pytest.param(4, (75, 25, 20, 20), id="the next cell is to the right"),
        pytest.param(8, (25, 75, 20, 20), id="the next row is below"),
    ],
)
def test_a_map_of_two_by_two_by_hand(row: int, box: tuple[float, ...]) -> None:
    assert TWO_CELLS.table_px[row] == pytest.approx(box, rel=1e-6)


@pytest.mark.parametrize(
    ("row", "box"),
    [
        pytest.param(0, (4, 4, 21, 21), id="conv4_3's first cell: scale .07"),
        pytest.param(1, (4, 4, 300 * math.sqrt(0.07 * 0.15), 300 * math.sqrt(0.07 * 0.15)), id="towards .15"),
        pytest.param(5776, (8, 8, 45, 45), id="fc7's first cell: scale .15, steps of 16"),
        pytest.param(5776 + 4, (8, 8, 45 * math.sqrt(3), 45 / math.sqrt(3)), id="which has the ratio 3 too"),
        pytest.param(8728, (150, 150, 261, 261), id="the last cell is the whole picture: scale .87"),
        pytest.param(8730, (150, 150, 300, 261 / math.sqrt(2)), id="no side is beyond the picture"),
    ],
)
def test_rows_of_ssd300_by_hand(row: int, box: tuple[float, ...]) -> None:
    assert COCO.table_px[row] == pytest.approx(box, rel=1e-5)


def test_the_scales_for_voc_are_larger() -> None:
    voc = DefaultBoxes(SIDE_PX, MAPS, STEPS_PX, VOC_SCALES, RATIOS)
    assert voc.table_px[0] == pytest.approx((4, 4, 30, 30))


def test_no_offset_is_the_default_box_itself() -> None:
    assert COCO.decode(np.zeros((1, 8732, 4), np.float32))[0] == pytest.approx(COCO.table_px, rel=1e-6)


def test_offsets_by_hand() -> None:
    offsets = np.zeros((16, 4), np.float32)
    offsets[0] = (1.0, -2.0, 5 * math.log(2), 5 * math.log(0.5))
    assert TWO_CELLS.decode(offsets)[0] == pytest.approx((25 + 0.1 * 20, 25 - 0.2 * 20, 40, 10), rel=1e-5)


def test_the_right_hand_box_of_a_default_pair_lies_left_by_the_shift() -> None:
    offsets = np.zeros((16, 6), np.float32)
    assert PAIRS.decode(offsets)[1] == pytest.approx((25, 25, 30, 30, 25 - 15, 30), rel=1e-6)
    offsets[1, 4:] = (-1.0, 5 * math.log(2))
    assert PAIRS.decode(offsets)[1, 4:] == pytest.approx((25 - 15 - 3, 60), rel=1e-5)


def test_wild_offsets_stay_numbers() -> None:
    assert np.isfinite(TWO_CELLS.decode(np.full((16, 4), 1e6, np.float32))).all()


@pytest.mark.parametrize(
    "change",
    [{"maps": (2, 1)}, {"steps_px": ()}, {"scales": (0.2,)}, {"ratios": ()}],
    ids=["maps", "steps", "scales", "ratios"],
)
def test_what_does_not_fit_together_is_refused(change: dict) -> None:
    settings = {"side_px": 100, "maps": (2,), "steps_px": (50.0,), "scales": (0.2, 0.45), "ratios": ((2.0,),)}
    with pytest.raises(ValueError, match="one scale more"):
        DefaultBoxes(**settings | change)
