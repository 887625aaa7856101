"""The optimiser of a training, and which weights it does not move."""

from collections.abc import Sequence

import torch
from torch import nn

from howfar.errors import SettingError
from howfar.training.recipe_settings import NetworkSettings, OptimiserSettings


def build_optimiser(
    network: nn.Module, settings: OptimiserSettings, encoder: Sequence[str] = ()
) -> torch.optim.Optimizer:
    """The optimiser of a recipe over the weights that are not frozen.

    Each parameter group remembers its greatest learning rate as `greatest_lr`; the schedule multiplies that.

    Args:
        network: What is trained.
        settings: Those of the recipe.
        encoder: The names of the parts of the network that have the encoder's learning rate.
    """
    groups = _parameter_groups(network, settings, encoder)
    if settings.name == "sgd":
        return torch.optim.SGD(
            groups, lr=settings.learning_rate, momentum=settings.momentum, nesterov=settings.nesterov
        )
    return torch.optim.AdamW(groups, lr=settings.learning_rate, betas=(settings.momentum, 0.999), foreach=True)


def set_learning_rate(optimiser: torch.optim.Optimizer, share: float) -> float:
    """Set every parameter group to a share of its greatest learning rate; returns the greatest of them."""
    for group in optimiser.param_groups:
        group["lr"] = group["greatest_lr"] * share
    return max(float(group["lr"]) for group in optimiser.param_groups)


def freeze(network: nn.Module, settings: NetworkSettings) -> tuple[str, ...]:
    """Keep the weights of the parts that a recipe names as they are.

    Returns:
        The names of the parts that stay in the mode of inference while the network is trained: those, and the batch
        normalisations whose statistics are to stay.

    Raises:
        SettingError: If the network has no such part.
    """
    for name in settings.frozen:
        _part(network, name).requires_grad_(False)
    kept = settings.frozen_normalisation
    if kept is True:
        return (*settings.frozen, *_normalisations(network))
    return (*settings.frozen, *(name for part in kept or () for name in _normalisations(_part(network, part), part)))


def _part(network: nn.Module, name: str) -> nn.Module:
    if not name or name not in dict(network.named_modules()):  # the empty name is that of the network itself
        known = ", ".join(name for name, _ in network.named_children())
        raise SettingError(f"The network has no part {name!r} to freeze; it has {known}.")
    return network.get_submodule(name)


def _normalisations(part: nn.Module, called: str = "") -> list[str]:
    """The names of the batch normalisations of a network, or of a part of it that is called so."""
    inside = part.named_modules(prefix=called)
    return [name for name, module in inside if isinstance(module, nn.BatchNorm2d)]


def train_mode(network: nn.Module, frozen: Sequence[str]) -> None:
    """Training mode, but for the frozen parts, whose normalisation statistics stay too."""
    network.train()
    for name in frozen:
        network.get_submodule(name).eval()


def _parameter_groups(
    network: nn.Module, settings: OptimiserSettings, encoder: Sequence[str]
) -> list[dict[str, object]]:
    by_rate_and_decay: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            continue
        in_encoder = any(name.startswith(f"{part}.") for part in encoder)
        rate = settings.learning_rate * (settings.encoder_share if in_encoder else 1.0)
        decay = settings.weight_decay if settings.decay_all or parameter.ndim > 1 else 0.0
        by_rate_and_decay.setdefault((rate, decay), []).append(parameter)
    return [
        {"params": parameters, "lr": rate, "greatest_lr": rate, "weight_decay": decay}
        for (rate, decay), parameters in by_rate_and_decay.items()
    ]
