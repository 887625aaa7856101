"""Exporting: the file does what the network does, its card says how, and a file that does not is not kept."""

import hashlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import Tensor, nn

import howfar
from howfar.conversion.exportable import Exportable, InMetres
from howfar.conversion.forms import checked_sizes, fixed_picture
from howfar.conversion.onnx_export import Exported, export
from howfar.errors import ModelError, OutputError, SettingError
from howfar.models import open_depth_network, open_detector
from howfar.models.card import Card, DepthSpec, DetectorSpec, InputSpec
from howfar.models.card_reading import read_card
from howfar.networks.unet_depth import UNetDepth
from howfar.scene import Frame, Query

DEPTH_CARD = Card(
    "unnamed",
    "depth",
    "CC0",
    InputSpec(96, 64, "keep-aspect", std=(255.0,) * 3),
    depth=DepthSpec("metres", focal_px=90.0),
)
BOX_CARD = Card(
    "unnamed",
    "detection",
    "CC0",
    InputSpec(64, 64, "letterbox", std=(255.0,) * 3),
    detector=DetectorSpec("yolov5", ("cup",)),
)


class Scaled(nn.Module):
    """Gives the red channel times a factor; the exporter is told another."""

    def __init__(self, factor: float, told: float, weight: float = 1.0) -> None:
        super().__init__()
        self.factor, self.told = factor, told
        self.mix = nn.Conv2d(3, 32, 1, bias=False)
        nn.init.constant_(self.mix.weight, weight)

    def forward(self, image: Tensor) -> Tensor:
        return self.mix(image)[:, :1] * (self.told if torch.compiler.is_exporting() else self.factor)


class Rows(nn.Module):
    """A box of 640 px for each column of the picture, with scores of 0.5; the exporter is told other scores."""

    def __init__(self, told: float) -> None:
        super().__init__()
        self.told = told

    def forward(self, image: Tensor) -> Tensor:
        row = image.mean((1, 2)).unsqueeze(-1) * 0
        score = self.told if torch.compiler.is_exporting() else 0.5
        return torch.cat([row + 32.0] * 2 + [row + 640.0] * 2 + [row + score] * 2, dim=-1)


@pytest.fixture(scope="module")
def network() -> UNetDepth:
    torch.manual_seed(0)
    return UNetDepth((4,)).eval()


