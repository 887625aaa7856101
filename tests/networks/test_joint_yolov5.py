"""YOLOv5 with a depth decoder."""

import pytest
import torch
from torch import nn

from howfar.networks.depth_decoder import FARTHEST_M
from howfar.networks.joint_yolov5 import JointYOLOv5, JointYOLOv5Outputs


@pytest.fixture(scope="module")
def network() -> JointYOLOv5:
    torch.manual_seed(0)
    return JointYOLOv5(classes=3).eval()


def test_depth_is_at_a_quarter_and_within_its_reach(network: JointYOLOv5) -> None:
    with torch.inference_mode():
        depth_m, _ = network(torch.rand(2, 3, 64, 96))
    assert depth_m.shape == (2, 1, 16, 24)
    assert 0 < float(depth_m.min()) <= float(depth_m.max()) <= FARTHEST_M


def test_its_detector_is_yolov5_with_the_same_trunk(network: JointYOLOv5) -> None:
    image = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        together, alone = network(image).cells, network.detector(image)
    assert [raw.shape for raw in together] == [(1, 3, side, side, 8) for side in (8, 4, 2)]
    assert all(torch.equal(one, other) for one, other in zip(together, alone, strict=True))


def test_what_is_exported_has_one_tensor_for_each_name(network: JointYOLOv5) -> None:
    image = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        exported = dict(zip(JointYOLOv5Outputs.tensors, JointYOLOv5Outputs(network)(image), strict=True))
        output = network(image)
        boxes = network.detector.decode(output.cells)
    torch.testing.assert_close(exported["boxes"], boxes)
    torch.testing.assert_close(exported["depth"], output.depth_m)


def test_both_heads_move_the_trunk() -> None:
    network = JointYOLOv5(classes=3)
    nn.init.normal_(network.decoder.head.scores.weight)  # which are zeros at first
    weight = network.detector.get_parameter("model.0.conv.weight")
    for head in (0, 1):
        network.zero_grad()
        output = network(torch.rand(2, 3, 64, 64))
        (output.depth_m if head == 0 else output.cells[0]).sum().backward()
        assert weight.grad is not None
        assert float(weight.grad.abs().max()) > 0
