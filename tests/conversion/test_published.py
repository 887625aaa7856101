"""Published checkpoints with their cards."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from howfar.conversion.published import PUBLISHED, published_network
from howfar.datasets.nyu import NYU_CAMERA
from howfar.errors import ModelError, SettingError
from howfar.models.card import coco80
from howfar.models.model_file import file_digest
from howfar.models.zoo import find_entry
from howfar.networks.fcrn import FCRN
from howfar.networks.hybrid_cnn import HybridCNN
from howfar.networks.ssd import SSD300, VOC_CLASSES, VOC_SCALES
from howfar.networks.yolov5 import yolov5
from tests.models.zoo.fixtures import cache

__all__ = ["cache"]


class Official(nn.Module):
    """A network as official checkpoints have it: whole, with its names."""

    def __init__(self, classes: int, names: object) -> None:
        super().__init__()
        self.model = yolov5("n", classes).model
        self.names = names


def checkpoint(path: Path, classes: int = 2, names: object = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"ema": None, "model": Official(classes, names).half()}, path)
    return path


def test_the_official_file_gives_the_official_boxes(shared: Path) -> None:
    exportable = published_network(shared / "parity" / "yolov5n.pt", "yolov5n")
    with np.load(shared / "parity" / "yolov5n.npz") as arrays, torch.inference_mode():
        boxes = exportable.network(torch.from_numpy(arrays["x"])).numpy()
        official = arrays["y"]
    assert np.abs(boxes[..., :4] - official[..., :4]).max() < 0.1  # the file has the weights in half precision
    assert np.abs(boxes[..., 4:] - official[..., 4:]).max() < 5e-4


def test_the_card_of_a_detector(shared: Path) -> None:
    card = published_network(shared / "parity" / "yolov5n.pt", "yolov5n").card
    assert card.task == "detection"
    assert (card.input.width_px, card.input.height_px, card.input.fit) == (640, 640, "letterbox")
    assert (card.input.mean, card.input.std, card.input.pad) == ((0, 0, 0), (255, 255, 255), 114)
    assert card.detector is not None
    assert card.detector.layout == "yolov5"
    assert card.detector.classes == tuple(str(number) for number in range(80))
    assert (card.licence, card.results) == ("not stated in the file: ask whoever published it", ())
    assert card.origin == "yolov5n.pt, weights in the format of YOLOv5 v6 and v7"


@pytest.mark.parametrize(
    ("classes", "names", "expected"),
    [
        pytest.param(2, {0: "cup", 1: "dog"}, ("cup", "dog"), id="the file's"),
        pytest.param(2, ["cup"], ("class 0", "class 1"), id="numbers, if the file's are too few"),
        pytest.param(80, None, coco80(), id="COCO's, for 80 without names"),
    ],
)
def test_the_class_names(tmp_path: Path, classes: int, names: object, expected: tuple[str, ...]) -> None:
    card = published_network(checkpoint(tmp_path / "mine.pt", classes, names), "yolov5n").card
    assert card.detector is not None
    assert card.detector.classes == expected


@pytest.mark.parametrize("spoilt", [False, True], ids=["as it was pulled", "changed since"])
def test_a_pulled_file_has_the_zoos_facts(tmp_path: Path, cache: Path, spoilt: bool) -> None:
    path = checkpoint(cache / "models" / "yolov5x.pt")
    record = {"name": "yolov5x", "url": "", "size_bytes": path.stat().st_size, "sha256": file_digest(path)}
    record |= {"digest_from": "first pull"} | ({"sha256": "0" * 64} if spoilt else {})
    path.with_name("yolov5x.pt.json").write_text(json.dumps(record))
    card, entry = published_network(path, "yolov5n").card, find_entry("yolov5x")
    assert (card.licence == entry.licence) is not spoilt
    assert (card.results == entry.results) is not spoilt


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "build", "size_px", "base_px", "multiple"),
    [
        pytest.param("hybrid-cnn", HybridCNN, (320, 256), (352, 264), 32, id="the Hybrid CNN"),
        pytest.param("fcrn", FCRN, (304, 228), (320, 240), 1, id="FCRN"),
    ],
)
def test_a_depth_network_and_its_card(tmp_path: Path, name, build, size_px, base_px, multiple) -> None:
    torch.manual_seed(0)
    network = build().eval()
    torch.save(network.state_dict(), tmp_path / "published.pth")
    exportable = published_network(tmp_path / "published.pth", name)
    image = torch.rand(1, 3, 64, 96)
    with torch.inference_mode():
        torch.testing.assert_close(exportable.network(image), network(image), rtol=0, atol=0)
    spec, depth = exportable.card.input, exportable.card.depth
    assert ((spec.width_px, spec.height_px), spec.fit, spec.multiple_px) == (size_px, "keep-aspect", multiple)
    assert spec.mean == pytest.approx([255 * share for share in (0.485, 0.456, 0.406)])
    assert spec.std == pytest.approx([255 * share for share in (0.229, 0.224, 0.225)])
    assert depth is not None
    assert (depth.kind, depth.max_m) == ("metres", 10.0)
    scale = base_px[0] / 640
    assert scale == base_px[1] / 480
    assert depth.focal_px == pytest.approx(scale * NYU_CAMERA.focal_px)


@pytest.mark.parametrize(
    ("name", "error", "sentence"),
    [
        pytest.param("yolov5s", ModelError, "belongs to another network than YOLOv5", id="another size"),
        pytest.param("hybrid-cnn", ModelError, "belongs to another network than HybridCNN", id="another network"),
        pytest.param("compact", SettingError, f"'compact': choose one of {', '.join(PUBLISHED)}", id="never published"),
    ],
)
def test_a_file_of_something_else(tmp_path: Path, name: str, error: type[Exception], sentence: str) -> None:
    with pytest.raises(error, match=sentence):
        published_network(checkpoint(tmp_path / "mine.pt"), name)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nothing\.pt cannot be read"):
        published_network(tmp_path / "nothing.pt", "yolov5n")


@pytest.mark.slow
def test_an_ssd_in_the_widespread_format_is_read_as_its_authors_fed_it(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = SSD300(20, scales=VOC_SCALES).eval()
    torch.save(network.state_dict(), tmp_path / "ssd300.pth")
    exportable = published_network(tmp_path / "ssd300.pth", "ssd300")
    card = exportable.card
    assert (card.input.width_px, card.input.height_px, card.input.fit) == (300, 300, "stretch")
    assert (card.input.mean, card.input.std, card.input.colour) == ((123, 117, 104), (1, 1, 1), "rgb")
    assert card.detector is not None
    assert (card.detector.layout, card.detector.classes) == ("ssd", VOC_CLASSES)
    assert card.detector.default_boxes == network.default_boxes
    assert (exportable.any_size, exportable.more_outputs) == (False, ("scores",))
    image = torch.rand(1, 3, 300, 300) * 255
    with torch.inference_mode():
        offsets, scores = exportable.network(image)
        expected = network(image)
    assert torch.equal(offsets, expected[0])
    assert torch.allclose(scores, expected[1].softmax(dim=-1))
