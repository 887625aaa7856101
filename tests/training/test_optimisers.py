"""Which weights move, and by how much."""

import pytest
import torch
from torch import nn

from howfar.errors import SettingError
from howfar.networks import fcrn
from howfar.training.optimisers import build_optimiser, freeze, set_learning_rate, train_mode
from howfar.training.recipe_settings import NetworkSettings, OptimiserSettings

SGD = OptimiserSettings(name="sgd", learning_rate=0.1, weight_decay=0.5)


class Small(nn.Module):
    """An encoder and a decoder, each with a convolution and a normalisation."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2))
        self.decoder = nn.Sequential(nn.Conv2d(2, 1, 1), nn.BatchNorm2d(1))


def settings_of(network: nn.Module, optimiser: torch.optim.Optimizer) -> dict[str, tuple[float, float]]:
    """The learning rate and the decay of each weight, by its name."""
    names = {id(parameter): name for name, parameter in network.named_parameters()}
    return {
        names[id(parameter)]: (group["lr"], group["weight_decay"])
        for group in optimiser.param_groups
        for parameter in group["params"]
    }


@pytest.mark.parametrize("name", ["sgd", "adamw"])
@pytest.mark.parametrize("decay_all", [False, True], ids=["biases and normalisation do not decay", "all decay"])
def test_decay_and_the_encoders_share_go_where_they_belong(name: str, decay_all: bool) -> None:
    network = Small()
    part = OptimiserSettings(name=name, learning_rate=0.1, weight_decay=0.5, decay_all=decay_all, encoder_share=0.3)
    found = settings_of(network, build_optimiser(network, part, ["encoder"]))
    assert set(found) == {parameter for parameter, _ in network.named_parameters()}
    for parameter, (rate, decay) in found.items():
        assert rate == pytest.approx(0.03 if parameter.startswith("encoder.") else 0.1)
        assert decay == (0.5 if decay_all or parameter.endswith("0.weight") else 0.0)


def test_the_encoder_of_a_network_that_keeps_resnets_names_is_found_too() -> None:
    part = OptimiserSettings(name="sgd", learning_rate=0.1, encoder_share=0.3)
    with torch.device("meta"):
        network = fcrn.FCRN()
    found = settings_of(network, build_optimiser(network, part, fcrn.ENTRY.encoder))
    rates = {name: rate for name, (rate, _) in found.items()}
    assert rates["layer4.2.conv3.weight"] == rates["conv1.weight"] == pytest.approx(0.03)
    assert rates["conv2.weight"] == rates["conv3.weight"] == pytest.approx(0.1)


def test_a_part_of_a_part_can_be_the_encoder() -> None:
    network = Small()
    part = OptimiserSettings(name="sgd", learning_rate=0.1, encoder_share=0.3)
    found = settings_of(network, build_optimiser(network, part, ["encoder.0"]))
    slow = {name for name, (rate, _) in found.items() if rate == pytest.approx(0.03)}
    assert slow == {"encoder.0.weight", "encoder.0.bias"}


def test_what_is_frozen_is_not_moved_and_keeps_its_statistics() -> None:
    network = Small()
    kept = freeze(network, NetworkSettings(name="small", frozen=("encoder",)))
    assert all(name.startswith("decoder.") for name in settings_of(network, build_optimiser(network, SGD)))
    train_mode(network, kept)
    assert not any(part.training for part in network.encoder.modules())
    assert all(part.training for part in network.decoder.modules())


@pytest.mark.parametrize("what", ["frozen", "frozen_normalisation"])
@pytest.mark.parametrize("part", ["head", ""])
def test_a_part_that_is_not_there_cannot_be_frozen(what: str, part: str) -> None:
    with pytest.raises(SettingError, match=r"no part '(head)?' to freeze; it has encoder, decoder\."):
        freeze(Small(), NetworkSettings(name="small", **{what: (part,)}))


@pytest.mark.parametrize(
    ("kept", "still"),
    [
        pytest.param(True, {"encoder.1", "decoder.1"}, id="all"),
        pytest.param(("encoder",), {"encoder.1"}, id="of one part"),
        pytest.param(False, set(), id="none"),
    ],
)
def test_normalisations_that_are_frozen_keep_their_statistics_alone(
    kept: bool | tuple[str, ...], still: set[str]
) -> None:
    network = Small()
    train_mode(network, freeze(network, NetworkSettings(name="small", frozen_normalisation=kept)))
    assert {name for name, module in network.named_modules() if not module.training} == still
    assert all(parameter.requires_grad for parameter in network.parameters())


@pytest.mark.parametrize(
    ("momentum", "nesterov", "second"),
    [(0.0, False, 0.1), (0.9, False, 0.19), (0.9, True, 0.271)],
    ids=["plain", "momentum", "Nesterov's momentum"],
)
def test_sgd_moves_as_its_formula_says(momentum: float, nesterov: bool, second: float) -> None:
    """With a gradient of 1 and v ← µ·v + 1: w ← w − lr·v, or Nesterov's w − lr·(1 + µ·v)."""
    network = nn.Linear(1, 1, bias=False)
    network.weight.data.fill_(1.0)
    part = OptimiserSettings(name="sgd", learning_rate=0.1, momentum=momentum, nesterov=nesterov)
    optimiser = build_optimiser(network, part)
    moves = []
    for _ in range(2):
        before = network.weight.item()
        network.weight.grad = torch.ones(1, 1)
        optimiser.step()
        moves.append(before - network.weight.item())
    assert moves[1] == pytest.approx(second)


def test_decay_pulls_towards_zero() -> None:
    network = nn.Linear(1, 1, bias=False)
    network.weight.data.fill_(2.0)
    optimiser = build_optimiser(network, SGD)
    network.weight.grad = torch.zeros(1, 1)
    optimiser.step()
    assert network.weight.item() == pytest.approx(2.0 - 0.1 * 0.5 * 2.0)


def test_the_schedule_multiplies_each_groups_own_greatest_rate() -> None:
    network = Small()
    optimiser = build_optimiser(
        network, OptimiserSettings(name="adamw", learning_rate=0.1, encoder_share=0.5), ["encoder"]
    )
    for share in (0.5, 0.1, 1.0):  # whatever it was before
        assert set_learning_rate(optimiser, share) == pytest.approx(0.1 * share)
        rates = settings_of(network, optimiser)
        assert rates["encoder.0.weight"][0] == pytest.approx(0.05 * share)
        assert rates["decoder.0.weight"][0] == pytest.approx(0.1 * share)


def test_adamws_momentum_is_its_first_beta() -> None:
    optimiser = build_optimiser(Small(), OptimiserSettings(name="adamw", learning_rate=0.1, momentum=0.8))
    assert {group["betas"] for group in optimiser.param_groups} == {(0.8, 0.999)}