@pytest.fixture(scope="module")
def exported(network: UNetDepth, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return export(Exportable(InMetres(network, 10.0), DEPTH_CARD), tmp_path_factory.mktemp("export") / "rooms.onnx")


@pytest.mark.parametrize(
    ("height", "width"), [(64, 96), (32, 32), (128, 64)], ids=["its own size", "the smallest", "another"]
)
def test_the_file_gives_the_networks_depth_in_metres(
    network: UNetDepth, exported: Exported, height: int, width: int
) -> None:
    image = torch.rand(1, 3, height, width)
    session = onnxruntime.InferenceSession(exported.path)
    (given,) = session.run(["depth"], {"image": image.numpy()})
    with torch.inference_mode():
        expected = 10 * network(image).numpy()
    np.testing.assert_allclose(given, expected, rtol=0, atol=1e-5 * expected.max())


def test_the_comparisons_are_of_two_sizes_and_small(exported: Exported) -> None:
    assert [comparison.size_px for comparison in exported.comparisons] == [(96, 64), (64, 128)]
    assert all(0 <= comparison.error < 1e-5 for comparison in exported.comparisons)
    assert all(comparison.torch_ms > 0 < comparison.onnx_ms for comparison in exported.comparisons)
    assert exported.halved == ()


def test_the_card_lies_beside_it_with_its_name_and_digest(exported: Exported) -> None:
    card = read_card(exported.path.with_name("rooms.toml"))
    assert card == exported.card
    assert card.name == "rooms"
    assert card.sha256 == hashlib.sha256(exported.path.read_bytes()).hexdigest()
    assert (card.licence, card.depth) == (DEPTH_CARD.licence, DEPTH_CARD.depth)


def test_it_opens_by_its_name_and_measures_a_picture(exported: Exported) -> None:
    depth = open_depth_network(exported.path).estimate(Frame(fixed_picture(120, 160), "made"))
    assert depth.is_metric
    assert np.isfinite(depth.values).all()


def test_nothing_of_the_disk_that_it_was_made_on_is_in_it(exported: Exported) -> None:
    content = exported.path.read_bytes()
    assert str(Path(howfar.__file__).parent).encode() not in content
    assert b".py" not in content


def test_half_precision_halves_the_file_and_is_compared_too(
    network: UNetDepth, exported: Exported, tmp_path: Path
) -> None:
    halved = export(Exportable(InMetres(network, 10.0), DEPTH_CARD), tmp_path / "half.onnx", half=True)
    assert [comparison.size_px for comparison in halved.halved] == [(96, 64), (64, 128)]
    assert all(1e-6 < comparison.error < 1e-2 for comparison in halved.halved)

    def weight_bytes(path: Path) -> int:
        return sum(len(initializer.raw_data) for initializer in onnx.load(path).graph.initializer)

    assert weight_bytes(halved.path) < 0.6 * weight_bytes(exported.path)
    assert open_depth_network(halved.path).card == halved.card


@pytest.mark.parametrize(
    ("network", "card", "half", "sentence"),
    [
        pytest.param(Scaled(1.0, 1.002), DEPTH_CARD, False, r"At 96×64 .* by 0\.002 of .* 0\.001 is", id="other depth"),
        pytest.param(Scaled(1.0, float("nan")), DEPTH_CARD, False, "by nan of the largest value", id="no number"),
        pytest.param(Rows(0.51), BOX_CARD, False, r"At 64×64 .* by 0\.02 of", id="scores, beside boxes of many pixels"),
        pytest.param(
            Scaled(1.0, 1.0, 1e-9), DEPTH_CARD, True, "export it without half precision", id="weights lost by halving"
        ),
    ],
)
def test_a_file_that_does_something_else_is_not_kept(
    tmp_path: Path, network: nn.Module, card: Card, half: bool, sentence: str
) -> None:
    with pytest.raises(ModelError, match=sentence):
        export(Exportable(network, card), tmp_path / "wrong.onnx", half=half)
    assert list(tmp_path.iterdir()) == []


def test_a_detector_runs_at_once(tmp_path: Path) -> None:
    exported = export(Exportable(Rows(0.5), BOX_CARD), tmp_path / "cups.onnx")
    found = open_detector(exported.path).detect(Frame(fixed_picture(64, 64), "made"), Query(0.2))
    assert len(found) == 1
    assert found.boxes_xyxy_px.tolist() == [[0, 0, 64, 64]]


@pytest.mark.parametrize(
    ("existing", "name", "error", "sentence"),
    [
        pytest.param("x.txt", "model.pt", SettingError, "does not end in .onnx", id="no ONNX file"),
        pytest.param("model.onnx", "model.onnx", OutputError, r"model\.onnx exists already", id="a file that is there"),
        pytest.param("model.toml", "model.onnx", OutputError, r"model\.toml exists already", id="a card that is there"),
    ],
)
def test_targets_that_are_refused_before_the_work(
    tmp_path: Path, existing: str, name: str, error: type[Exception], sentence: str
) -> None:
    (tmp_path / existing).write_text("mine")
    with pytest.raises(error, match=sentence):
        export(Exportable(nn.Identity(), DEPTH_CARD), tmp_path / name)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(existing, "mine")]


def test_files_are_replaced_when_asked(tmp_path: Path) -> None:
    (tmp_path / "cups.onnx").write_text("old")
    (tmp_path / "cups.toml").write_text("old")
    exported = export(Exportable(Rows(0.5), BOX_CARD), tmp_path / "cups.onnx", overwrite=True)
    assert open_detector(exported.path).card == exported.card


@pytest.mark.parametrize(
    ("spec", "sizes"),
    [
        pytest.param(InputSpec(320, 256, "keep-aspect"), ((320, 256), (256, 352)), id="its own, and upright"),
        pytest.param(InputSpec(640, 640, "letterbox"), ((640, 640), (640, 672)), id="a square, and a step higher"),
        pytest.param(InputSpec(304, 228, "keep-aspect", 1), ((304, 228), (228, 305)), id="of any size"),
        pytest.param(InputSpec(310, 250, "keep-aspect"), ((320, 256), (256, 352)), id="rounded to the multiple"),
        pytest.param(
            InputSpec(518, 518, "keep-aspect", 14, scale_to="cover"),
            ((686, 518), (518, 700)),
            id="what a picture of 4:3 is made to cover a square",
        ),
    ],
)
def test_two_sizes_are_compared(spec: InputSpec, sizes: tuple) -> None:
    assert checked_sizes(spec) == sizes


def test_the_picture_is_always_the_same_and_uses_its_range() -> None:
    picture = fixed_picture(96, 64)
    assert picture.shape == (64, 96, 3)
    np.testing.assert_array_equal(picture, fixed_picture(96, 64))
    assert picture.min() < 20
    assert picture.max() > 235
