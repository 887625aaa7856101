"""Going on from a network that was exported."""

from dataclasses import replace
from pathlib import Path

import onnx
import onnxruntime
import pytest
import torch

from howfar.conversion.exportable import Exportable, InMetres
from howfar.conversion.half_weights import halve
from howfar.conversion.onnx_export import export
from howfar.errors import ModelError
from howfar.models.card import Card, DepthSpec, InputSpec, card_path
from howfar.models.card_reading import read_card
from howfar.models.card_writing import card_text
from howfar.models.library import find_model
from howfar.models.model_file import file_digest
from howfar.networks.compact_depth import CompactDepth, exported_form
from howfar.networks.nanodet import NanoDetG
from howfar.training.exported_weights import exported_weights, ordered_weights
from howfar.training.initial_weights import load_initial_weights
from howfar.training.recipe_settings import NetworkSettings

CARD = Card("small", "depth", "none", InputSpec(64, 32, "keep-aspect", 32), depth=DepthSpec("metres"))

pytestmark = pytest.mark.slow  # it exports


OPTIONS = {"bins": 64, "farthest_m": 120.0, "log_sd": True}


@pytest.fixture(scope="module")
def network() -> CompactDepth:
    """A network whose statistics and scores are not those it was born with."""
    torch.manual_seed(0)
    network = CompactDepth("lite0", **OPTIONS)  # type: ignore[arg-type]
    torch.nn.init.normal_(network.head.scores.weight)
    network.train()(torch.randn(4, 3, 64, 64))
    return network.eval()


@pytest.fixture(scope="module")
def single(network: CompactDepth, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("exported") / "small.onnx"
    form = InMetres(exported_form(network), 1.0)
    export(Exportable(form, CARD, more_outputs=form.more_outputs), path)
    return path


@pytest.fixture(params=[False, True], ids=["single precision", "half precision"])
def exported(request: pytest.FixtureRequest, single: Path, tmp_path: Path) -> Path:
    if not request.param:
        return single
    path = tmp_path / "half.onnx"
    onnx.save(halve(onnx.load(single)), path)
    card = replace(read_card(card_path(single)), sha256=file_digest(path))
    card_path(path).write_text(card_text(card), encoding="utf-8")
    return path


def test_a_network_goes_on_from_its_exported_file(exported: Path) -> None:
    network = CompactDepth("lite0", **OPTIONS)  # type: ignore[arg-type]
    load_initial_weights(network, NetworkSettings(name="compact", initial=str(exported)))
    image = torch.randn(1, 3, 64, 96)
    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])
    with torch.inference_mode():
        torch.testing.assert_close(
            network.eval()(image),
            torch.from_numpy(session.run(["depth"], {"image": image.numpy()})[0]),
            rtol=1e-3,
            atol=1e-3,
        )


def test_other_bins_take_it_over(exported: Path) -> None:
    network = CompactDepth("lite0", bins=40, farthest_m=50.0)
    settings = NetworkSettings(name="compact", initial=str(exported))
    load_initial_weights(network, settings, torch.randn(2, 3, 64, 64))
    assert network.head.scores.weight.shape[0] == 40
    stored = exported_weights(exported, CompactDepth("lite0", **OPTIONS))  # type: ignore[arg-type]
    torch.testing.assert_close(network.up[0].filters[0][0].weight, stored["up.0.filters.0.0.weight"])


def test_the_spread_is_a_second_output_after_the_depth(network: CompactDepth, exported: Path) -> None:
    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])
    assert [output.name for output in session.get_outputs()] == ["depth", "log_sd"]
    image = torch.randn(1, 3, 32, 64)
    with torch.inference_mode():
        expected = network.with_spread(image)
    for given, wanted in zip(session.run(None, {"image": image.numpy()}), expected, strict=True):
        torch.testing.assert_close(torch.from_numpy(given), wanted, rtol=0.05, atol=0.05)


def test_a_file_of_another_network_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.onnx"
    graph = onnx.helper.make_graph([], "none", [], [])
    onnx.save(onnx.helper.make_model(graph), path)
    with pytest.raises(ModelError, match="has no weight of CompactDepth by its name"):
        exported_weights(path, CompactDepth("lite0"))


@pytest.mark.parametrize("content", [None, b"\x93nothing"], ids=["no file", "no ONNX"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "broken.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match="broken"):
        exported_weights(path, CompactDepth("lite0"))


@pytest.mark.parametrize(
    ("name", "network"),
    [("nanodet-g", NanoDetG(classes=3)), ("depth-rooms-streets", NanoDetG())],
    ids=["other classes", "another network"],
)
def test_convolutions_in_another_order_or_shape_are_refused(name: str, network: NanoDetG) -> None:
    path, _ = find_model(name)
    with pytest.raises(ModelError, match="are not those of NanoDetG: name a file of that network"):
        ordered_weights(path, network)
