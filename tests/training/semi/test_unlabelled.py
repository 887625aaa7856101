"""Pictures whose depth is not known, or not looked at."""

from pathlib import Path

import pytest
from PIL import Image

from howfar.errors import SettingError, SourceError
from howfar.training.recipe_settings import DepthDataSettings
from howfar.training.semi.recipe import UnlabelledSettings
from howfar.training.semi.unlabelled import unlabelled_pictures
from tests.datasets.folders import write_coco
from tests.training.semi.semi_cases import NAMES, write_slopes

ELSEWHERE = DepthDataSettings(root="elsewhere", sizes_px=((64, 64),))


def test_the_pairs_that_are_labelled_are_left_out(tmp_path: Path) -> None:
    root = str(write_slopes(tmp_path / "nyu"))
    labelled = DepthDataSettings(root=root, sizes_px=((64, 64),), count=2)
    pictures = unlabelled_pictures(UnlabelledSettings(root=root), labelled)
    assert [picture.name for picture in pictures] == ["0002", "0004", "0005", "0007"]  # of six, the 2nd and 5th are
    assert pictures[0].image.shape == (480, 640, 3)
    assert pictures[0].camera is not None


@pytest.mark.parametrize("split", ["train", "test"])
def test_another_data_set_or_split_gives_all(tmp_path: Path, split: str) -> None:
    root = str(write_slopes(tmp_path / "nyu"))
    labelled = ELSEWHERE if split == "train" else DepthDataSettings(root=root, sizes_px=((64, 64),), count=2)
    pictures = unlabelled_pictures(UnlabelledSettings(root=root, split=split), labelled)
    assert [picture.name for picture in pictures] == list(NAMES)


def test_a_folder_of_pictures_will_do(tmp_path: Path) -> None:
    for name in ("b.png", "a.jpg"):
        Image.new("RGB", (30, 20)).save(tmp_path / name)
    pictures = unlabelled_pictures(UnlabelledSettings(root=str(tmp_path)), ELSEWHERE)
    assert [picture.name for picture in pictures] == ["a.jpg", "b.png"]
    assert pictures[0].camera is None


def test_the_pictures_of_a_detection_data_set_will_do(tmp_path: Path) -> None:
    write_coco(tmp_path)
    pictures = unlabelled_pictures(UnlabelledSettings(root=str(tmp_path), split="all"), ELSEWHERE)
    assert len(pictures) == 2
    assert pictures[1].image.shape == (48, 64, 3)


def test_nothing_left_is_said(tmp_path: Path) -> None:
    root = str(write_slopes(tmp_path / "nyu"))
    with pytest.raises(SourceError, match=r"set data\.count to take some of them"):
        unlabelled_pictures(UnlabelledSettings(root=root), DepthDataSettings(root=root, sizes_px=((64, 64),)))


def test_no_such_split_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="choose train or test"):
        unlabelled_pictures(UnlabelledSettings(root=str(write_slopes(tmp_path / "nyu")), split="dev"), ELSEWHERE)
