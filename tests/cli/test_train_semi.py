"""`howfar train semi`."""

from pathlib import Path

import pytest

from howfar.cli.training import INTERRUPTED
from howfar.conversion.onnx_export import export
from howfar.datasets.opening import open_depth_dataset
from howfar.errors import OutputError
from howfar.models import open_depth_network
from howfar.scene import Frame
from howfar.training.run_folder import load_checkpoint
from howfar.training.semi.pseudo_labels import INDEX, PseudoLabels
from howfar.training.trained import trained_network
from tests.cli.trainings import run_training, stop_in_the_second_epoch
from tests.training.semi.semi_cases import write_slopes

RECIPE = """
task = "semi"
output = "relative_inverse"
[network]
name = "compact"
options = {{ encoder = "lite0" }}
encoder_weights = "package"
[data]
root = '{root}'
count = 2
held_out = 0
sizes_px = [[64, 64]]
[teacher.changes.training]
epochs = 1
[unlabelled]
root = '{root}'
[augmentation]
base_px = [80, 64]
[alignment]
weight = 1.0
[loss]
affine_invariant = 1.0
[optimiser]
name = "adamw"
learning_rate = 1e-4
[training]
epochs = 2
batch = 3
precision = "32-true"
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(RECIPE.format(root=write_slopes(tmp_path / "nyu")))
    return path


def semi(*arguments: str | Path) -> tuple[int, str, str]:
    """As `run_training`."""
    return run_training("semi", *arguments)


def test_teacher_labels_and_student_lie_in_one_folder(recipe: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    code, output, _ = semi(recipe, "--out", out)
    assert code == 0
    assert [line.split()[0] for line in output.splitlines()] == ["1/1", "1", "4", "1/2", "2/2", "2"]
    assert "4 pseudo labels in" in output
    assert "alignment" in output.splitlines()[3]
    assert load_checkpoint(out / "student/last.ckpt")["epoch"] == 2
    assert not torch_equal(out / "teacher/last.ckpt", out / "student/last.ckpt")


@pytest.mark.slow
def test_the_student_can_be_used(recipe: Path, tmp_path: Path) -> None:
    semi(recipe, "training.epochs=1", "--out", tmp_path / "run")
    exported = export(trained_network(tmp_path / "run/student"), tmp_path / "student.onnx")
    sample = open_depth_dataset(tmp_path / "nyu").split("test")[0]
    depth = open_depth_network(exported.path).estimate(Frame(sample.image, sample.name, sample.camera))
    assert depth.kind == "relative_inverse"
    assert depth.valid.all()


def torch_equal(one: Path, other: Path) -> bool:
    """Whether two checkpoints hold the same weights."""
    first, second = (load_checkpoint(path)["network"] for path in (one, other))
    return all(bool((first[name] == second[name]).all()) for name in first)


def test_a_folder_that_holds_one_is_not_overwritten(recipe: Path, tmp_path: Path) -> None:
    semi(recipe, "training.epochs=1", "--out", tmp_path / "run")
    with pytest.raises(OutputError, match="holds a training already: choose another folder, "):
        semi(recipe, "training.epochs=1", "--out", tmp_path / "run")


def test_what_stops_among_the_labels_goes_on_there(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, write = tmp_path / "run", PseudoLabels.write

    def interrupted(self: PseudoLabels, name: str, inverse: object) -> None:
        if len(self.pictures) == 2:
            raise KeyboardInterrupt
        write(self, name, inverse)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(PseudoLabels, "write", interrupted)
        code, _, errors = semi(recipe, "training.epochs=1", "--out", out)
    assert code == INTERRUPTED
    assert "2 of 4 pictures have their labels; go on with --resume." in errors
    teacher = (out / "teacher/last.ckpt").stat().st_mtime_ns
    kept = (out / "pseudo/0002.png").stat().st_mtime_ns
    code, _, _ = semi(recipe, "training.epochs=1", "--out", out, "--resume")
    assert code == 0
    assert (out / "teacher/last.ckpt").stat().st_mtime_ns == teacher
    assert (out / "pseudo/0002.png").stat().st_mtime_ns == kept
    assert len((out / "pseudo" / INDEX).read_text().splitlines()) == 5


@pytest.mark.slow
def test_a_student_that_goes_on_is_the_one_that_never_stopped(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    semi(recipe, "--out", tmp_path / "whole")
    with monkeypatch.context() as patch:
        stop_in_the_second_epoch(patch)
        assert semi(recipe, "--out", tmp_path / "parted")[0] == INTERRUPTED
    semi(recipe, "--out", tmp_path / "parted", "--resume")
    assert torch_equal(tmp_path / "whole/student/last.ckpt", tmp_path / "parted/student/last.ckpt")
