"""`howfar doctor`: a report, and exit code 1 when something essential is broken."""

import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import get_args

import pytest
import typer
from typer.testing import CliRunner

from howfar import __version__
from howfar.cli import doctor
from howfar.models import library
from howfar.models.card import Task

ROOT = Path(__file__).resolve().parents[2]

app = typer.Typer()
app.command()(doctor.doctor)


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOWFAR_CACHE", str(tmp_path / "cache"))


def run() -> tuple[int, str]:
    result = CliRunner(env={"COLUMNS": "200"}).invoke(app)
    return result.exit_code, result.output


def test_a_sound_installation() -> None:
    code, output = run()
    assert code == 0
    for words in (__version__, "CPUExecutionProvider", "PyAV", "H.264", "(not made yet)"):
        assert words in output
    assert output.count("digest right") == len(library.EMBEDDED)
    tasks = [library.find_model(name)[1].task for name in library.EMBEDDED]
    for task in tasks:
        assert output.count(f"ms a {doctor.RUN_ON[task]} (least of 5)") == sum(
            doctor.RUN_ON[each] == doctor.RUN_ON[task] for each in tasks
        )
    assert "✗" not in output


def test_the_caches_size_is_told(tmp_path: Path) -> None:
    (tmp_path / "cache" / "models").mkdir(parents=True)
    (tmp_path / "cache" / "models" / "toy.pt").write_bytes(bytes(2_500_000))
    assert "2.5 MB" in run()[1]


def test_every_extra_that_users_may_install_is_reported() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    _, output = run()
    for extra in set(project["optional-dependencies"]) - {doctor.DEVELOPERS}:
        assert f"howfar[{extra}] " in output, "pyproject.toml has it, the installed metadata has not: install anew"


def test_an_extra_brings_what_it_includes() -> None:
    extras = doctor.extras()
    assert "torch" in extras["train"]
    assert set(extras["eval"]) < set(extras["train"]) < set(extras["foundation"])


def test_a_speed_reading_knows_every_task() -> None:
    assert set(doctor.RUN_ON) == set(get_args(Task))


def test_a_missing_extra_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "extras", lambda: {"hub": ("numpy", "no-such-library")})
    code, output = run()
    assert code == 0
    assert "not installed: no-such-library" in output


def test_without_an_installation_the_extras_are_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(doctor.metadata, "metadata", missing)
    code, output = run()
    assert code == 0
    assert "howfar runs from a folder" in output


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda path: path.write_bytes(path.read_bytes() + b" "), id="a model file was changed"),
        pytest.param(lambda path: path.unlink(), id="a model file is gone"),
    ],
)
def test_a_broken_model_is_essential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil) -> None:
    original = library.embedded_path("nanodet-g")
    copy = tmp_path / original.name
    copy.write_bytes(original.read_bytes())
    copy.with_suffix(".toml").write_bytes(original.with_suffix(".toml").read_bytes())
    spoil(copy)
    depth = library.embedded_path("depth-compact-nyu")
    monkeypatch.setattr(library, "embedded_path", lambda name: copy if name == "nanodet-g" else depth)
    code, output = run()
    assert code == 1
    assert "✗" in output
    assert "Something essential is broken" in output
