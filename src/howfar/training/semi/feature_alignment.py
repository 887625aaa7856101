"""Keeping a student's features near those of a frozen encoder, so that it does not forget what those know.

Yang et al.: Depth Anything, CVPR 2024, section 3.3, Eq. 11: 1 − (1/HW) Σ cos(f, f′), where cells whose cosine is
above a tolerance do not count: depth may differ within one object, where the features of the frozen encoder do not.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional

Encoder = Callable[[Tensor], Tensor]
"""From a normalised N×3×H×W picture to N×C×h×w features."""


def alignment_loss(features: Tensor, frozen: Tensor, tolerance: float) -> Tensor:
    """The mean of 1 − cos(f, f′) over the cells whose cosine is at most the tolerance; 0 where there is none.

    Args:
        features: N×C×h×w of the student.
        frozen: N×C×h'×w' of the encoder that stays; resampled to the student's size where it differs.
        tolerance: Cosine above which a cell does not count.
    """
    if frozen.shape[2:] != features.shape[2:]:
        frozen = functional.interpolate(frozen, features.shape[2:], mode="bilinear", align_corners=False)
    cosine = functional.cosine_similarity(features.float(), frozen.float(), dim=1)
    counted = cosine <= tolerance
    return ((1 - cosine) * counted).sum() / counted.sum().clamp(min=1)


@contextmanager
def tapped(part: nn.Module) -> Iterator[list[Tensor]]:
    """Collect what a part of a network gives while the block runs: its last map, where it gives several."""
    found: list[Tensor] = []

    def keep(_: nn.Module, __: object, output: Tensor | Sequence[Tensor]) -> None:
        found.append(output if isinstance(output, Tensor) else output[-1])

    handle = part.register_forward_hook(keep)
    try:
        yield found
    finally:
        handle.remove()


class FrozenPart:
    """The deepest features of a network that stays as it is."""

    def __init__(self, network: nn.Module, part: str) -> None:
        """Take a network, which is kept and frozen, and the name of its part."""
        self.network = network.eval().requires_grad_(False)
        self.part = network.get_submodule(part)

    def __call__(self, image: Tensor) -> Tensor:
        """N×C×h×w features of a normalised N×3×H×W picture."""
        self.network.to(image.device)
        with torch.no_grad(), tapped(self.part) as found:
            self.network(image)
        return found[0]
