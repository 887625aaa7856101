"""A merged model on the disk: what is read back and what ONNX Runtime runs is what was merged."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from howfar.conversion.merging.alignment import align
from howfar.conversion.merging.encoding import Code
from howfar.conversion.merging.merging import Codes, merge
from howfar.conversion.merging.reading import Source, read_source
from howfar.conversion.merging.saving import load_merged, save_merged
from howfar.conversion.merging.writing import write_onnx
from howfar.errors import ModelError, OutputError, SettingError
from howfar.networks.merging.graph import plain_network
from howfar.networks.merging.merged import MergedNetwork, multiplications
from tests.conversion.merging.networks import deeper, small

CODES = Codes(Code(8, 2), Code(6, 4), {})


@pytest.fixture
def sources(tmp_path: Path) -> list[Source]:
    return [read_source(small(tmp_path / "a.onnx")), read_source(deeper(tmp_path / "b.onnx"))]


@pytest.fixture
def merged(sources: list[Source]) -> MergedNetwork:
    return merge(sources, align(sources), CODES)


@pytest.fixture
def inputs() -> list[torch.Tensor]:
    torch.manual_seed(0)
    return [torch.randn(2, 1, 4, 4), torch.randn(3, 2, 4, 4)]


def outputs(network: MergedNetwork, inputs: list[torch.Tensor], **how: bool) -> list[np.ndarray]:
    with torch.no_grad():
        return [each[0].numpy() for each in network(*inputs, **how)]


def test_with_a_codeword_for_each_segment_both_networks_give_what_they_gave(
    sources: list[Source], inputs: list[torch.Tensor]
) -> None:
    merged = merge(sources, align(sources), Codes(Code(256, 2), Code(256, 2), {}))
    for source, x, given in zip(sources, inputs, outputs(merged, inputs), strict=True):
        (expected,) = plain_network(source.graph, source.constants)(x)
        np.testing.assert_allclose(given, expected.detach().numpy(), atol=1e-5)


def test_adding_up_by_index_gives_what_looking_up_the_weights_gives(
    merged: MergedNetwork, inputs: list[torch.Tensor]
) -> None:
    for one, other in zip(outputs(merged, inputs), outputs(merged, inputs, by_codewords=True), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_output_layers_and_biases_are_kept(sources: list[Source], merged: MergedNetwork) -> None:
    for source, member, last in zip(sources, merged.members, ("w6", "w13"), strict=True):
        kept = dict(zip(member.weight_names, member.weights, strict=True))[last]
        assert torch.equal(kept()[:, :, 0, 0], source.constants[last])
    assert torch.equal(merged.members[0].constants["b0"], sources[0].constants["b0"])


def test_a_model_is_read_back_as_it_was_written(
    merged: MergedNetwork, inputs: list[torch.Tensor], tmp_path: Path
) -> None:
    save_merged(merged, ("a", "b"), tmp_path / "m.npz")
    again, names = load_merged(tmp_path / "m.npz")
    assert names == ("a", "b")
    assert again.stored_bytes() == merged.stored_bytes()
    for one, other in zip(outputs(merged, inputs), outputs(again, inputs), strict=True):
        assert np.array_equal(one, other)


def test_onnx_runtime_runs_all_networks_of_one_file(
    merged: MergedNetwork, inputs: list[torch.Tensor], tmp_path: Path
) -> None:
    write_onnx(merged, ("a", "b"), tmp_path / "m.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "m.onnx")
    assert [each.name for each in session.get_inputs()] == ["a/x", "b/x"]
    given = session.run(None, {"a/x": inputs[0].numpy(), "b/x": inputs[1].numpy()})
    for one, other in zip(given, outputs(merged, inputs), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
    stored = {each.name for each in onnx.load(tmp_path / "m.onnx").graph.initializer}
    assert "a/w0" not in stored  # the weights themselves are not in the file, their codebooks are
    assert "codebook.0" in stored


def test_the_codes_of_one_layer_can_be_told(sources: list[Source]) -> None:
    merged = merge(sources, align(sources), Codes(Code(8, 2), Code(6, 4), {"w3": Code(3, 1)}))
    assert [tuple(each.codewords.shape) for each in merged.codebooks][1] == (6, 3, 1)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        pytest.param({"w99": Code(4, 2)}, "There is no layer w99", id="a layer that is not there"),
        pytest.param({"w4": Code(64, 4)}, "would be larger than the layer", id="more codewords than segments"),
    ],
)
def test_codes_that_cannot_be_are_refused(layers: dict[str, Code], message: str, sources: list[Source]) -> None:
    with pytest.raises(SettingError, match=message):
        merge(sources, align(sources), Codes(Code(8, 2), Code(6, 4), layers))


def test_multiplications_are_counted_by_hand(sources: list[Source], merged: MergedNetwork) -> None:
    x = torch.zeros(1, 1, 4, 4)
    plain = plain_network(sources[0].graph, sources[0].constants)
    assert multiplications(plain, x, by_codewords=False) == (16 * 4 * 9 + 8 * 16 + 3 * 8, 0)
    # The convolution: 16 places, one segment of 8 codewords of two channels; then 4 segments of 6 codewords of 4.
    assert multiplications(merged.members[0], x, by_codewords=True) == (16 * 8 * 2 + 6 * 16 + 24, 16 * 4 * 9 + 8 * 4)


def spoilt(path: Path, **changed: np.ndarray) -> Path:
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files}
    np.savez(path, allow_pickle=False, **{**arrays, **changed})
    return path


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda path: path.write_bytes(b""), id="empty"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:200]), id="cut off"),
        pytest.param(lambda path: np.save(path.open("wb"), np.zeros(3)), id="another file of numpy's"),
        pytest.param(lambda path: np.savez(path, description=np.array([{}], object)), id="with a pickle in it"),
        pytest.param(lambda path: spoilt(path, description=np.frombuffer(b"{}", np.uint8)), id="without a description"),
        pytest.param(
            lambda path: spoilt(path, **{"0.index.0": np.full((4, 1, 3, 3), 200, np.uint8)}),
            id="with an index beyond its codebook",
        ),
    ],
)
def test_a_damaged_file_is_refused(spoil: object, merged: MergedNetwork, tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    save_merged(merged, ("a", "b"), path)
    spoil(path)  # type: ignore[operator]
    with pytest.raises(ModelError, match="is no merged model, or a damaged one"):
        load_merged(path)


def test_a_file_that_is_there_is_kept(merged: MergedNetwork, tmp_path: Path) -> None:
    (tmp_path / "m.npz").write_bytes(b"mine")
    with pytest.raises(OutputError, match="exists already"):
        save_merged(merged, ("a", "b"), tmp_path / "m.npz")
