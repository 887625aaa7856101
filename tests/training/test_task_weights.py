"""Weights of tasks that are learned: by hand, and which way they go."""

import math

import pytest
import torch
from torch import Tensor

from howfar.training.task_weights import TASK_WEIGHTS, TaskWeights

TASKS = ("depth", "boxes")


def losses(*values: float) -> dict[str, Tensor]:
    return dict(zip(TASKS, torch.tensor(values, requires_grad=True).unbind(), strict=True))


def weights(kind: str, *learned: float) -> TaskWeights:
    made = TASK_WEIGHTS[kind](TASKS)
    with torch.no_grad():
        made.learned.copy_(torch.tensor(learned or (0.0, 0.0)))
    return made


def step(of: TaskWeights, before: tuple[float, float], after: tuple[float, float]) -> None:
    of.weighed(losses(*before))["loss"].backward()
    of.update(lambda: of.weighed(losses(*after)) | losses(*after), lambda gradient: gradient)


@pytest.mark.parametrize(
    ("kind", "learned", "total", "gradients", "share"),
    [
        pytest.param("uncertainty", (0.0, 0.0), 2.5, (1.0, 1.0), 0.5, id="uncertainty begins with the sum"),
        pytest.param(
            "uncertainty",
            (math.log(2), math.log(0.5)),
            1 + 1,
            (0.5, 2.0),
            0.2,
            id="a task of twice the variance weighs half, and the logarithms are added",
        ),
        # c = 1 / (0.5/2 + 0.5/0.5) = 0.8
        pytest.param("famo", (0.0, 0.0), 0.0, (0.2, 0.8), 0.2, id="FAMO begins with logarithms of equal shares"),
        # z = 3/4 and 1/4; c = 1 / (0.75/2 + 0.25/0.5) = 8/7
        pytest.param(
            "famo", (math.log(3), 0.0), 8 / 7 * 0.5 * math.log(2), (3 / 7, 4 / 7), 3 / 7, id="FAMO with other shares"
        ),
    ],
)
def test_the_loss_and_its_gradients_are_those_of_the_papers(
    kind: str, learned: tuple[float, ...], total: float, gradients: tuple[float, float], share: float
) -> None:
    each = losses(2.0, 0.5)
    weighed = weights(kind, *learned).weighed(each)
    assert weighed["loss"].item() == pytest.approx(total, abs=1e-6)
    found = torch.autograd.grad(weighed["loss"], [*each.values()])
    assert [gradient.item() for gradient in found] == pytest.approx(gradients)
    assert weighed["depth_share"].item() == pytest.approx(share)
    assert (weighed["depth_share"] + weighed["boxes_share"]).item() == pytest.approx(1)


@pytest.mark.parametrize(
    ("kind", "before", "after", "greater"),
    [
        pytest.param("uncertainty", (2.0, 0.5), (2.0, 0.5), "boxes", id="uncertainty: the task with the smaller loss"),
        pytest.param("famo", (2.0, 0.5), (1.0, 0.5), "boxes", id="FAMO: the task that did not improve"),
        pytest.param("famo", (2.0, 0.5), (2.0, 0.4), "depth", id="FAMO: the same, the other way"),
    ],
)
def test_after_a_step_this_task_weighs_more(
    kind: str, before: tuple[float, float], after: tuple[float, float], greater: str
) -> None:
    made = weights(kind)
    first = made.weighed(losses(*before))[f"{greater}_share"].item()
    step(made, before, after)
    assert made.weighed(losses(*before))[f"{greater}_share"].item() > first


def test_by_uncertainty_constant_losses_come_to_weigh_one_over_their_size() -> None:
    made = weights("uncertainty")
    for _ in range(200):
        step(made, (2.0, 0.5), (2.0, 0.5))
    assert (-made.learned).exp().tolist() == pytest.approx([0.5, 2.0], rel=0.02)


@pytest.mark.parametrize("kind", TASK_WEIGHTS)
def test_what_was_learned_goes_on_from_a_checkpoint_bit_for_bit(kind: str) -> None:
    through, first = weights(kind), weights(kind)
    for _ in range(3):
        step(through, (2.0, 0.5), (1.0, 0.5))
        step(first, (2.0, 0.5), (1.0, 0.5))
    resumed = TASK_WEIGHTS[kind](TASKS)
    resumed.load_state_dict(first.state_dict())
    step(through, (1.5, 0.5), (1.0, 0.4))
    step(resumed, (1.5, 0.5), (1.0, 0.4))
    assert torch.equal(through.learned, resumed.learned)


@pytest.mark.parametrize("kind", TASK_WEIGHTS)
def test_a_loss_of_nothing_stays_finite(kind: str) -> None:
    made = weights(kind)
    step(made, (2.0, 0.0), (2.0, 0.0))
    assert torch.isfinite(made.learned).all()
    assert torch.isfinite(made.weighed(losses(2.0, 0.0))["loss"])


@pytest.mark.parametrize("kind", TASK_WEIGHTS)
def test_processes_of_one_training_learn_from_the_mean_of_their_gradients(kind: str) -> None:
    made = weights(kind)
    made.weighed(losses(2.0, 0.5))["loss"].backward()
    made.update(lambda: losses(1.0, 0.5), torch.zeros_like)
    assert made.learned.tolist() == [0.0, 0.0]
