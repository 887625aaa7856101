"""Stereo pairs with boxes in both pictures."""

from pathlib import Path

import numpy as np
import pytest

from howfar.datasets.coco_pairs import CocoPairs
from howfar.errors import SettingError, SourceError
from howfar.scene import StereoRig
from tests.datasets.pair_files import BASELINE_M, FOCAL_PX, NAMES, table, write_pairs


def test_a_pair_with_its_objects(tmp_path: Path) -> None:
    dataset = CocoPairs(write_pairs(tmp_path / "pairs"))
    assert dataset.splits == ("all",)
    pair = dataset.split("all")[0]
    assert (pair.name, pair.class_names, pair.rig) == ("left/0.png", NAMES, StereoRig(FOCAL_PX, BASELINE_M))
    assert pair.boxes_xyxy_px.tolist() == [[40, 10, 80, 40], [90, 20, 106, 52]]
    assert pair.right_boxes_xyxy_px.tolist() == [[30, 10, 70, 40], [86, 20, 102, 52]]
    assert pair.visible_boxes_xyxy_px.tolist() == [[40, 10, 80, 40], [90, 20, 106, 52]]
    assert pair.disparities_px == pytest.approx([10, 4])
    assert (pair.class_ids.tolist(), pair.occlusions.tolist()) == ([0, 1], [0, 1])
    assert pair.image.shape == pair.right.shape
    assert not np.array_equal(pair.image, pair.right)


def test_some_classes_alone_are_numbered_anew(tmp_path: Path) -> None:
    pairs = CocoPairs(write_pairs(tmp_path / "pairs")).split("all", ("person",))
    assert [pair.class_ids.tolist() for pair in pairs] == [[0], [0], [], []]


def test_an_object_that_is_mostly_outside_is_left_out(tmp_path: Path) -> None:
    content = table()
    content["annotations"][0]["whole_bbox"] = [-30, 10, 40, 30]
    content["annotations"][1].pop("right_bbox")
    assert len(CocoPairs(write_pairs(tmp_path / "pairs", content)).split("all")[0].class_ids) == 0


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        pytest.param(
            lambda t: [each.pop("right_file_name") for each in t["images"]], "names no right-hand", id="one eye alone"
        ),
        pytest.param(
            lambda t: t["images"][1].update(right_file_name="right/9.png"), "right-hand pictures", id="a file missing"
        ),
        pytest.param(lambda t: t["images"][0].pop("baseline_m"), "'baseline_m' is missing", id="no baseline"),
        pytest.param(
            lambda t: t["images"][0].update(right_file_name="../../x.png"), "leads out of the data", id="a way out"
        ),
        pytest.param(
            lambda t: t["annotations"][0].update(right_bbox=[1, 2]), "does not have COCO's form", id="half a box"
        ),
    ],
)
def test_bad_files_get_one_sentence(tmp_path: Path, spoil, sentence: str) -> None:
    content = table()
    spoil(content)
    dataset = CocoPairs(write_pairs(tmp_path / "pairs", content))
    with pytest.raises(SourceError, match=sentence):
        _ = dataset.split("all")[0]


def test_a_split_or_class_that_is_not_there(tmp_path: Path) -> None:
    dataset = CocoPairs(write_pairs(tmp_path / "pairs"))
    with pytest.raises(SettingError, match="no split"):
        dataset.split("train")
    with pytest.raises(SourceError, match="no class 'cat'; there are car, person"):
        dataset.split("all", ("cat",))
