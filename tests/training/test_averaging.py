"""The running average of weights, against numbers worked out by hand."""

import math

import pytest
import torch
from torch import nn

from howfar.training.averaging import WARM_UP_STEPS, RunningAverage


class Twice(nn.Module):
    """One weight under two names, a statistic and a count."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(1, 1, bias=False)
        self.again = self.first
        self.norm = nn.BatchNorm1d(1)


def set_all(network: Twice, value: float) -> None:
    network.first.weight.data.fill_(value)
    network.norm.get_buffer("running_mean").fill_(value)
    network.norm.get_buffer("num_batches_tracked").fill_(int(value))


@pytest.mark.parametrize("decay", [0.0, 0.5, 0.998])
@pytest.mark.parametrize("before", [0, 10, 5000], ids=["from the start", "warming up", "warm"])
def test_the_average_moves_by_the_decay_that_warms_up(decay: float, before: int) -> None:
    network = Twice()
    set_all(network, 0.0)
    average = RunningAverage(network, decay)
    average.steps = before
    expected = 0.0
    for step in range(1, 6):
        set_all(network, float(step))
        average.update(network)
        kept = decay * (1 - math.exp(-(before + step) / WARM_UP_STEPS))
        expected = kept * expected + (1 - kept) * step
    assert average.network.get_parameter("first.weight").item() == pytest.approx(expected, rel=1e-5)
    assert average.network.get_buffer("norm.running_mean").item() == pytest.approx(expected, rel=1e-5)
    assert average.network.get_buffer("norm.num_batches_tracked").item() == 5


def test_the_average_is_a_network_of_its_own_that_is_not_trained() -> None:
    network = Twice().train()
    average = RunningAverage(network, 0.9)
    set_all(network, 7.0)
    assert average.network.get_parameter("first.weight").item() != 7.0
    assert not average.network.training
    assert not any(parameter.requires_grad for parameter in average.network.parameters())
    assert network.training
    assert all(parameter.requires_grad for parameter in network.parameters())


def test_an_update_leaves_the_network_as_it_was() -> None:
    network = Twice()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    RunningAverage(network, 0.9).update(network)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
