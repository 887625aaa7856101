"""`howfar data`."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from howfar.cli.data import app
from howfar.errors import HowfarError, SettingError, SourceError

from ..datasets.folders import write_coco, write_depth_png, write_described_depth, write_nyu, write_yolo


def check(*arguments: str | Path) -> tuple[int, str]:
    """The exit code and what is printed; refusals are raised."""
    result = CliRunner().invoke(app, ["check", *map(str, arguments)])
    if isinstance(result.exception, HowfarError):
        raise result.exception
    return result.exit_code, result.stdout


def test_every_split_of_a_good_data_set_has_its_line(tmp_path: Path) -> None:
    code, output = check(write_nyu(tmp_path))
    assert code == 0
    assert output.splitlines() == [
        "NYU Depth v2, train: 1 picture, nothing wrong",
        "NYU Depth v2, test: 2 pictures, nothing wrong",
    ]


def test_one_split_can_be_asked_for(tmp_path: Path) -> None:
    code, output = check(write_nyu(tmp_path), "--split", "test")
    assert code == 0
    assert "train" not in output


def test_boxes_are_checked_too(tmp_path: Path) -> None:
    code, output = check(write_coco(tmp_path)[1])
    assert (code, output) == (0, "instances, all: 2 pictures, nothing wrong\n")


def _yolo(root: Path, line: str) -> Path:
    (write_yolo(root) / "labels/b.txt").write_text(f"{line}\n")
    return root


def _without(root: Path, name: str) -> Path:
    (write_described_depth(root) / name).unlink()
    return root


def _small_depth(root: Path) -> Path:
    write_depth_png(write_described_depth(root) / "depth/b.png", 2000, (32, 24))
    return root


def _metres(root: Path) -> Path:
    text = (write_described_depth(root) / "dataset.toml").read_text()
    (root / "dataset.toml").write_text(text.replace('"mm"', '"m"'))
    return root


@pytest.mark.parametrize(
    ("write", "code", "line", "summary"),
    [
        pytest.param(
            _metres, 1, "wrong  all: The median depth is 2000 m, which looks like mill", "1 wrong, 0 to", id="unit"
        ),
        pytest.param(_small_depth, 1, "32×24", "3 pictures, 1 wrong, 0 to notice", id="a depth of another size"),
        pytest.param(
            lambda root: _without(root, "depth/c.png"),
            1,
            "1 of the 3 depth maps",
            "0 pictures, 1 wrong",
            id="half a pair",
        ),
        pytest.param(
            lambda root: _yolo(root, "2 .5 .5 .1 .1"), 1, "has the class 2", "1 wrong, 0 to", id="a class too many"
        ),
        pytest.param(
            lambda root: _yolo(root, "1 9 9 5 5"), 1, "no part in the picture", "1 wrong, 0", id="a box elsewhere"
        ),
        pytest.param(
            lambda root: _yolo(root, "1 .5 .5 0 .1"),
            0,
            "notice images/b.jpg: 1 box",
            "0 wrong, 1 to notice",
            id="a flat box",
        ),
    ],
)
def test_what_is_wrong_is_told_and_only_what_is_fatal_fails(
    tmp_path: Path, write: Callable[[Path], Path], code: int, line: str, summary: str
) -> None:
    found, output = check(write(tmp_path))
    assert found == code
    problem, last = output.splitlines()
    assert line in problem
    assert summary in last


@pytest.mark.parametrize(
    ("arguments", "refusal", "message"),
    [
        pytest.param(("{}/gone",), SourceError, "There is no data set", id="a path that is not there"),
        pytest.param(("{}",), SourceError, "no data set that howfar knows", id="a folder of something else"),
        pytest.param(("{}/nyu", "--split", "val"), SettingError, "no split 'val': choose train or test", id="no split"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...], refusal: type, message: str
) -> None:
    write_nyu(tmp_path / "nyu")
    with pytest.raises(refusal, match=message) as refused:
        check(*(argument.format(tmp_path) for argument in arguments))
    assert "\n" not in str(refused.value)
