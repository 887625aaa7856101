"""Finding glass, mirrors and thin things in a rendered data set."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from howfar.errors import SourceError
from howfar.evaluation.comparison.hard_surfaces import SurfaceMasks


def write_rendered(root: Path, **changes: Any) -> Path:
    """A picture of a window (instance 3), a mirror (300), a pole (7) and a chair (1), and one of a chair alone."""
    (root / "annotations").mkdir(parents=True)
    (root / "instances").mkdir()
    table = {
        "images": [{"id": 1, "file_name": "image_2/a.png"}, {"id": 2, "file_name": "image_2/b.png"}],
        "categories": [
            {"id": 5, "name": "window"},
            {"id": 6, "name": "mirror"},
            {"id": 7, "name": "chair"},
            {"id": 8, "name": "pole"},
        ],
        "annotations": [
            {"image_id": 1, "category_id": 5, "instance": 3},
            {"image_id": 1, "category_id": 6, "instance": 300},
            {"image_id": 1, "category_id": 7, "instance": 1},
            {"image_id": 1, "category_id": 8, "instance": 7},
            {"image_id": 2, "category_id": 7, "instance": 1},
        ],
    }
    (root / "annotations" / "instances_test.json").write_text(json.dumps(table | changes))
    Image.fromarray(np.array([[0, 3, 3], [1, 300, 7]], dtype=np.uint16)).save(root / "instances" / "a.png")
    (root / "dataset.toml").touch()
    return root


@pytest.mark.parametrize(
    ("named", "split"),
    [
        pytest.param(".", "test", id="by its folder"),
        pytest.param("dataset.toml", "test", id="by its description"),
        pytest.param(".", "all", id="of all splits"),
    ],
)
def test_the_pixels_of_glass_mirrors_and_thin_things(tmp_path: Path, named: str, split: str) -> None:
    surfaces = SurfaceMasks.of_split(write_rendered(tmp_path) / named, split)
    assert surfaces is not None
    masks = surfaces.masks("image_2/a.png", (2, 3))
    assert {name: mask.tolist() for name, mask in masks.items()} == {
        "glass": [[False, True, True], [False, False, False]],
        "mirrors": [[False, False, False], [False, True, False]],
        "thin": [[False, False, False], [False, False, True]],
    }
    assert surfaces.masks("image_2/b.png", (2, 3)) == {}


def test_other_folders_and_splits_have_none(tmp_path: Path) -> None:
    root = write_rendered(tmp_path / "rendered")
    assert SurfaceMasks.of_split(root, "train") is None
    assert SurfaceMasks.of_split(tmp_path, "test") is None


@pytest.mark.parametrize(
    ("changes", "shape"),
    [
        pytest.param({"annotations": [{"image_id": 1, "category_id": 5}]}, (2, 3), id="an object without an instance"),
        pytest.param({}, (4, 6), id="instances of another size"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, changes: dict[str, Any], shape: tuple[int, int]) -> None:
    root = write_rendered(tmp_path, **changes)
    with pytest.raises(SourceError) as refused:
        SurfaceMasks(root, root / "annotations" / "instances_test.json").masks("image_2/a.png", shape)
    assert "\n" not in str(refused.value)


def test_missing_instances_are_refused(tmp_path: Path) -> None:
    root = write_rendered(tmp_path)
    (root / "instances" / "a.png").unlink()
    surfaces = SurfaceMasks.of_split(root, "test")
    assert surfaces is not None
    with pytest.raises(SourceError, match=r"a\.png"):
        surfaces.masks("image_2/a.png", (2, 3))
