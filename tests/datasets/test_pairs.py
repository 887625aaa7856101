"""Pictures and the files that belong to them."""

from pathlib import Path

import pytest

from howfar.datasets.pairs import choose_pairs, find_pairs
from howfar.errors import SourceError


def touch(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


@pytest.mark.parametrize(
    ("images", "partners", "expected"),
    [
        pytest.param("rgb/*.png", "d/{stem}.npy", [("rgb/a.png", "d/a.npy"), ("rgb/b.png", "d/b.npy")], id="by stem"),
        pytest.param("rgb/*.png", "z/*.exr", [("rgb/a.png", "z/1.exr"), ("rgb/b.png", "z/2.exr")], id="by order"),
        pytest.param("**/c.png", "{stem}.npy", [("deep/er/c.png", "c.npy")], id="at any depth"),
        pytest.param("rgb/a*", "rgb/{stem}{stem}", [("rgb/a.png", "rgb/aa")], id="a stem used twice"),
    ],
)
def test_patterns_pair_pictures_with_files(
    tmp_path: Path, images: str, partners: str, expected: list[tuple[str, str]]
) -> None:
    touch(tmp_path, "rgb/b.png", "rgb/a.png", "z/2.exr", "z/1.exr", "deep/er/c.png")
    pairs = find_pairs(tmp_path, images, partners)
    assert [(pair.name, pair.partner.relative_to(tmp_path).as_posix()) for pair in pairs] == expected
    assert [pair.image for pair in pairs] == [tmp_path / pair.name for pair in pairs]


@pytest.mark.parametrize(
    ("images", "partners", "message"),
    [
        pytest.param("*.jpg", "{stem}.png", "No picture lies at", id="no picture"),
        pytest.param("rgb/*", "z/*", "2 pictures and .* 1 files", id="another number of files"),
        pytest.param("/rgb/*", "z/*", "pattern '/rgb/\\*' cannot be", id="a pattern from the root of the disk"),
        pytest.param("", "z/*", "pattern '' cannot be", id="an empty pattern"),
        pytest.param("a/" * 3000, "z/*", "cannot be: maximum recursion", id="a pattern of three thousand folders"),
    ],
)
def test_patterns_that_do_not_pair_are_refused(tmp_path: Path, images: str, partners: str, message: str) -> None:
    touch(tmp_path, "rgb/a.png", "rgb/b.png", "z/a.png")
    with pytest.raises(SourceError, match=message):
        find_pairs(tmp_path, images, partners)


@pytest.mark.parametrize("name", ["x/a.png", "x/a", "./x/a.png"])
def test_a_list_may_name_a_picture_by_its_path(tmp_path: Path, name: str) -> None:
    pairs = find_pairs(touch(tmp_path, "x/a.png", "y/a.png", "y/b.png"), "*/*.png", "{stem}.txt")
    assert [pair.name for pair in choose_pairs(pairs, [name, "b", "b.png"], Path("list"))] == ["x/a.png"] + 2 * [
        "y/b.png"
    ]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("a", "'a', which fits 2 pictures", id="a name that two pictures have"),
        pytest.param("c.png", "'c.png', which fits no picture", id="a name that no picture has"),
    ],
)
def test_a_name_that_is_not_one_picture_is_refused(tmp_path: Path, name: str, message: str) -> None:
    pairs = find_pairs(touch(tmp_path, "x/a.png", "y/a.png"), "*/*.png", "{stem}.txt")
    with pytest.raises(SourceError, match=message):
        choose_pairs(pairs, [name], Path("list"))
