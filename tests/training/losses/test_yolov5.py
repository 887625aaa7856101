"""The detection loss, against a version that looks at one box at a time."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor

from howfar.networks.yolov5 import ANCHORS_PX, STRIDES, YOLOv5
from howfar.training.losses.yolov5 import DetectionLoss, DetectionLossSettings, Matches, ciou, ciou_terms, match

BALANCE = (4.0, 1.0, 0.4)


def numpy_ciou(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """CIoU of two boxes (centre x, y, width, height), from the paper."""
    ax1, ay1, ax2, ay2 = a[0] - a[2] / 2, a[1] - a[3] / 2, a[0] + a[2] / 2, a[1] + a[3] / 2
    bx1, by1, bx2, by2 = b[0] - b[2] / 2, b[1] - b[3] / 2, b[0] + b[2] / 2, b[1] + b[3] / 2
    shared = max(0.0, min(ax2, bx2) - max(ax1, bx1)) * max(0.0, min(ay2, by2) - max(ay1, by1))
    iou = shared / (a[2] * a[3] + b[2] * b[3] - shared)
    diagonal = (max(ax2, bx2) - min(ax1, bx1)) ** 2 + (max(ay2, by2) - min(ay1, by1)) ** 2
    v = 4 / math.pi**2 * (math.atan(a[2] / a[3]) - math.atan(b[2] / b[3])) ** 2
    alpha = v / (1 - iou + v) if v else 0.0
    return iou - ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) / diagonal - alpha * v


def numpy_matches(
    targets: NDArray[np.float64], anchors: NDArray[np.float64], stride: int, rows: int, columns: int
) -> set[tuple[int, int, int, int]]:
    """Target, anchor, row and column of all that answer for each other on one map."""
    found = set()
    for target, (_, _, cx, cy, w, h) in enumerate(targets):
        x, y = cx / stride, cy / stride
        column, row = min(int(x), columns - 1), min(int(y), rows - 1)
        beside = column - 1 if x - column < 0.5 else column + 1
        above = row - 1 if y - row < 0.5 else row + 1
        for anchor, (aw, ah) in enumerate(anchors):
            if max(w / aw, aw / w, h / ah, ah / h) < 4:
                for r, c in ((row, column), (row, beside), (above, column)):
                    if 0 <= r < rows and 0 <= c < columns:
                        found.add((target, anchor, r, c))
    return found


def cross_entropy(logit: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.maximum(logit, 0) - logit * wanted + np.log1p(np.exp(-np.abs(logit)))


def numpy_loss(raw_maps: list[NDArray[np.float64]], targets: NDArray[np.float64]) -> dict[str, float]:
    """The three parts of the loss, with the gains."""
    box = objectness = classes = 0.0
    for raw, anchors, stride, balance in zip(raw_maps, np.array(ANCHORS_PX), STRIDES, BALANCE, strict=True):
        wanted = np.zeros(raw.shape[:4])
        overlaps, class_losses = [], []
        for target, anchor, row, column in numpy_matches(targets, anchors, stride, *raw.shape[2:4]):
            image, label, *truth_px = targets[target]
            own = raw[int(image), anchor, row, column]
            s = 1 / (1 + np.exp(-own[:4]))
            predicted = [*((2 * s[:2] - 0.5 + (column, row)) * stride), *((2 * s[2:]) ** 2 * anchors[anchor])]
            overlap = numpy_ciou(np.array(predicted), np.array(truth_px))
            overlaps.append(overlap)
            place = (int(image), anchor, row, column)
            wanted[place] = max(wanted[place], overlap)
            class_losses.append(cross_entropy(own[5:], np.eye(len(own) - 5)[int(label)]))
        objectness += balance * cross_entropy(raw[..., 4], wanted).mean()
        if overlaps:
            box += 1 - np.mean(overlaps)
            classes += float(np.mean(class_losses))
    height, width, numbers = raw_maps[0].shape[2:]
    area = (height * 8 / 640) * (width * 8 / 640)
    return {"box": 0.05 * box, "objectness": objectness * area, "class": 0.5 * (numbers - 5) / 80 * classes}


def some_boxes(count: int, seed: int) -> Tensor:
    """Pairs of boxes that overlap more or less, double precision."""
    rng = torch.Generator().manual_seed(seed)
    return torch.cat(
        (torch.rand(count, 2, generator=rng) * 4, torch.rand(count, 2, generator=rng) * 5 + 0.5), 1
    ).double()


def some_maps(batch: int, height: int, width: int, classes: int, dtype: torch.dtype = torch.float64) -> list[Tensor]:
    rng = torch.Generator().manual_seed(0)
    sizes = [(batch, 3, height // s, width // s, 5 + classes) for s in STRIDES]
    return [torch.randn(size, generator=rng).to(dtype).requires_grad_() for size in sizes]


@st.composite
def target_rows(draw: st.DrawFn) -> list[list[float]]:
    row = st.tuples(
        st.integers(0, 1), st.integers(0, 2), st.floats(0, 96), st.floats(0, 64), st.floats(2, 90), st.floats(2, 60)
    )
    return [list(values) for values in draw(st.lists(row, min_size=1, max_size=6))]


# CIoU.


def test_ciou_against_one_pair_at_a_time() -> None:
    a, b = some_boxes(200, seed=1), some_boxes(200, seed=2)
    expected = [numpy_ciou(x, y) for x, y in zip(a.numpy(), b.numpy(), strict=True)]
    np.testing.assert_allclose(ciou(a, b).numpy(), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        pytest.param([5, 5, 4, 2], 1.0, id="the same box"),
        pytest.param([5, 5, 8, 4], 0.25, id="twice the size about the same centre: IoU alone"),
        pytest.param([9, 5, 4, 2], 0 - 16 / 68, id="side by side: the distance alone"),
        pytest.param([1e6, 5, 4, 2], -1.0, id="far away"),
    ],
)
def test_ciou_by_hand(box: list[float], expected: float) -> None:
    found = ciou(torch.tensor([[5.0, 5.0, 4.0, 2.0]]), torch.tensor([box], dtype=torch.float32))
    assert found.item() == pytest.approx(expected, abs=1e-4)


def test_the_gradient_of_ciou_with_its_weight_held_constant() -> None:
    a, b = some_boxes(20, seed=3).requires_grad_(), some_boxes(20, seed=4).requires_grad_()
    iou, _, aspect = (term.detach() for term in ciou_terms(a, b))
    alpha = aspect / (1 - iou + aspect)

    def held(a: Tensor, b: Tensor) -> Tensor:
        iou, distance, aspect = ciou_terms(a, b)
        return iou - distance - alpha * aspect

    assert torch.autograd.gradcheck(held, (a, b))
    expected = torch.autograd.grad(held(a, b).sum(), (a, b))
    for found, wanted in zip(torch.autograd.grad(ciou(a, b).sum(), (a, b)), expected, strict=True):
        torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-6)


def test_the_gradient_of_ciou_is_finite_where_boxes_are_the_same() -> None:
    a = torch.tensor([[5.0, 5.0, 4.0, 2.0], [0.1, 0.3, 0.7, 0.9]], requires_grad=True)
    ciou(a, a.detach()).sum().backward()
    assert a.grad is not None
    assert a.grad.isfinite().all()


# Which cells answer.


@pytest.mark.parametrize(
    ("centre", "cells"),
    [
        pytest.param((20.0, 20.0), {(2, 2), (2, 3), (3, 2)}, id="the middle of a cell: right and below"),
        pytest.param((17.0, 17.0), {(2, 2), (2, 1), (1, 2)}, id="near the upper left: left and above"),
        pytest.param((23.0, 17.0), {(2, 2), (2, 3), (1, 2)}, id="near the upper right: right and above"),
        pytest.param((1.0, 1.0), {(0, 0)}, id="in the picture's corner: none beside it"),
        pytest.param((64.0, 64.0), {(7, 7)}, id="on the picture's lower right corner: the last cell"),
    ],
)
def test_a_box_belongs_to_its_cell_and_the_two_nearest(
    centre: tuple[float, float], cells: set[tuple[int, int]]
) -> None:
    targets = torch.tensor([[0, 0, *centre, 10, 10]])
    found = match(targets, torch.tensor([[10.0, 10.0]]), 8, (8, 8), 4.0)
    assert set(zip(found.row.tolist(), found.column.tolist(), strict=True)) == cells
    assert set(found.anchor.tolist()) == {0}


@pytest.mark.parametrize(
    ("size", "anchors"),
    [
        pytest.param((10.0, 10.0), {0}, id="one anchor"),
        pytest.param((20.0, 20.0), {0, 1}, id="two anchors"),
        pytest.param((40.0, 20.0), {1}, id="four times as wide as the first is too much"),
        pytest.param((10.0, 200.0), set(), id="none"),
        pytest.param((0.0, 10.0), set(), id="none for a box without width"),
    ],
)
def test_a_box_belongs_to_anchors_within_a_factor_of_four(size: tuple[float, float], anchors: set[int]) -> None:
    targets = torch.tensor([[0, 0, 20.0, 20.0, *size]])
    assert set(match(targets, torch.tensor([[10.0, 10.0], [50.0, 50.0]]), 8, (8, 8), 4.0).anchor.tolist()) == anchors


@settings(max_examples=50, deadline=None)
@given(rows=target_rows())
def test_matches_against_one_box_at_a_time(rows: list[list[float]]) -> None:
    targets = torch.tensor(rows, dtype=torch.float64)
    for stride, anchors in zip(STRIDES, np.array(ANCHORS_PX), strict=True):
        size = (64 // stride, 96 // stride)
        found: Matches = match(targets, torch.from_numpy(anchors), stride, size, 4.0)
        listed = list(zip(*(field.tolist() for field in found), strict=True))
        assert len(set(listed)) == len(listed)
        assert set(listed) == numpy_matches(targets.numpy(), anchors, stride, *size)


# The loss.


@settings(max_examples=20, deadline=None)
@given(rows=target_rows())
def test_the_loss_against_one_box_at_a_time(rows: list[list[float]]) -> None:
    raw_maps, targets = some_maps(2, 64, 96, classes=3), torch.tensor(rows, dtype=torch.float64)
    found = DetectionLoss(torch.tensor(ANCHORS_PX))(raw_maps, targets)
    expected = numpy_loss([raw.detach().numpy() for raw in raw_maps], targets.numpy())
    for part, value in expected.items():
        assert found[part].item() == pytest.approx(value, rel=1e-4), part
    assert found["loss"].item() == pytest.approx(sum(expected.values()), rel=1e-4)


def test_the_gradient_of_the_loss_in_numbers() -> None:
    """Of the class part alone: CIoU's weight and the objectness target, which is a CIoU, count as constants."""
    raw_maps = some_maps(1, 32, 32, classes=2)
    targets = torch.tensor([[0, 1, 12.0, 20.0, 12.0, 14.0]], dtype=torch.float64)
    only_classes = DetectionLoss(torch.tensor(ANCHORS_PX), DetectionLossSettings(box=0.0, objectness=0.0))
    assert torch.autograd.gradcheck(lambda *maps: only_classes(maps, targets)["loss"], raw_maps)


