"""What moves the weights, and which of them stay."""

from collections.abc import Sequence

import torch
from torch import nn

from howfar.errors import SettingError
from howfar.training.recipe import OptimiserSettings


def build_optimiser(network: nn.Module, part: OptimiserSettings, encoder: Sequence[str] = ()) -> torch.optim.Optimizer:
    """The optimiser of a recipe over the weights that are not frozen.

    Each parameter group remembers its greatest learning rate as `greatest_lr`; the schedule multiplies that.

    Args:
        network: What is trained.
        part: The recipe's settings.
        encoder: The names of the parts of the network that have the encoder's learning rate.
    """
    groups = _parameter_groups(network, part, encoder)
    if part.name == "sgd":
        return torch.optim.SGD(groups, lr=part.learning_rate, momentum=part.momentum, nesterov=part.nesterov)
    return torch.optim.AdamW(groups, lr=part.learning_rate, betas=(part.momentum, 0.999), foreach=True)


def set_learning_rate(optimiser: torch.optim.Optimizer, share: float) -> float:
    """Set every parameter group to a share of its greatest learning rate; returns the greatest of them."""
    for group in optimiser.param_groups:
        group["lr"] = group["greatest_lr"] * share
    return max(float(group["lr"]) for group in optimiser.param_groups)


def freeze(network: nn.Module, parts: Sequence[str]) -> None:
    """Keep the weights of the named parts as they are.

    Raises:
        SettingError: If the network has no such part.
    """
    for name in parts:
        try:
            network.get_submodule(name).requires_grad_(False)
        except AttributeError:
            known = ", ".join(name for name, _ in network.named_children())
            raise SettingError(f"The network has no part {name!r} to freeze; it has {known}.") from None


def train_mode(network: nn.Module, frozen: Sequence[str]) -> None:
    """Training mode, but for the frozen parts, whose normalisation statistics stay too."""
    network.train()
    for name in frozen:
        network.get_submodule(name).eval()


def _parameter_groups(network: nn.Module, part: OptimiserSettings, encoder: Sequence[str]) -> list[dict[str, object]]:
    sorted_out: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            continue
        rate = part.learning_rate * (part.encoder_share if name.split(".")[0] in encoder else 1.0)
        decay = part.weight_decay if part.decay_all or parameter.ndim > 1 else 0.0
        sorted_out.setdefault((rate, decay), []).append(parameter)
    return [
        {"params": parameters, "lr": rate, "greatest_lr": rate, "weight_decay": decay}
        for (rate, decay), parameters in sorted_out.items()
    ]
