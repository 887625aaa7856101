"""The pictures of a joint recipe as a folder."""

from collections import Counter
from pathlib import Path

import cv2
import msgspec
import pytest

from howfar.errors import OutputError, SettingError
from howfar.training.data.depth.pairs import labelled_pairs, source_pairs
from howfar.training.recipe import JointRecipe
from recipe_pictures import main, write_pictures
from tests.training.tasks.test_joint import data, with_context

__all__ = ["data"]  # a fixture


@pytest.fixture
def recipe(data: Path) -> JointRecipe:
    return with_context(data)


@pytest.mark.parametrize(("times", "streets"), [({}, 1), ({"street": 3}, 3), ({"street": 0}, 0)])
def test_each_picture_is_there_once_and_a_source_as_often_as_told(
    recipe: JointRecipe, tmp_path: Path, times: dict[str, int], streets: int
) -> None:
    folder = tmp_path / "a" / "pictures"
    written = write_pictures(recipe, folder, times)
    names = Counter(path.name.split("-")[0] for path in folder.iterdir())
    assert sum(names.values()) == written
    # Of twelve rooms the second block of ten is held out, of four photos one, and of the streets drive_b.
    assert names["room"] == 10
    assert names["photo"] == 3
    (street,) = source_pairs(recipe)
    assert len(street.samples) > 0
    assert names["source0"] == streets * len(street.samples)


def test_rooms_have_no_border_and_are_in_their_colours(recipe: JointRecipe, tmp_path: Path) -> None:
    rooms, _ = labelled_pairs(recipe)
    border = 3
    augmentation = msgspec.structs.replace(recipe.augmentation, border_px=border)
    write_pictures(msgspec.structs.replace(recipe, augmentation=augmentation), tmp_path / "pictures", {})
    seen = cv2.imread(str(tmp_path / "pictures" / "room-00000.png"))
    assert (seen[..., ::-1] == rooms[0].image[border:-border, border:-border]).all()


def test_what_cannot_be_done_is_one_sentence(recipe: JointRecipe, tmp_path: Path, capsys) -> None:
    with pytest.raises(SettingError, match="no source 'roads'; there are street"):
        write_pictures(recipe, tmp_path / "pictures", {"roads": 2})
    with pytest.raises(OutputError, match="exists: name a new folder"):
        write_pictures(recipe, tmp_path, {})
    with pytest.raises(SystemExit):
        main(["recipe.toml", str(tmp_path / "pictures"), "--times", "streets"])
    assert "such as streets=4, not 'streets'" in capsys.readouterr().err
