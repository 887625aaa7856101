"""NanoDet-g for training: the network that the embedded file holds."""

import onnxruntime
import pytest
import torch

from howfar.models.library import find_model
from howfar.networks.imagenet import IMAGENET_MEAN, IMAGENET_STD
from howfar.networks.nanodet import BINS, DISTANCES, SCORES, STRIDES, NanoDetG
from howfar.training.exported_weights import ordered_weights


@pytest.mark.parametrize("size_px", [(64, 64), (128, 96)], ids=["a square", "a wide picture"])
def test_with_the_embedded_weights_it_says_what_the_embedded_file_says(size_px: tuple[int, int]) -> None:
    path, _ = find_model("nanodet-g")
    network = NanoDetG().eval()
    network.load_state_dict(ordered_weights(path, network))
    shape = (1, 3, size_px[1], size_px[0])
    image = torch.randint(0, 256, shape, generator=torch.Generator().manual_seed(0)).float()
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    scores, distances = session.run([SCORES, DISTANCES], {"image": image.numpy()})  # which takes 0 to 255
    mean, std = (torch.tensor(each).view(1, 3, 1, 1) for each in (IMAGENET_MEAN, IMAGENET_STD))
    with torch.inference_mode():
        cells = network((image - mean) / std)
    assert cells.class_logits.sigmoid().numpy() == pytest.approx(scores, abs=1e-6)
    assert cells.side_logits.numpy() == pytest.approx(distances, abs=1e-4)


def test_it_has_a_row_for_each_cell_of_each_stride() -> None:
    cells = NanoDetG(classes=3)(torch.zeros(2, 3, 64, 96))
    count = sum((64 // stride) * (96 // stride) for stride in STRIDES)
    assert cells.class_logits.shape == (2, count, 3)
    assert cells.side_logits.shape == (2, count, 4 * BINS)
