"""Safetensors files: what is in them, and what is none."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from howfar.conversion.checkpoints.safetensors import read_safetensors
from howfar.errors import MissingExtraError, ModelError


def test_every_tensor_in_its_own_precision(tmp_path: Path) -> None:
    tensors = {"a.weight": torch.randn(2, 3), "b": torch.ones(4).half(), "c": torch.tensor(7)}
    save_file(tensors, tmp_path / "w.safetensors")
    read = read_safetensors(tmp_path / "w.safetensors")
    assert read.keys() == tensors.keys()
    for name, tensor in tensors.items():
        torch.testing.assert_close(read[name], tensor, rtol=0, atol=0)


def _cut(path: Path) -> None:
    save_file({"a": torch.ones(100)}, path)
    path.write_bytes(path.read_bytes()[:-8])


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        pytest.param(lambda path: None, r"w\.safetensors cannot be read", id="no file"),
        pytest.param(lambda path: path.mkdir(), r"w\.safetensors cannot be read", id="a folder"),
        pytest.param(lambda path: path.write_bytes(b""), "damaged or no .safetensors file", id="an empty file"),
        pytest.param(lambda path: path.write_text("<html>" * 9), "damaged or no .safetensors file", id="a web page"),
        pytest.param(lambda path: torch.save({}, path), "damaged or no .safetensors file", id="PyTorch's format"),
        pytest.param(_cut, "damaged or no .safetensors file", id="one cut off"),
    ],
)
def test_what_is_none_is_one_sentence(tmp_path: Path, write, sentence: str) -> None:
    write(tmp_path / "w.safetensors")
    with pytest.raises(ModelError, match=sentence):
        read_safetensors(tmp_path / "w.safetensors")


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("howfar.conversion.checkpoints.safetensors.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"howfar\[foundation\]"):
        read_safetensors(tmp_path / "w.safetensors")
