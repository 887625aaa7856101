"""Which Depth Anything a file says it is: by its name, or by the config.json beside it."""

import json
from pathlib import Path
from typing import Any

import pytest

from howfar.conversion.depth_anything.families import FAMILIES, split_name, told_by_file
from howfar.errors import ModelError
from howfar.models.zoo import entries


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("depth_anything_vits14.pth", "depth-anything-v1-small"),
        ("depth_anything_vitl14.pth", "depth-anything-v1-large"),
        ("depth_anything_v2_vits.pth", "depth-anything-v2-small"),
        ("depth_anything_v2_vitb.safetensors", "depth-anything-v2-base"),
        ("depth_anything_v2_metric_hypersim_vits.pth", "depth-anything-v2-indoor-small"),
        ("depth_anything_v2_metric_vkitti_vitl.pth", "depth-anything-v2-outdoor-large"),
        ("depth-anything-v2-outdoor-small.pth", "depth-anything-v2-outdoor-small"),
        ("depth-anything-v1.pth", "depth-anything-v1"),
        ("depth_anything_v2_vitg.pth", None),
        ("depth_anything_vits.pth", None),
        ("model.safetensors", None),
    ],
)
def test_the_name_of_a_file_tells(tmp_path: Path, name: str, told: str | None) -> None:
    assert told_by_file(tmp_path / name) == told


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("depth-anything-v2", ("depth-anything-v2", None)),
        ("depth-anything-v2-indoor-base", ("depth-anything-v2-indoor", "base")),
        ("depth-anything-v2-giant", None),
        ("depth-anything-small", None),
        ("yolov5n", None),
    ],
)
def test_a_name_is_of_a_family_and_perhaps_a_size(name: str, parts: tuple[str, str | None] | None) -> None:
    assert split_name(name) == parts


def test_every_checkpoint_of_the_zoo_is_told_by_its_name() -> None:
    names = [entry.file_name for entry in entries().values() if entry.name.startswith("depth-anything")]
    assert len(names) >= 6
    assert all(told_by_file(Path("nowhere") / name) for name in names)


def config(indices: Any, **fields: Any) -> dict[str, Any]:
    return {"model_type": "depth_anything", "backbone_config": {"out_indices": indices}} | fields


METRIC = {"depth_estimation_type": "metric"}


def write(folder: Path, content: str) -> Path:
    (folder / "config.json").write_text(content)
    return folder / "model.safetensors"


@pytest.mark.parametrize(
    ("table", "told"),
    [
        pytest.param(config([9, 10, 11, 12]), "depth-anything-v1", id="the last four blocks"),
        pytest.param(config([21, 22, 23, 24]), "depth-anything-v1", id="the last four of ViT-L"),
        pytest.param(config([3, 6, 9, 12]), "depth-anything-v2", id="the end of each quarter"),
        pytest.param(config([5, 12, 18, 24], depth_estimation_type=None), "depth-anything-v2", id="ViT-L's"),
        pytest.param(config([3, 6, 9, 12], **METRIC, max_depth=20), "depth-anything-v2-indoor", id="metres to 20"),
        pytest.param(config([3, 6, 9, 12], **METRIC, max_depth=80.0), "depth-anything-v2-outdoor", id="metres to 80"),
        pytest.param(config([3, 6, 9, 12], max_depth=1), "depth-anything-v2", id="a maximum that is not used"),
        pytest.param({"model_type": "dpt"}, None, id="another network's"),
        pytest.param([1], None, id="no table"),
    ],
)
def test_the_hubs_description_tells(tmp_path: Path, table: Any, told: str | None) -> None:
    assert told_by_file(write(tmp_path, json.dumps(table))) == told


def test_a_description_that_is_no_json_tells_nothing(tmp_path: Path) -> None:
    assert told_by_file(write(tmp_path, "{")) is None


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(config([1, 2, 3, 12]), id="other blocks"),
        pytest.param(config([9, 10, 11, 12], **METRIC, max_depth=20), id="V1 in metres"),
        pytest.param(config([3, 6, 9, 12], **METRIC, max_depth=10), id="another maximum depth"),
        pytest.param(config(None), id="no blocks"),
        pytest.param(config(["stage3"]), id="blocks that are no numbers"),
        pytest.param({"model_type": "depth_anything"}, id="no encoder"),
    ],
)
def test_a_description_of_none_of_them_is_refused(tmp_path: Path, table: Any) -> None:
    with pytest.raises(ModelError, match=r"config\.json describes a Depth Anything that is none of the published ones"):
        told_by_file(write(tmp_path, json.dumps(table)))


def test_the_families_differ_in_what_the_tensors_do_not_tell() -> None:
    facts = {(family.version, family.max_depth_m) for family in FAMILIES.values()}
    assert facts == {(1, None), (2, None), (2, 20.0), (2, 80.0)}
