"""DINOv2 from a folder as Hugging Face keeps it; small, with random weights."""

from pathlib import Path

import pytest
import torch

from howfar.conversion.hub.folders import CONFIGURATION
from howfar.errors import ModelError
from howfar.training.semi.frozen_encoders import FrozenDinov2

transformers = pytest.importorskip("transformers")

WEIGHTS = "model.safetensors"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("dino")
    small = transformers.Dinov2Config(hidden_size=24, num_hidden_layers=2, num_attention_heads=2, image_size=56)
    torch.manual_seed(0)
    transformers.Dinov2Model(small).save_pretrained(root)
    return root


def test_the_features_are_transformers_own(folder: Path) -> None:
    encoder, image = FrozenDinov2(folder), torch.randn(2, 3, 42, 70)
    assert encoder.width == 24
    with torch.no_grad():
        tokens = transformers.Dinov2Model.from_pretrained(folder).eval()(image).last_hidden_state
    given = encoder(image)
    assert given.shape == (2, 24, 3, 5)
    assert not given.requires_grad
    torch.testing.assert_close(given[1, :, 2, 4], tokens[1, 1 + 2 * 5 + 4], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("height", "width", "grid"), [(64, 64, (5, 5)), (8, 100, (1, 7))])
def test_pictures_of_any_size_are_brought_to_whole_patches(
    folder: Path, height: int, width: int, grid: tuple[int, int]
) -> None:
    assert FrozenDinov2(folder)(torch.randn(1, 3, height, width)).shape == (1, 24, *grid)


@pytest.mark.parametrize(
    ("file", "content", "sentence"),
    [
        (CONFIGURATION, None, r"config\.json cannot be read"),
        (CONFIGURATION, b"{", "it is no JSON"),
        (CONFIGURATION, b'{"model_type": "vit"}', "of the type vit: name the folder of a dinov2"),
        (WEIGHTS, None, "no weights"),
        (WEIGHTS, b"1234", "damaged"),
    ],
    ids=["no configuration", "no JSON", "another network", "no weights", "no tensors"],
)
def test_another_folder_is_refused(
    folder: Path, tmp_path: Path, file: str, content: bytes | None, sentence: str
) -> None:
    for name in (CONFIGURATION, WEIGHTS):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / file).unlink()
    if content is not None:
        (tmp_path / file).write_bytes(content)
    with pytest.raises(ModelError, match=sentence):
        FrozenDinov2(tmp_path)
