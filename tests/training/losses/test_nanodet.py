"""The losses of NanoDet's head, worked out by hand."""

import math

import pytest
import torch
from torch import Tensor

from howfar.networks.nanodet import BINS, STRIDES, Cells
from howfar.training.losses.nanodet import (
    Labels,
    answering,
    boxes_loss,
    boxes_of,
    former_loss,
    grid,
    overlaps,
    unknown_cells,
)

SIZE_PX = (64, 64)
GRID = grid(*SIZE_PX, torch.device("cpu"))
COUNT = len(GRID.centres_px)
CLASSES = 2
SURE = 20.0
"""A logit whose sigmoid is 1 to nine digits."""

CENTRED = (12.0, 12.0, 44.0, 44.0)
"""Its centre is the centre of a cell of stride 8, (28, 28); all sides are whole strides away from those beside it."""


def labels(*boxes: tuple[float, ...], picture: int = 0, class_id: int = 0, certainty: float = 1.0) -> Labels:
    count = len(boxes)
    return Labels(
        torch.full((count,), picture),
        torch.full((count,), class_id),
        torch.tensor(boxes).view(-1, 4),
        torch.full((count,), certainty),
    )


def both(one: Labels, other: Labels) -> Labels:
    return Labels(*(torch.cat(pair) for pair in zip(one, other, strict=True)))


def cell_at(x: float, y: float, stride: int = 8) -> int:
    here = (GRID.centres_px == torch.tensor([x, y])).all(1) & (GRID.strides_px == stride)
    return int(here.nonzero().item())


def silent(pictures: int = 1) -> Cells:
    """A head that finds nothing anywhere."""
    return Cells(torch.full((pictures, COUNT, CLASSES), -SURE), torch.zeros(pictures, COUNT, 4 * BINS))


def perfect(truth: Labels, shift_px: float = 0.0) -> Cells:
    """A head that is sure of each box in the cells that answer for it, and sure of its sides, moved to the right."""
    cells = silent()
    for cell, box in zip(*answering(GRID, truth, 1), strict=True):
        stride, (x, y) = float(GRID.strides_px[cell]), GRID.centres_px[cell].tolist()
        left, top, right, bottom = truth.box_xyxy_px[box].tolist()
        cells.class_logits[0, cell, truth.class_id[box]] = SURE
        sides = torch.full((4, BINS), -SURE)
        for row, distance in zip(sides, (x - left - shift_px, y - top, right + shift_px - x, bottom - y), strict=True):
            row[round(distance / stride)] = SURE
        cells.side_logits[0, cell] = sides.flatten()
    return cells


def test_cells_stand_in_the_order_of_the_head() -> None:
    wide = grid(64, 32, torch.device("cpu"))
    assert len(wide.centres_px) == 4 * 8 + 2 * 4 + 1 * 2
    assert wide.strides_px.tolist() == [8.0] * 32 + [16.0] * 8 + [32.0] * 2
    assert wide.centres_px[[0, 1, 8, 32, -1]].tolist() == [[4, 4], [12, 4], [4, 12], [8, 8], [48, 16]]
    assert STRIDES == (8, 16, 32)


def test_the_cells_that_answer_are_those_whose_squares_overlap_the_box_most() -> None:
    """Of near cells of stride 8 the overlaps are 0.64 (centre), 0.52 (sides), 0.43 (corners); of others 0.16."""
    answers = answering(GRID, labels(CENTRED), 1)
    assert set(answers.cell.tolist()) == {cell_at(x, y) for x, y in [(28, 28), (20, 28), (36, 28), (28, 20), (28, 36)]}
    assert set(answers.box.tolist()) == {0}


def test_of_two_boxes_a_cell_answers_for_the_one_that_it_overlaps_more() -> None:
    to_the_right = (20.0, 12.0, 52.0, 44.0)
    answers = answering(GRID, labels(CENTRED, to_the_right), 1)
    owner = dict(zip(answers.cell.tolist(), answers.box.tolist(), strict=True))
    assert [owner[cell_at(x, 28)] for x in (20, 28, 36, 44)] == [0, 0, 1, 1]


def test_cells_of_each_picture_answer_for_its_own_boxes() -> None:
    truth = both(labels(CENTRED), labels(CENTRED, picture=2))
    first, third = answering(GRID, labels(CENTRED), 1), answering(GRID, truth, 3)
    of_first = set(first.cell.tolist())
    assert set(third.cell.tolist()) == of_first | {cell + 2 * COUNT for cell in of_first}


def test_without_boxes_no_cell_answers() -> None:
    answers = answering(GRID, labels(), 3)
    assert (len(answers.cell), len(answers.box)) == (0, 0)


