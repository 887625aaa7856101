"""Reading networks to merge: what ONNX Runtime makes of the file, and what is refused."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from howfar.conversion.merging.reading import read_source
from howfar.errors import ModelError
from howfar.networks.merging.graph import plain_network
from tests.conversion.merging.networks import deeper, small, write_network


@pytest.mark.parametrize("write", [small, deeper])
def test_a_network_that_is_read_gives_what_its_file_gives(write: object, tmp_path: Path) -> None:
    path = write(tmp_path / "net.onnx")  # type: ignore[operator]
    source = read_source(path)
    shape = [side if isinstance(side, int) else 5 for side in source.graph.input_shape]
    x = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    expected = onnxruntime.InferenceSession(path).run(None, {"x": x})[0]
    (output,) = plain_network(source.graph, source.constants)(torch.from_numpy(x))
    np.testing.assert_allclose(output.detach().numpy(), expected, atol=1e-5)


def test_batch_normalisation_after_a_layer_is_folded_into_it(tmp_path: Path) -> None:
    source = read_source(deeper(tmp_path / "net.onnx"))
    assert [step.op for step in source.graph.steps if step.op == "BatchNormalization"] == []
    assert [len(step.inputs) for step in source.graph.layers()] == [3] * 6


def test_the_last_layer_with_weights_is_the_output_layer(tmp_path: Path) -> None:
    assert read_source(small(tmp_path / "net.onnx")).graph.output_layers() == {"gemm6"}


def test_what_counts_as_a_layer_s_output_is_after_its_activation(tmp_path: Path) -> None:
    results = read_source(small(tmp_path / "net.onnx")).graph.results()
    assert results == {"conv0": "v1", "gemm4": "v5", "gemm6": "v6"}


def test_a_layer_outside_the_method_is_refused_by_its_name(tmp_path: Path) -> None:
    path = write_network(tmp_path / "net.onnx", [("ConvTranspose", (1, 4, 3, 3))], (1, 1, 4, 4))
    with pytest.raises(ModelError, match="convtranspose0 of the type ConvTranspose, which the method does not cover"):
        read_source(path)


def test_an_unknown_step_is_refused_by_its_name(tmp_path: Path) -> None:
    path = write_network(tmp_path / "net.onnx", [("Conv", (2, 1, 3, 3)), ("Det", ())], (1, 1, 4, 4))
    source = read_source(path)
    with pytest.raises(ModelError, match="The layer det1 is of the type Det"):
        plain_network(source.graph, source.constants)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b"", "is no ONNX file", id="an empty file"),
        pytest.param(b"\x89PNG\r\n", "is no ONNX file", id="a picture"),
        pytest.param(None, "cannot be read", id="no file"),
    ],
)
def test_what_is_no_network_is_refused(content: bytes | None, told: str, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=told):
        read_source(path)


def test_a_network_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="there is nothing to merge"):
        read_source(write_network(tmp_path / "net.onnx", [("Relu", ())], (1, 3)))
