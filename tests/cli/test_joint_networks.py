"""A joint network that is named as detector and as depth network is opened once, and runs once a picture."""

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from howfar.cli.app import app
from howfar.models.onnx_session import OnnxSession
from tests.cli.test_evaluate_everywhere import rooms, streets
from tests.cli.test_evaluate_margins import drives
from tests.cli.test_look import picture
from tests.datasets.folders import write_drive
from tests.models.onnx_files import joint_network


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the joint network was opened and run."""
    counted: Counter[str] = Counter()
    opened, ran = OnnxSession.__init__, OnnxSession.run

    def count_opening(self: OnnxSession, path: Path, *more: object, **named: object) -> None:
        counted["opened"] += path.stem == "joint"
        opened(self, path, *more, **named)  # type: ignore[arg-type]

    def count_run(self: OnnxSession, *tensors: np.ndarray) -> Mapping[str, np.ndarray]:
        counted["run"] += self.path.stem == "joint"
        return ran(self, *tensors)

    monkeypatch.setattr(OnnxSession, "__init__", count_opening)
    monkeypatch.setattr(OnnxSession, "run", count_run)
    return counted


def joint(folder: Path) -> Path:
    """The small one, with classes that rooms and streets have."""
    path = joint_network(folder)
    card = path.with_suffix(".toml")
    card.write_text(card.read_text().replace('["cup", "dog"]', '["bed", "car"]'))
    return path


def drive(folder: Path) -> Path:
    return write_drive(folder / "drive", list(range(12)))


def two(folder: Path) -> Path:
    path = folder / "two.png"
    picture(path, 2, 5)
    return path


@pytest.mark.parametrize(
    ("words", "data", "runs"),
    [
        pytest.param(("evaluate", "everywhere", "{data}"), rooms, 2, id="evaluate everywhere"),
        pytest.param(("evaluate", "tracks", "{data}"), drive, 12, id="evaluate tracks"),
        pytest.param(("calibrate", "{data}", "--focal-px", "50", "--known", "car=2"), two, 1, id="calibrate"),
        pytest.param(
            ("evaluate", "objects", "--data", "{data}", "--boxes", "detector"), streets, 1, id="evaluate objects"
        ),
        pytest.param(
            ("evaluate", "everywhere", "{data}", "--model", "{joint}"), rooms, 2, id="evaluate everywhere, named twice"
        ),
        pytest.param(("evaluate", "margins", "{joint}", "{data}"), drives, 2 * 4, id="evaluate margins, in two passes"),
        pytest.param(
            ("evaluate", "objects", "--data", "{data}", "--boxes", "detector", "--model", "{joint}"),
            streets,
            1,
            id="evaluate objects, named twice",
        ),
        pytest.param(
            ("calibrate", "{data}", "--depth-model", "{joint}", "--focal-px", "50", "--known", "car=2"),
            two,
            1,
            id="calibrate, named twice",
        ),
    ],
)
def test_it_is_opened_once_and_runs_once_a_picture(
    words: tuple[str, ...],
    data: Callable[[Path], Path],
    runs: int,
    tmp_path: Path,
    work: Counter[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    named = {"joint": joint(tmp_path), "data": data(tmp_path)}
    CliRunner().invoke(app, [*(word.format(**named) for word in words), "--detector", str(named["joint"])])
    assert work == {"opened": 1, "run": runs}


def test_of_true_depth_or_true_boxes_the_other_head_alone_is_asked(tmp_path: Path, work: Counter[str]) -> None:
    path, data = joint(tmp_path), streets(tmp_path)
    shared = ["evaluate", "objects", "--data", str(data), "--model", str(path), "--detector", str(path)]
    result = CliRunner().invoke(app, [*shared, "--boxes", "true"])
    assert result.exit_code == 0, result.output
    assert work == {"opened": 1, "run": 1}
    assert "one pass" not in result.output


def test_the_time_of_both_heads_is_told_as_one(tmp_path: Path) -> None:
    path, data = str(joint(tmp_path)), str(streets(tmp_path))
    words = ["evaluate", "objects", "--data", data, "--boxes", "detector", "--model", path, "--detector", path]
    result = CliRunner(env={"COLUMNS": "300"}).invoke(app, words)
    assert result.exit_code == 0, result.output
    assert "within that of the depth network, in one pass" in " ".join(result.output.split())