@pytest.mark.parametrize(
    ("one", "other", "iou", "giou"),
    [
        ((0, 0, 2, 2), (0, 0, 2, 2), 1, 1),
        ((0, 0, 2, 2), (1, 0, 3, 2), 1 / 3, 1 / 3),
        ((0, 0, 1, 1), (3, 0, 4, 1), 0, -1 / 2),
        ((0, 0, 2, 2), (1, 1, 3, 3), 1 / 7, 1 / 7 - 2 / 9),
    ],
    ids=["the same", "half beside", "apart", "over a corner"],
)
def test_overlaps(one: tuple[float, ...], other: tuple[float, ...], iou: float, giou: float) -> None:
    found = overlaps(torch.tensor([one]).float(), torch.tensor([other]).float())
    assert [float(each) for each in found] == pytest.approx([iou, giou], abs=1e-5)


def test_a_box_is_the_mean_of_its_sides_distributions() -> None:
    sides = torch.full((4, BINS), -math.inf)
    sides[0, 1] = sides[1, 2] = sides[2, 10] = sides[3, 0] = sides[3, 3] = 0.0  # the last: half at 0, half at 3
    box = boxes_of(sides.flatten()[None], torch.tensor([[100.0, 50.0]]), torch.tensor([16.0]))
    assert box.tolist() == [[100 - 16, 50 - 32, 100 + 160, 50 + 24]]


def test_a_head_that_is_right_loses_nothing() -> None:
    truth = labels(CENTRED, class_id=1)
    assert float(boxes_loss(perfect(truth), truth, SIZE_PX)) == pytest.approx(0, abs=1e-4)


def test_silence_is_right_where_nothing_is() -> None:
    assert float(boxes_loss(silent(), labels(), SIZE_PX)) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(lambda truth: silent(), id="nothing"),
        pytest.param(lambda truth: perfect(truth, shift_px=8.0), id="a box that is shifted"),
        pytest.param(lambda truth: perfect(truth._replace(class_id=1 - truth.class_id)), id="another class"),
    ],
)
def test_a_head_that_is_wrong_loses(told) -> None:
    truth = labels(CENTRED)
    assert float(boxes_loss(told(truth), truth, SIZE_PX)) > 0.3


def test_a_box_that_is_half_certain_asks_for_half_the_score() -> None:
    truth = labels(CENTRED, certainty=0.5)
    sure, half = perfect(truth), perfect(truth)
    half.class_logits[half.class_logits == SURE] = 0.0
    assert float(boxes_loss(half, truth, SIZE_PX)) < float(boxes_loss(sure, truth, SIZE_PX))
    assert float(boxes_loss(half, truth, SIZE_PX)) == pytest.approx(0, abs=1e-4)


def test_in_a_region_of_which_nothing_is_known_nothing_is_asked() -> None:
    loud = silent()
    loud.class_logits[0, cell_at(28, 28), 1] = SURE
    region = labels(CENTRED, certainty=0.0)
    assert float(boxes_loss(loud, region, SIZE_PX)) == pytest.approx(0, abs=1e-6)
    assert float(boxes_loss(loud, labels(), SIZE_PX)) == pytest.approx(SURE, rel=1e-3)


def test_unknown_cells_are_those_with_their_centre_in_a_region_of_their_picture() -> None:
    found = unknown_cells(GRID, labels((0.0, 0.0, 8.0, 8.0), picture=1), 2).view(2, COUNT)
    assert found.sum(1).tolist() == [0, 1]
    assert bool(found[1, cell_at(4, 4)])


def one_cell(class_logit: float, sides: Tensor | None = None) -> Cells:
    return Cells(torch.tensor([[[class_logit]]]), (torch.zeros(4, BINS) if sides is None else sides).view(1, 1, -1))


def test_what_has_not_moved_loses_nothing() -> None:
    cells = Cells(torch.randn(2, 5, 3), torch.randn(2, 5, 4 * BINS))
    assert float(former_loss(cells, cells)) == pytest.approx(0, abs=1e-6)


def test_a_score_that_moved_loses_its_divergence() -> None:
    """From 1/2 to σ(2): KL = ln(1 + e²) − 1 − ln 2."""
    moved = float(former_loss(one_cell(2.0), one_cell(0.0)))
    assert moved == pytest.approx(math.log(1 + math.e**2) - 1 - math.log(2), rel=1e-5)


def test_sides_that_moved_count_by_the_former_score() -> None:
    """From even odds to twice the odds for one of eleven: KL = ln(12/11) − ln(2)/11 for each of four sides."""
    sides = torch.zeros(4, BINS)
    sides[:, 3] = math.log(2)
    moved = float(former_loss(one_cell(0.0, sides), one_cell(0.0)))
    assert moved == pytest.approx(0.5 * 4 * (math.log(12 / 11) - math.log(2) / 11), rel=1e-4)


def test_the_gradient_reaches_both_outputs() -> None:
    logits, sides = (torch.randn(1, COUNT, width, requires_grad=True) for width in (CLASSES, 4 * BINS))
    boxes_loss(Cells(logits, sides), labels(CENTRED), SIZE_PX).backward()
    for each in (logits, sides):
        assert each.grad is not None
        assert bool(torch.isfinite(each.grad).all())
        assert float(each.grad.abs().max()) > 0
