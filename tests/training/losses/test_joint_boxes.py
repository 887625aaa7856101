"""What the heads of joint networks are asked for, whatever their layout."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from howfar.networks.nanodet import NanoDetG
from howfar.networks.yolov5 import YOLOv5, yolov5
from howfar.training.losses.joint_boxes import BOX_LOSSES
from howfar.training.losses.nanodet import Labels
from howfar.training.losses.yolov5 import DetectionLoss

SIZE_PX = (64, 64)


def labels(*certainties: float) -> Labels:
    """Boxes of 32×24 pixels in the first picture, each of this certainty."""
    count = len(certainties)
    box = torch.tensor([[8.0, 16.0, 40.0, 40.0]])
    return Labels(
        torch.zeros(count, dtype=torch.int64),
        torch.ones(count, dtype=torch.int64),
        box.expand(count, 4),
        torch.tensor(certainties),
    )


def maps(seed: int, classes: int = 3) -> list[Tensor]:
    random = torch.Generator().manual_seed(seed)
    return [torch.randn(2, 3, side, side, 5 + classes, generator=random) for side in (8, 4, 2)]


@pytest.fixture(scope="module")
def detector() -> YOLOv5:
    return yolov5("n", 3)


def test_yolov5s_loss_is_that_of_a_training_of_the_detector_alone(detector: YOLOv5) -> None:
    raw = maps(0)
    asked = BOX_LOSSES["yolov5"].boxes(detector, raw, labels(1.0), SIZE_PX)
    alone = DetectionLoss(detector.anchors_px)(raw, torch.tensor([[0, 1, 24.0, 28.0, 32.0, 24.0]]))
    assert asked.item() == pytest.approx(2 * alone["loss"].item(), rel=1e-6)


@pytest.mark.parametrize(
    ("certainty", "counts"),
    [
        pytest.param(0.6, True, id="a taught box that is fairly sure"),
        pytest.param(0.4, False, id="one that is not"),
        pytest.param(0.0, False, id="a region of which nothing is known"),
    ],
)
def test_yolov5_counts_a_box_wholly_or_not_at_all(detector: YOLOv5, certainty: float, *, counts: bool) -> None:
    of = BOX_LOSSES["yolov5"].boxes
    asked = of(detector, maps(0), labels(certainty), SIZE_PX)
    assert asked.item() == pytest.approx(of(detector, maps(0), labels(*[1.0] * counts), SIZE_PX).item())


@pytest.mark.parametrize(("layout", "make"), [("nanodet", lambda: NanoDetG(3)), ("yolov5", lambda: yolov5("n", 3))])
def test_a_step_against_the_loss_of_boxes_makes_it_smaller(layout: str, make: Callable[[], torch.nn.Module]) -> None:
    torch.manual_seed(0)
    network, image = make(), torch.rand(2, 3, 64, 64)
    optimiser = torch.optim.SGD(network.parameters(), 1e-4)
    before, after = 0.0, 0.0
    for step in range(2):
        loss = BOX_LOSSES[layout].boxes(network, network(image), labels(1.0), SIZE_PX)
        before, after = (loss.item(), after) if step == 0 else (before, loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert after < before
