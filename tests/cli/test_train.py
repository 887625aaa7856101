"""`howfar train`."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from howfar.cli import train
from howfar.cli.training import INTERRUPTED
from howfar.errors import HowfarError, MissingExtraError, ModelError, OutputError, SettingError, SourceError
from howfar.training.run_folder import load_checkpoint
from howfar.training.tasks.registry import TASKS
from tests.cli.trainings import run_training, stop_in_the_second_epoch
from tests.datasets.folders import write_nyu

RECIPE = """
task = "depth"
[network]
name = "compact"
options = {{ encoder = "lite0" }}
[data]
root = '{root}'
held_out = 0
sizes_px = [[64, 64]]
[augmentation]
base_px = [80, 64]
[loss]
log_l1 = 1.0
[optimiser]
name = "adamw"
learning_rate = 1e-4
[training]
epochs = 2
batch = 2
precision = "32-true"
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(RECIPE.format(root=write_nyu(tmp_path / "nyu", train=("0002", "0003", "0004", "0005"))))
    return path


def depth(*arguments: str | Path) -> tuple[int, str, str]:
    """As `run_training`."""
    return run_training("depth", *arguments)


def test_every_kind_of_training_has_its_command() -> None:
    commands = {command.name or command.callback.__name__ for command in train.app.registered_commands}
    assert commands == {*TASKS, "crossfit"}


def test_a_training_prints_a_line_an_epoch_and_leaves_its_folder(recipe: Path, tmp_path: Path) -> None:
    code, output, _ = depth(recipe, "--out", tmp_path / "run")
    assert code == 0
    lines = output.splitlines()
    assert [line.split()[0] for line in lines] == ["1/2", "2/2", "2"]
    assert "log_l1" in lines[0]
    assert {path.name for path in (tmp_path / "run").iterdir()} >= {
        "best.ckpt",
        "last.ckpt",
        "curves.png",
        "recipe.json",
    }


def test_its_folder_is_named_after_the_recipe(recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    depth(recipe, "training.epochs=1")
    assert load_checkpoint(tmp_path / "runs/small/last.ckpt")["epoch"] == 1


def test_ctrl_c_says_how_to_go_on_and_going_on_works(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        stop_in_the_second_epoch(patch)
        code, _, errors = depth(recipe, "--out", tmp_path / "run")
    assert code == INTERRUPTED
    assert "Stopped in epoch 2; go on with --resume." in errors
    assert load_checkpoint(tmp_path / "run/last.ckpt")["epoch"] == 1
    depth(recipe, "--out", tmp_path / "run", "--resume")
    assert load_checkpoint(tmp_path / "run/last.ckpt")["epoch"] == 2


@pytest.mark.parametrize(
    ("change", "error", "sentence"),
    [
        ("data.rot=3", SettingError, "unknown field `rot`"),
        ("optimiser.learning_rate=-1", SettingError, "optimiser.learning_rate"),
        ("training.epochs", SettingError, "training.epochs=3"),
        ("network.name=nobody", SettingError, "'nobody'; there are compact"),
        ("network.options.size=3", SettingError, "cannot be built"),
        ('network.frozen=["tail"]', SettingError, "no part 'tail'"),
        ("loss.luck=1", SettingError, "no loss 'luck'"),
        ("loss.classes=1", SettingError, "semantic labels"),
        ("data.root=/nowhere", SourceError, "/nowhere"),
        ("data.split=dev", SettingError, "choose train or test"),
        ("network.weights=/nowhere.pt", ModelError, "/nowhere.pt"),
    ],
    ids=[
        "unknown key",
        "impossible number",
        "no value",
        "unknown network",
        "unknown option",
        "unknown part",
        "unknown loss",
        "classes without labels",
        "no data",
        "no such split",
        "no such weights",
    ],
)
def test_a_wrong_setting_is_one_sentence_before_the_training_starts(
    recipe: Path, tmp_path: Path, change: str, error: type[HowfarError], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        depth(recipe, change, "--out", tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_picture_that_cannot_be_read_is_found_before_the_training_starts(recipe: Path, tmp_path: Path) -> None:
    (tmp_path / "nyu/depth8/0004.png").write_bytes(b"no picture")
    with pytest.raises(SourceError, match=r"0004\.png"):
        depth(recipe, "--out", tmp_path / "run")


def test_a_finished_training_is_not_replaced_unasked(recipe: Path, tmp_path: Path) -> None:
    depth(recipe, "training.epochs=1", "--out", tmp_path / "run")
    with pytest.raises(OutputError, match="holds a training already: choose another folder, "):
        depth(recipe, "--out", tmp_path / "run")


def test_devices_that_are_not_there_are_one_sentence(recipe: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="3 × nonsense"):
        result = CliRunner().invoke(
            train.app,
            ["depth", str(recipe), "--out", str(tmp_path / "run"), "--accelerator", "nonsense", "--devices", "3"],
        )
        raise result.exception or AssertionError(result.output)


def test_what_is_not_installed_is_named(recipe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"howfar\[train\]"):
        depth(recipe)


def crossfit(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(train.app, ["crossfit", *map(str, arguments), "--accelerator", "cpu"])
    if isinstance(result.exception, HowfarError):
        raise result.exception
    return result.exit_code, result.stdout


def test_cross_fitting_leaves_a_depth_map_of_each_picture_and_goes_on_where_it_stopped(
    recipe: Path, tmp_path: Path
) -> None:
    out, changes = tmp_path / "folds", ("training.epochs=1", "--folds", "2", "--out", tmp_path / "folds")
    code, output = crossfit(recipe, *changes)
    assert code == 0
    assert output.splitlines()[-1].endswith("the depth of each picture by the network without it")
    assert sorted(path.name for path in (out / "depth").iterdir()) == [f"000{n}.png" for n in (2, 3, 4, 5)]
    with pytest.raises(OutputError, match="holds a training already"):
        crossfit(recipe, *changes)
    (out / "fold-2" / "last.ckpt").unlink()
    code, output = crossfit(recipe, *changes, "--resume")
    assert code == 0
    assert (out / "fold-2" / "last.ckpt").exists()


def test_cross_fitting_refuses_more_folds_than_pictures(recipe: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="has 4 pairs, too few for 5 folds"):
        crossfit(recipe, "--folds", "5", "--out", tmp_path / "folds")
