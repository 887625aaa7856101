"""The loss of an SSD: matching, offsets, negatives and sums against slow references."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from howfar.networks.default_boxes import DefaultBoxes
from howfar.training.losses.multibox import (
    UNMATCHED,
    MultiBoxLoss,
    MultiBoxSettings,
    encode,
    hardest,
    iou,
    match,
)

SMALL = DefaultBoxes(100, (4, 2), (25.0, 50.0), (0.2, 0.4, 0.8), ((2.0,), (2.0, 3.0)))
PAIRS = DefaultBoxes(100, (4, 2), (25.0, 50.0), (0.2, 0.4, 0.8), ((2.0,), (2.0, 3.0)), shift=0.25)
TABLE = torch.tensor(SMALL.table_px)


def slow_iou(a: list[float], b: list[float]) -> float:
    across = min(a[0] + a[2] / 2, b[0] + b[2] / 2) - max(a[0] - a[2] / 2, b[0] - b[2] / 2)
    down = min(a[1] + a[3] / 2, b[1] + b[3] / 2) - max(a[1] - a[3] / 2, b[1] - b[3] / 2)
    shared = max(across, 0) * max(down, 0)
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


def slow_match(boxes: Tensor, table: Tensor, overlap: float) -> list[int]:
    """One object and one default box after the other."""
    overlaps = [[slow_iou(box, other) for other in table.tolist()] for box in boxes.tolist()]
    answers = []
    for number in range(len(table)):
        column = [row[number] for row in overlaps]
        best = max(range(len(column)), key=column.__getitem__, default=UNMATCHED)
        answers.append(best if column and column[best] >= overlap else UNMATCHED)
    pairs = sorted((-overlaps[m][d], m, d) for m in range(len(boxes)) for d in range(len(table)))
    taken_m: set[int] = set()
    taken_d: set[int] = set()
    for _, m, d in pairs:
        if m not in taken_m and d not in taken_d:
            answers[d] = m
            taken_m.add(m)
            taken_d.add(d)
    return answers


def some_boxes(count: int, seed: int, numbers: int = 4) -> Tensor:
    rng = np.random.default_rng(seed)
    sides = rng.uniform(8, 70, (count, 2))
    middles = rng.uniform(10, 90, (count, 2))
    right = np.stack([middles[:, 0] - rng.uniform(0, 20, count), sides[:, 0] * rng.uniform(0.8, 1.2, count)], axis=1)
    return torch.tensor(np.concatenate([middles, sides, right], axis=1)[:, :numbers], dtype=torch.float32)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        pytest.param((10, 10, 4, 4), (10, 10, 4, 4), 1.0, id="the same"),
        pytest.param((10, 10, 4, 4), (12, 10, 4, 4), 1 / 3, id="half beside"),
        pytest.param((10, 10, 4, 4), (10, 10, 2, 2), 1 / 4, id="one in the other"),
        pytest.param((10, 10, 4, 4), (20, 10, 4, 4), 0.0, id="apart"),
    ],
)
def test_iou_by_hand(a: tuple[float, ...], b: tuple[float, ...], expected: float) -> None:
    assert float(iou(torch.tensor([a]).float(), torch.tensor([b]).float())) == pytest.approx(expected)


@settings(max_examples=30, deadline=None)
@given(count=st.integers(0, 6), seed=st.integers(0, 10_000), overlap=st.sampled_from([0.3, 0.5, 0.7]))
def test_matching_is_that_of_the_slow_reference(count: int, seed: int, overlap: float) -> None:
    boxes = some_boxes(count, seed)
    assert match(boxes, TABLE, overlap).tolist() == slow_match(boxes, TABLE, overlap)


def test_an_object_that_no_default_box_fits_gets_the_best_one() -> None:
    answers = match(torch.tensor([[50.0, 50.0, 3.0, 3.0]]), TABLE, 0.5)
    assert (answers != UNMATCHED).sum() == 1


def test_two_objects_in_one_place_get_a_default_box_each() -> None:
    twin = TABLE[0].repeat(2, 1)
    answers = match(twin, TABLE, 0.99)
    assert sorted(answers[answers != UNMATCHED].tolist()) == [0, 1]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), pairs=st.booleans())
def test_decoding_undoes_encoding(seed: int, pairs: bool) -> None:
    facts = PAIRS if pairs else SMALL
    boxes = some_boxes(len(TABLE), seed, facts.numbers)
    decoded = facts.decode(encode(boxes, TABLE, facts).numpy())
    assert decoded == pytest.approx(boxes.numpy(), rel=1e-4, abs=1e-3)


def test_the_hardest_of_the_background_are_three_for_each_object() -> None:
    losses = torch.tensor([[5.0, 1, 4, 2, 3, 9, 0, 7], [1.0, 2, 3, 4, 5, 6, 7, 8]])
    positive = torch.zeros_like(losses, dtype=torch.bool)
    positive[0, 5] = True
    chosen = hardest(losses, positive, 3)
    assert chosen[0].nonzero()[:, 0].tolist() == [0, 2, 7]
    assert not chosen[1].any(), "a picture without an object has nothing to compare its background with"


def slow_loss(offsets: Tensor, logits: Tensor, targets: Tensor, facts: DefaultBoxes) -> float:
    """The paper's equations 1 to 3, box by box."""
    table, total, matched = facts.table_px.tolist(), 0.0, 0
    for picture in range(len(offsets)):
        own = [row for row in targets.tolist() if row[0] == picture]
        answers = slow_match(torch.tensor([row[2:6] for row in own]).reshape(-1, 4), torch.tensor(table), 0.5)
        entropies = torch.log_softmax(logits[picture].double(), dim=1)
        background = sorted((-float(entropies[d, 0]) for d, m in enumerate(answers) if m == UNMATCHED), reverse=True)
        positive = [(d, m) for d, m in enumerate(answers) if m != UNMATCHED]
        matched += len(positive)
        total += sum(background[: 3 * len(positive)])
        for d, m in positive:
            cx, cy, w, h = table[d]
            _, label, x, y, width, height, *right = own[m]
            wanted = [(x - cx) / w / 0.1, (y - cy) / h / 0.1, math.log(width / w) / 0.2, math.log(height / h) / 0.2]
            if right:
                default_right = cx - 0.25 * w
                wanted += [(right[0] - default_right) / w / 0.1, math.log(right[1] / w) / 0.2]
            total -= float(entropies[d, 1 + int(label)])
            for given_one, wanted_one in zip(offsets[picture, d].tolist(), wanted, strict=True):
                error = abs(given_one - wanted_one)
                total += 0.5 * error**2 if error < 1 else error - 0.5
    return total / max(1, matched)


