"""`howfar doctor`: a report, and exit code 1 when something essential is broken."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from howfar import __version__
from howfar.cli import doctor
from howfar.models import library

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
    for words in (__version__, "CPUExecutionProvider", "PyAV", "H.264", "howfar[hub]", "(not made yet)"):
        assert words in output
    assert output.count("digest right") == 3
    assert output.count("ms a 640×480 picture (least of 5)") == 2
    assert "✗" not in output


def test_the_caches_size_is_told(tmp_path: Path) -> None:
    (tmp_path / "cache" / "models").mkdir(parents=True)
    (tmp_path / "cache" / "models" / "toy.pt").write_bytes(bytes(2_500_000))
    assert "2.5 MB" in run()[1]


def test_a_missing_extra_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(doctor.EXTRAS, "hub", ("no_such_module",))
    code, output = run()
    assert code == 0
    assert "not installed" in output


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
