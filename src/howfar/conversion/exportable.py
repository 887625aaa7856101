"""A network that is ready to be exported: with the output that its card describes, and the card."""

from dataclasses import dataclass

from torch import Tensor, nn

from howfar.models.card import Card


@dataclass(frozen=True, slots=True, eq=False)
class Exportable:
    """A network that is ready to be written; it is put into evaluation mode, and its weights stay as they are.

    Attributes:
        network: From a 1×3×H×W tensor to the output that the card describes, or to a tuple that begins with it.
        card: How to feed and read it, without a digest.
        any_size: Whether it takes pictures of any size, and not of the card's alone.
        more_outputs: The names of the outputs that it gives after the first one.
        output: The name of the first one; empty for that which all networks of its task have.
    """

    network: nn.Module
    card: Card
    any_size: bool = True
    more_outputs: tuple[str, ...] = ()
    output: str = ""

    def __post_init__(self) -> None:
        self.network.eval().requires_grad_(False)


class InMetres(nn.Module):
    """A depth network whose output is multiplied by the metres that a 1 of it means; its other outputs stay."""

    def __init__(self, network: nn.Module, unit_m: float) -> None:
        super().__init__()
        self.network, self.unit_m = network, unit_m
        self.more_outputs: tuple[str, ...] = getattr(network, "more_outputs", ())

    def forward(self, image: Tensor) -> Tensor | tuple[Tensor, ...]:
        """Give N×1×h×w metres, and after them what else the network gives."""
        output: Tensor | tuple[Tensor, ...] = self.network(image)
        if isinstance(output, tuple):
            return output[0] * self.unit_m, *output[1:]
        return output * self.unit_m