@pytest.mark.parametrize("facts", [SMALL, PAIRS], ids=["single boxes", "pairs"])
@pytest.mark.parametrize("counts", [(3, 2), (0, 4), (1, 0), (0, 0)], ids=str)
def test_the_loss_is_that_of_the_slow_reference(facts: DefaultBoxes, counts: tuple[int, ...]) -> None:
    torch.manual_seed(sum(counts))
    targets = torch.cat(
        [
            torch.cat([torch.tensor([[float(number), float(number % 2)]] * count).reshape(-1, 2), boxes], dim=1)
            for number, count in enumerate(counts)
            for boxes in [some_boxes(count, 7 + number, facts.numbers)]
        ]
    )
    offsets, logits = torch.randn(2, len(facts), facts.numbers), torch.randn(2, len(facts), 3)
    found = MultiBoxLoss(facts)((offsets, logits), targets)
    assert float(found["loss"]) == pytest.approx(slow_loss(offsets, logits, targets, facts), rel=1e-5, abs=1e-6)
    assert float(found["loss"]) == pytest.approx(float(found["box"] + found["class"]), rel=1e-6)


def test_perfect_offsets_and_sure_classes_cost_nothing() -> None:
    box = TABLE[5:6]
    logits = torch.tensor([30.0, 0.0]).repeat(1, len(SMALL), 1)
    answers = match(box, TABLE, 0.5)
    logits[0, answers == 0] = torch.tensor([0.0, 30.0])
    offsets = torch.zeros(1, len(SMALL), 4)
    offsets[0, answers == 0] = encode(box.repeat(int((answers == 0).sum()), 1), TABLE[answers == 0], SMALL)
    targets = torch.cat([torch.zeros(1, 2), box], dim=1)
    assert float(MultiBoxLoss(SMALL)((offsets, logits), targets)["loss"]) < 1e-6


def test_the_gain_of_boxes_weighs_their_part_alone() -> None:
    targets = torch.cat([torch.zeros(2, 2), some_boxes(2, 1)], dim=1)
    raw = torch.zeros(1, len(SMALL), 4), torch.zeros(1, len(SMALL), 2)
    usual, doubled = MultiBoxLoss(SMALL)(raw, targets), MultiBoxLoss(SMALL, MultiBoxSettings(box=2.0))(raw, targets)
    assert doubled["box"] == pytest.approx(2 * usual["box"])
    assert doubled["class"] == usual["class"]