def test_a_batch_without_boxes_asks_for_no_objects() -> None:
    raw_maps = some_maps(2, 32, 64, classes=3, dtype=torch.float32)
    found = DetectionLoss(torch.tensor(ANCHORS_PX))(raw_maps, torch.empty(0, 6))
    found["loss"].backward()
    assert (found["box"].item(), found["class"].item()) == (0.0, 0.0)
    assert found["loss"].item() == pytest.approx(found["objectness"].item())
    for raw in raw_maps:
        assert raw.grad is not None
        assert raw.grad.isfinite().all()
        assert (raw.grad[..., 4] > 0).all()


def test_half_precision_is_computed_in_single() -> None:
    targets = torch.tensor([[0, 1, 12.0, 20.0, 12.0, 14.0], [1, 0, 40.0, 40.0, 50.0, 44.0]])
    loss = DetectionLoss(torch.tensor(ANCHORS_PX))
    rounded = [raw.detach().bfloat16() for raw in some_maps(2, 64, 64, classes=3)]
    found, expected = loss(rounded, targets), loss([raw.float() for raw in rounded], targets)
    assert found["loss"].dtype == torch.float32
    assert found["loss"].item() == expected["loss"].item()


@pytest.mark.parametrize(
    ("gain", "part"),
    [
        pytest.param({"box": 0.1}, "box", id="box"),
        pytest.param({"objectness": 2.0}, "objectness", id="objectness"),
        pytest.param({"classes": 1.0}, "class", id="class"),
    ],
)
def test_a_gain_doubles_its_part_alone(gain: dict[str, float], part: str) -> None:
    raw_maps, targets = some_maps(1, 64, 64, classes=3), torch.tensor([[0, 1, 12.0, 20.0, 12.0, 14.0]])
    usual = DetectionLoss(torch.tensor(ANCHORS_PX))(raw_maps, targets)
    doubled = DetectionLoss(torch.tensor(ANCHORS_PX), DetectionLossSettings(**gain))(raw_maps, targets)
    for name in ("box", "objectness", "class"):
        assert doubled[name].item() == pytest.approx(usual[name].item() * (2 if name == part else 1))


def test_a_few_steps_fit_boxes_and_classes() -> None:
    torch.manual_seed(0)
    network = YOLOv5(classes=3, width=0.125, depth=0.33)
    image = torch.rand(2, 3, 64, 64)
    targets = torch.tensor([[0, 1, 20.0, 20.0, 16.0, 24.0], [1, 2, 40.0, 36.0, 40.0, 30.0]])
    loss = DetectionLoss(network.anchors_px)
    optimiser = torch.optim.Adam(network.parameters(), lr=0.01)
    history = []
    for _ in range(15):
        parts = loss(network(image), targets)
        optimiser.zero_grad()
        parts["loss"].backward()
        optimiser.step()
        history.append(parts)
    assert all(parameter.grad is not None for parameter in network.parameters())
    for name in ("box", "class", "loss"):
        assert history[-1][name].item() < 0.7 * history[0][name].item(), name
