"""Going on from a network that was exported."""

from dataclasses import replace
from pathlib import Path

import onnx
import onnxruntime
import pytest
import torch

from howfar.conversion.exportable import Exportable, InMetres
from howfar.conversion.onnx_export import export
from howfar.errors import ModelError
from howfar.models.card import Card, DepthSpec, InputSpec
from howfar.models.library import find_model
from howfar.networks.compact_depth import CompactDepth, exported_form
from howfar.networks.nanodet import NanoDetG
from howfar.training.exported_weights import exported_weights, ordered_weights
from howfar.training.initial_weights import load_initial_weights
from howfar.training.recipe import NetworkSettings

CARD = Card("small", "depth", "none", InputSpec(64, 32, "keep-aspect", 32), depth=DepthSpec("metres"))

pytestmark = pytest.mark.slow  # it exports


def lived_in(**options: object) -> CompactDepth:
    """A network whose statistics and scores are not those it was born with."""
    torch.manual_seed(0)
    network = CompactDepth("lite0", **options)  # type: ignore[arg-type]
    torch.nn.init.normal_(network.head.scores.weight)
    network.train()(torch.randn(4, 3, 64, 64))
    return network.eval()


@pytest.fixture(scope="module", params=[False, True], ids=["single precision", "half precision"])
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("exported") / "small.onnx"
    network = InMetres(exported_form(lived_in()), 1.0)
    export(Exportable(network, replace(CARD)), path, half=request.param)
    return path


def test_a_network_goes_on_from_its_exported_file(exported: Path) -> None:
    network = CompactDepth("lite0")
    load_initial_weights(network, NetworkSettings(name="compact", initial=str(exported)))
    image = torch.randn(1, 3, 64, 96)
    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])
    with torch.inference_mode():
        torch.testing.assert_close(
            network.eval()(image),
            torch.from_numpy(session.run(None, {"image": image.numpy()})[0]),
            rtol=1e-3,
            atol=1e-3,
        )


def test_other_bins_take_it_over(exported: Path) -> None:
    network = CompactDepth("lite0", bins=64, farthest_m=120.0)
    settings = NetworkSettings(name="compact", initial=str(exported))
    load_initial_weights(network, settings, torch.randn(2, 3, 64, 64))
    assert network.head.scores.weight.shape[0] == 64
    stored = exported_weights(exported, CompactDepth("lite0"))
    torch.testing.assert_close(network.up[0].filters[0][0].weight, stored["up.0.filters.0.0.weight"])


def test_the_spread_is_a_second_output_after_the_depth(tmp_path: Path) -> None:
    network = lived_in(bins=64, farthest_m=120.0, log_sd=True)
    form = InMetres(exported_form(network), 1.0)
    export(Exportable(form, CARD, more_outputs=form.more_outputs), tmp_path / "two.onnx", half=True)
    session = onnxruntime.InferenceSession(tmp_path / "two.onnx", providers=["CPUExecutionProvider"])
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
