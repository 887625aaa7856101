"""Keeping features near those of a frozen encoder."""

import pytest
import torch
from torch import nn

from howfar.training.semi.feature_alignment import FrozenPart, alignment_loss, tapped

# Four places of two channels: cosines 1, 0.8, 0 and -1 to the first axis.
FEATURES = torch.tensor([[[[2.0, 0.8], [0.0, -3.0]], [[0.0, 0.6], [5.0, 0.0]]]])
AXIS = torch.tensor([1.0, 0.0]).view(1, 2, 1, 1).expand(1, 2, 2, 2)


@pytest.mark.parametrize(
    ("tolerance", "expected"),
    [(1.0, (0 + 0.2 + 1 + 2) / 4), (0.85, (0.2 + 1 + 2) / 3), (0.5, (1 + 2) / 2), (0.0, (1 + 2) / 2)],
)
def test_places_that_are_near_enough_do_not_count(tolerance: float, expected: float) -> None:
    assert alignment_loss(FEATURES, AXIS, tolerance).item() == pytest.approx(expected, abs=1e-6)


def test_where_all_are_near_enough_nothing_is_asked() -> None:
    features = AXIS.clone().requires_grad_(True)
    loss = alignment_loss(features, AXIS, 0.85)
    loss.backward()
    assert loss.item() == 0.0
    assert features.grad is not None
    assert torch.all(features.grad == 0)


def test_length_does_not_matter_and_size_is_brought_to_the_students() -> None:
    assert alignment_loss(7 * FEATURES, AXIS, 1.0).item() == pytest.approx(0.8, abs=1e-6)
    larger = AXIS[..., :1, :1].expand(1, 2, 6, 8)
    assert alignment_loss(FEATURES, larger, 1.0).item() == pytest.approx(0.8, abs=1e-6)


class TwoMaps(nn.Module):
    """An encoder of two maps, and a head that reads them."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = _Maps()
        self.head = nn.Conv2d(4, 1, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.encoder(x)[-1])


class _Maps(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 2, stride=2)
        self.norm = nn.BatchNorm2d(4)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        first = self.conv(x)
        return [first, self.norm(first)]


def test_a_tap_gives_the_last_map_of_a_part_while_it_is_open() -> None:
    network, image = TwoMaps().eval(), torch.randn(2, 3, 8, 8)
    with tapped(network.encoder) as found:
        network(image)
    network(image)
    assert len(found) == 1
    torch.testing.assert_close(found[0], network.encoder(image)[-1])


def test_a_frozen_part_stays_as_it_is() -> None:
    network, image = TwoMaps(), torch.randn(2, 3, 8, 8)
    frozen = FrozenPart(network, "encoder")
    first = frozen(image)
    network.head(network.encoder(image)[-1]).sum()
    torch.testing.assert_close(frozen(image), first)  # its normalisation learns nothing from what it is shown
    assert not first.requires_grad
    assert not any(parameter.requires_grad for parameter in network.parameters())
