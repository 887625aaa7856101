"""Folders as the hub keeps them: what they hold, where their weights are, under which licence."""

import json
from pathlib import Path

import pytest

from howfar.conversion.hub.folders import (
    holds_depth_anything,
    is_hub_folder,
    read_table,
    stated_licence,
    weights_file,
)
from howfar.conversion.hub.reader import told_by_folder
from howfar.errors import ModelError
from howfar.models.card import UNKNOWN_LICENCE


def written(root: Path, **files: object) -> Path:
    for name, table in files.items():
        (root / f"{name}.json").write_text(table if isinstance(table, str) else json.dumps(table))
    return root


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"config": {"architectures": ["DPTForDepthEstimation"]}}, "dpt"),
        ({"config": {"architectures": ["ZoeDepthForDepthEstimation"]}}, "zoedepth"),
        ({"config": {"architectures": ["DepthProForDepthEstimation"]}}, "depth-pro"),
        ({"model_index": {"_class_name": "MarigoldDepthPipeline"}}, "marigold"),
        ({"model_index": {"_class_name": "MarigoldPipeline"}}, "marigold"),
    ],
)
def test_a_folder_tells_its_family(tmp_path: Path, files: dict, told: str) -> None:
    assert is_hub_folder(written(tmp_path, **files))
    assert told_by_folder(tmp_path) == told


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        pytest.param(
            {"config": {"architectures": ["DPTForSemanticSegmentation"]}},
            "holds DPTForSemanticSegmentation, which is not read: .*ZoeDepthForDepthEstimation",
            id="the same encoder for another task",
        ),
        pytest.param({"model_index": {"_class_name": "MarigoldNormalsPipeline"}}, "MarigoldNormals", id="normals"),
        pytest.param({"config": {}}, "holds a network without a name", id="no name"),
        pytest.param({"config": {"architectures": [7]}}, "a network without a name", id="a name that is none"),
        pytest.param({"config": "[]"}, "should hold a table, not list", id="no table"),
        pytest.param({"config": "{"}, r"config\.json cannot be read \(it is no JSON\)", id="cut off"),
        pytest.param({"config": "[" * 100_000}, "it is no JSON", id="deeper than can be read"),
    ],
)
def test_another_network_is_one_sentence(tmp_path: Path, files: dict, sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence):
        told_by_folder(written(tmp_path, **files))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert not is_hub_folder(tmp_path)
    with pytest.raises(ModelError, match=r"config\.json cannot be read \(No such file"):
        read_table(tmp_path / "config.json")


def test_depth_anything_is_told_apart(tmp_path: Path) -> None:
    assert not holds_depth_anything(tmp_path)
    assert holds_depth_anything(written(tmp_path, config={"model_type": "depth_anything"}))


@pytest.mark.parametrize(
    ("there", "taken"),
    [
        (["pytorch_model.bin", "model.safetensors"], "model.safetensors"),
        (["diffusion_pytorch_model.fp16.safetensors"], "diffusion_pytorch_model.fp16.safetensors"),
        (["pytorch_model.bin"], "pytorch_model.bin"),
    ],
)
def test_weights_are_taken_from_the_safest_file(tmp_path: Path, there: list[str], taken: str) -> None:
    for name in there:
        (tmp_path / name).touch()
    assert weights_file(tmp_path).name == taken


def test_no_weights_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no weights in .* one of model\.safetensors"):
        weights_file(tmp_path)


@pytest.mark.parametrize(
    ("readme", "licence"),
    [
        pytest.param("---\nlicense: mit\n---\n", "mit", id="stated"),
        pytest.param("---\nlicense: other\nlicense_name: apple-amlr\n---\n", "apple-amlr", id="one of its own"),
        pytest.param("# Network\nlicense: mit\n", None, id="in the text only"),
        pytest.param("---\ntags: x\n---\nlicense: mit", None, id="after the head"),
        pytest.param(None, None, id="no README"),
    ],
)
def test_the_licence_is_what_the_readme_states(tmp_path: Path, readme: str | None, licence: str | None) -> None:
    if readme is not None:
        (tmp_path / "README.md").write_text(readme)
    expected = f"{licence} (as the README.md of its folder states)" if licence else UNKNOWN_LICENCE
    assert stated_licence(tmp_path) == expected
