"""SSD300: parameters by the paper's architecture, shapes, names, and what it starts from."""

from functools import partial

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from howfar.networks.catalogue import build, find_network
from howfar.networks.imagenet import IMAGENET_MEAN, IMAGENET_STD
from howfar.networks.ssd import ENTRY, MAPS, SCALES, SSD300, VGG_MEAN, VOC_SCALES, RawSSD
from tests.networks.checks import parameter_count

NARROW = {"classes": 2, "width": 0.125}


def convolution(inputs: int, outputs: int, kernel: int) -> int:
    return outputs * (inputs * kernel**2 + 1)


def papers_parameters(classes: int) -> int:
    """Counted layer by layer from the paper's Figure 2 and VGG-16's table D."""
    trunk = [(3, 64), (64, 64), (64, 128), (128, 128), (128, 256), (256, 256), (256, 256)]
    trunk += [(256, 512), *[(512, 512)] * 5]
    total = sum(convolution(inputs, outputs, 3) for inputs, outputs in trunk)
    total += 512  # the length of conv4_3's features
    total += convolution(512, 1024, 3) + convolution(1024, 1024, 1)
    for inputs, narrow, wide in ((1024, 256, 512), (512, 128, 256), (256, 128, 256), (256, 128, 256)):
        total += convolution(inputs, narrow, 1) + convolution(narrow, wide, 3)
    for inputs, boxes in ((512, 4), (1024, 6), (512, 6), (256, 6), (256, 4), (256, 4)):
        total += convolution(inputs, boxes * (4 + classes), 3)
    return total


@pytest.mark.parametrize(
    ("classes", "count"),
    [pytest.param(20, 26_285_486, id="VOC's 20 and the background"), pytest.param(80, 34_305_206, id="COCO's 80")],
)
def test_parameters_are_those_of_the_paper(classes: int, count: int) -> None:
    assert parameter_count(partial(SSD300, classes)) == papers_parameters(classes + 1) == count


def test_shapes() -> None:
    network = SSD300(**NARROW).eval()
    with torch.inference_mode():
        maps = network.maps(torch.zeros(2, 3, 300, 300))
        offsets, logits = network(torch.zeros(2, 3, 300, 300))
    assert [tuple(x.shape[2:]) for x in maps] == [(side, side) for side in network.default_boxes.maps]
    assert (offsets.shape, logits.shape) == ((2, 8732, 4), (2, 8732, 3))


def test_of_pairs_there_are_two_numbers_more() -> None:
    network = SSD300(**NARROW, channels=6, shift=0.25).eval()
    with torch.inference_mode():
        offsets, logits = network(torch.zeros(1, 6, 300, 300))
    assert (offsets.shape, logits.shape) == ((1, 8732, 6), (1, 8732, 3))


def test_the_rows_of_the_outputs_are_those_of_the_default_boxes() -> None:
    """Only the cell at row 3, column 5 of fc7's map is lit, and its second box."""
    network = SSD300(**NARROW).eval()
    for layer in network.loc:
        nn.init.zeros_(layer.weight)
        nn.init.zeros_(layer.bias)
    network.loc[1].weight.data[4, 0, 1, 1] = 1.0  # second box, first number
    maps = [torch.zeros(1, layer.in_channels, side, side) for layer, side in zip(network.loc, MAPS, strict=True)]
    maps[1][0, 0, 3, 5] = 7.0
    network.maps = lambda image: maps  # type: ignore[method-assign]
    offsets, _ = network(torch.zeros(1, 3, 300, 300))
    (row,) = offsets[0, :, 0].nonzero()[:, 0].tolist()
    assert row == 5776 + (3 * 19 + 5) * 6 + 1
    assert network.default_boxes.table_px[row, :2].tolist() == [88.0, 56.0]


def test_conv4_3_starts_with_features_of_length_20() -> None:
    network = SSD300(**NARROW)
    x = torch.rand(1, 64, 2, 2)
    assert torch.allclose(network.L2Norm(x).norm(dim=1), torch.full((1, 2, 2), 20.0))


def test_what_is_exported_gives_probabilities() -> None:
    raw = RawSSD(SSD300(**NARROW)).eval()
    with torch.inference_mode():
        offsets, scores = raw(torch.rand(1, 3, 300, 300))
    assert offsets.shape == (1, 8732, 4)
    assert torch.allclose(scores.sum(dim=-1), torch.ones(1, 8732), atol=1e-5)


def test_names_are_those_of_the_published_weights() -> None:
    names = set(SSD300(20).state_dict())
    trunk = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28, 31, 33)
    expected = {f"vgg.{number}.{part}" for number in trunk for part in ("weight", "bias")}
    for group, count in (("extras", 8), ("loc", 6), ("conf", 6)):
        expected |= {f"{group}.{number}.{part}" for number in range(count) for part in ("weight", "bias")}
    assert names == expected | {"L2Norm.weight"}


@pytest.mark.parametrize(
    ("classes", "scales"),
    [
        pytest.param(20, VOC_SCALES, id="VOC"),
        pytest.param(80, SCALES, id="COCO"),
        pytest.param(3, SCALES, id="other"),
    ],
)
def test_a_file_tells_its_classes_and_scales(classes: int, scales: tuple[float, ...]) -> None:
    assert ENTRY.published is not None
    options = ENTRY.published.options({"conf.0.bias": torch.zeros(4 * (classes + 1))})
    assert options == {"classes": classes, "scales": scales}


def imagenet(network: SSD300) -> dict[str, Tensor]:
    """What torchvision's VGG-16 is called, at the width of a network."""
    torch.manual_seed(3)
    trunk = network.vgg.state_dict()
    return {f"features.{name}": torch.rand_like(value) for name, value in trunk.items() if int(name.split(".")[0]) < 30}


def test_the_trunk_takes_imagenets_vgg16() -> None:
    network = SSD300(**NARROW)
    weights, known = imagenet(network), ENTRY.encoder_weights
    assert known is not None
    renamed = known.renamed(weights | {"classifier.0.weight": torch.zeros(1)}, known.encoder(network))
    network.vgg.load_state_dict(renamed)
    assert torch.equal(network.vgg[28].weight, weights["features.28.weight"])
    with pytest.raises(LookupError):
        known.renamed({"layer1.weight": torch.zeros(1)}, known.encoder(network))


def test_a_picture_means_to_the_trunk_what_it_meant_to_torchvision() -> None:
    network = SSD300(**NARROW)
    weights, known = imagenet(network), ENTRY.encoder_weights
    assert known is not None
    network.vgg.load_state_dict(known.renamed(weights, known.encoder(network)))
    picture = 255 * torch.rand(1, 3, 8, 8)
    ours = picture - torch.tensor(VGG_MEAN).view(1, 3, 1, 1)
    theirs = (picture - torch.tensor(IMAGENET_MEAN).view(1, 3, 1, 1)) / torch.tensor(IMAGENET_STD).view(1, 3, 1, 1)
    expected = functional.conv2d(theirs, weights["features.0.weight"], weights["features.0.bias"])
    with torch.inference_mode():
        found = network.vgg[0](ours)[..., 1:-1, 1:-1]  # beyond the border lie zeros of another meaning
    assert torch.allclose(found, expected, atol=1e-3)


def test_the_catalogue_builds_it() -> None:
    assert isinstance(build(find_network("ssd300", "detection"), {**NARROW, "normalised": True}), SSD300)
