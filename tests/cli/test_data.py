"""`howfar data`."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from howfar.cli.data import app
from howfar.errors import HowfarError, MissingExtraError, OutputError, SettingError, SourceError
from tests.datasets.folders import write_coco, write_depth_png, write_described_depth, write_nyu, write_yolo
from tests.training.semi.semi_cases import write_slopes


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


DEPTH_RECIPE = """
task = "depth"
network = {{ name = "unet", options = {{ filters = [2, 2] }} }}
data = {{ root = "{root}", sizes_px = [[64, 32]], held_out = 0 }}
augmentation = {{ base_px = [64, 48] }}
loss = {{ l1 = 1.0 }}
optimiser = {{ name = "sgd", learning_rate = 0.01 }}
training = {{ epochs = 1, batch = 2 }}
"""

SEMI_RECIPE = (
    DEPTH_RECIPE.replace('"depth"', '"semi"') + 'unlabelled = {{ root = "{root}", split = "test", mix = [0, 1] }}'
)

DETECTOR_RECIPE = """
task = "detector"
network = {{ name = "yolov5n" }}
data = {{ root = "{root}", split = "all" }}
augmentation = {{ size_px = 64 }}
optimiser = {{ name = "sgd", learning_rate = 0.01 }}
training = {{ epochs = 1, batch = 2 }}
"""


def show(*arguments: str | Path) -> int:
    """The exit code; refusals are raised."""
    result = CliRunner().invoke(app, ["show", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size


def recipe(folder: Path, text: str, root: Path) -> Path:
    path = folder / "recipe.toml"
    path.write_text(text.format(root=root))
    return path


def test_a_batch_of_depth_is_drawn(tmp_path: Path) -> None:
    data, out = write_nyu(tmp_path / "nyu", test=("0003", "0004", "0005")), tmp_path / "batch.png"
    assert show(data, "--split", "test", "--out", out) == 0
    width, height = size_of(out)
    assert width > 4 * 192
    assert height > 3 * 192


def test_a_batch_of_boxes_is_drawn(tmp_path: Path) -> None:
    assert show(write_coco(tmp_path)[1], "--out", tmp_path / "batch.png", "--count", "1") == 0
    width, height = size_of(tmp_path / "batch.png")
    assert width > 2 * 640
    assert 640 < height < 2 * 640


@pytest.mark.parametrize(
    ("text", "write", "change"),
    [
        (SEMI_RECIPE, write_slopes, "perturbation.colour=[0.2, 0.4]"),
        (DEPTH_RECIPE, write_nyu, "augmentation.scale=[1.0, 1.0]"),
        (DETECTOR_RECIPE, lambda root: write_coco(root)[1], "augmentation.mosaic=0"),
    ],
    ids=["teacher and student", "depth", "boxes"],
)
def test_a_recipes_batch_is_drawn_with_its_changes(
    tmp_path: Path, text: str, write: Callable[[Path], Path], change: str
) -> None:
    path = recipe(tmp_path, text, write(tmp_path / "data"))
    own, changed = tmp_path / "own.png", tmp_path / "changed.png"
    assert show(path, "--out", own) == 0
    assert show(path, change, "--out", changed) == 0
    assert own.read_bytes() != changed.read_bytes()
    assert size_of(own) == size_of(changed)


def test_the_same_recipe_gives_the_same_picture(tmp_path: Path) -> None:
    path = recipe(tmp_path, DEPTH_RECIPE, write_nyu(tmp_path / "data"))
    for name in ("one.png", "other.png"):
        show(path, "--out", tmp_path / name)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "other.png").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "refusal", "message"),
    [
        pytest.param(("{}/gone",), SourceError, "There is no data set", id="a path that is not there"),
        pytest.param(("{}/nyu", "--split", "val"), SettingError, "no split 'val'", id="a split that is not there"),
        pytest.param(
            ("{}/nyu", "flip=0"), SettingError, "is no recipe, and flip=0 changes one", id="nothing to change"
        ),
        pytest.param(("{}/recipe.toml", "augmentation.flop=0"), SettingError, "unknown field", id="a wrong change"),
        pytest.param(("{}/recipe.toml", "data.sizes_px=[[60, 30]]"), SettingError, "multiples of 32", id="a size"),
        pytest.param(
            ("{}/other.toml",),
            SettingError,
            "should be depth, self-supervised, semi, detector, joint or disparity-detector, not 'sound'",
            id="another task",
        ),
        pytest.param(("{}/broken.toml",), SettingError, "cannot be read as TOML", id="no TOML"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...], refusal: type, message: str
) -> None:
    recipe(tmp_path, DEPTH_RECIPE, write_nyu(tmp_path / "nyu"))
    (tmp_path / "other.toml").write_text('task = "sound"')
    (tmp_path / "broken.toml").write_text("task = ")
    with pytest.raises(refusal, match=message) as refused:
        show(*(argument.format(tmp_path) for argument in arguments), "--out", tmp_path / "batch.png")
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "batch.png").exists()


def test_a_picture_that_is_there_is_not_replaced_unasked(tmp_path: Path) -> None:
    (tmp_path / "batch.png").write_bytes(b"mine")
    with pytest.raises(OutputError, match="exists already"):
        show(write_nyu(tmp_path / "nyu"), "--out", tmp_path / "batch.png")
    assert (tmp_path / "batch.png").read_bytes() == b"mine"


def test_without_pytorch_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "torch" else object())
    with pytest.raises(MissingExtraError, match=r"Showing a batch needs .*howfar\[train\]"):
        show(tmp_path, "--out", tmp_path / "batch.png")
