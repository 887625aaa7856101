"""NanoDet-g with a depth decoder."""

import pytest
import torch
from torch import nn

from howfar.networks.depth_decoder import FARTHEST_M
from howfar.networks.joint_nanodet import JointNanoDet, JointOutputs


@pytest.fixture(scope="module")
def network() -> JointNanoDet:
    torch.manual_seed(0)
    return JointNanoDet(classes=3).eval()


def test_depth_is_at_a_quarter_and_within_its_reach(network: JointNanoDet) -> None:
    with torch.inference_mode():
        depth_m, _ = network(torch.randn(2, 3, 64, 96))
    assert depth_m.shape == (2, 1, 16, 24)
    assert 0 < float(depth_m.min()) <= float(depth_m.max()) <= FARTHEST_M


def test_its_detector_is_nanodet_g_with_the_same_trunk(network: JointNanoDet) -> None:
    image = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        together, alone = network(image).cells, network.detector(image)
    assert all(torch.equal(one, other) for one, other in zip(together, alone, strict=True))


def test_what_is_exported_has_one_tensor_for_each_name(network: JointNanoDet) -> None:
    with torch.inference_mode():
        output = network(torch.zeros(1, 3, 64, 64))
        exported = dict(zip(JointOutputs.tensors, JointOutputs(network)(torch.zeros(1, 3, 64, 64)), strict=True))
    torch.testing.assert_close(exported["scores"], output.cells.class_logits.sigmoid())
    torch.testing.assert_close(exported["distances"], output.cells.side_logits)
    torch.testing.assert_close(exported["depth"], output.depth_m)


def test_both_heads_move_the_trunk() -> None:
    network = JointNanoDet(classes=3)
    nn.init.normal_(network.decoder.head.scores.weight)  # which are zeros at first
    weight = network.detector.trunk.stem[0].weight
    for head in (0, 1):
        network.zero_grad()
        output = network(torch.randn(1, 3, 64, 64))
        (output.depth_m if head == 0 else output.cells.class_logits).sum().backward()
        assert weight.grad is not None
        assert float(weight.grad.abs().max()) > 0
