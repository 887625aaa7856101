"""A network that is ready to be exported: with the output that its card describes, and the card."""

from dataclasses import dataclass

from torch import Tensor, nn

from howfar.models.card import Card


@dataclass(frozen=True, slots=True, eq=False)
class Exportable:
    """A network that is ready to be written; it is put into evaluation mode, and its weights stay as they are.

    Attributes:
        network: From a 1×3×H×W tensor to the one output that the card describes.
        card: How to feed and read it, without a digest.
        any_size: Whether it takes pictures of any size, and not of the card's alone.
    """

    network: nn.Module
    card: Card
    any_size: bool = True

    def __post_init__(self) -> None:
        self.network.eval().requires_grad_(False)


class InMetres(nn.Module):
    """A depth network whose output is multiplied by the metres that a 1 of it means."""

    def __init__(self, network: nn.Module, unit_m: float) -> None:
        super().__init__()
        self.network, self.unit_m = network, unit_m

    def forward(self, image: Tensor) -> Tensor:
        """Give N×1×h×w metres."""
        depth: Tensor = self.network(image)
        return depth * self.unit_m
