"""Data sets of pairs of known rigs."""

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from howfar.datasets.check import check_pairs
from howfar.datasets.kitti_labels import read_baseline_m
from howfar.datasets.rig_pairs import RigPair, open_rig_pairs
from howfar.errors import SettingError, SourceError
from howfar.scene import Camera
from tests.datasets.folders import write_kitti_pairs, write_street_pairs


def test_streets_give_the_rows_with_a_right_hand_picture(tmp_path: Path) -> None:
    dataset = open_rig_pairs(write_street_pairs(tmp_path))
    assert dataset.splits == ("all", "drive_a", "drive_b")
    first, second = dataset.split("all")
    assert (first.name, first.place, first.baseline_m) == ("street/000001", "drive_a", 0.5)
    assert (second.name, second.place, second.baseline_m) == ("street/000003", "drive_b", 0.25)
    assert (first.camera.fx_px, first.camera.width_px) == (50.0, 64)
    assert (first.left[0, 0, 0], first.right[0, 0, 0]) == (10, 20)
    assert [pair.name for pair in dataset.split("drive_b")] == ["street/000003"]


def test_kittis_folders_give_their_lists(tmp_path: Path) -> None:
    dataset = open_rig_pairs(write_kitti_pairs(tmp_path))
    assert dataset.splits == ("all", "train", "val")
    (pair,) = dataset.split("val")
    assert (pair.name, pair.camera.fx_px, pair.baseline_m) == ("000001", 40.0, pytest.approx(0.6))
    assert (pair.left[0, 0, 0], pair.right[0, 0, 0]) == (1, 101)
    assert [each.name for each in dataset.split("all")] == ["000000", "000001"]


@pytest.mark.parametrize("write", [write_kitti_pairs, write_street_pairs], ids=["KITTI's folders", "streets"])
def test_other_processes_can_read_them(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    pairs = open_rig_pairs(write(tmp_path)).split("all")
    assert pickle.loads(pickle.dumps(pairs))[1].name == pairs[1].name


def test_the_baseline_is_between_the_two_colour_cameras(tmp_path: Path) -> None:
    path = tmp_path / "calib.txt"  # KITTI's own: camera 2 is 6 cm left of camera 0, camera 3 47 cm right of it
    path.write_text(
        "P2: 721.5377 0 609.5593 44.85728 0 721.5377 172.854 0.2163791 0 0 1 0.002745884\n"
        "P3: 721.5377 0 609.5593 -339.5242 0 721.5377 172.854 2.199936 0 0 1 0.002729905\n"
    )
    assert read_baseline_m(path) == pytest.approx(0.5327, abs=1e-4)


def _without_right(root: Path) -> None:
    (root / "image_3" / "000001.png").unlink()


def _of_another_size(root: Path) -> None:
    Image.new("RGB", (30, 24)).save(root / "image_3" / "000001.png")


def _without_p3(root: Path) -> None:
    path = root / "calib" / "000001.txt"
    path.write_text(path.read_text().splitlines()[0])


def _swapped_cameras(root: Path) -> None:
    path = root / "calib" / "000001.txt"
    path.write_text(path.read_text().replace("-24", "24"))


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        pytest.param(_without_right, "2 right-hand pictures of all.*000001", id="a picture is missing"),
        pytest.param(_of_another_size, "has 32×24 pixels, the right-hand one 30×24", id="sizes differ"),
        pytest.param(_without_p3, "should have a line P3: with twelve numbers", id="one camera alone"),
        pytest.param(_swapped_cameras, "-0.6 m: a pair has a positive one", id="cameras the wrong way round"),
    ],
)
def test_pairs_that_cannot_be_are_refused(tmp_path: Path, spoil: Callable[[Path], None], sentence: str) -> None:
    spoil(write_kitti_pairs(tmp_path))
    with pytest.raises(SourceError, match=sentence):
        list(open_rig_pairs(tmp_path).split("all"))


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        pytest.param("../right.png,,,,50,51,32,24,0.5", "leads out of the data set", id="a file outside"),
        pytest.param("left/000001.png,,,,50,51,32,24,wide", "should give baseline_m", id="no number"),
        pytest.param(",,,,50,51,32,24,0.5", "names no right-hand picture", id="no pair"),
    ],
)
def test_tables_that_cannot_be_are_refused(tmp_path: Path, row: str, sentence: str) -> None:
    write_street_pairs(tmp_path, f"street,000001,left/000001.png,{row},drive_a,\n")
    with pytest.raises(SourceError, match=sentence):
        open_rig_pairs(tmp_path)


def test_a_split_that_there_is_not_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="no split 'test': choose all or train or val"):
        open_rig_pairs(write_kitti_pairs(tmp_path)).split("test")


def test_a_folder_of_something_else_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no stereo pairs that howfar knows"):
        open_rig_pairs(tmp_path)


def test_one_picture_twice_is_no_pair() -> None:
    grey = np.zeros((4, 6, 3), np.uint8)
    camera = Camera.from_focal(6, 4, 5.0)
    good, twice = RigPair("a", grey, grey + 1, camera, 0.5), RigPair("b", grey, grey, camera, 0.5)
    (problem,) = check_pairs([good, twice])
    assert (problem.sample, problem.fatal) == ("b", True)
    assert "is the left-hand one once more" in problem.sentence
