"""`howfar doctor`: a report, and exit code 1 when something essential is broken."""

import itertools
import tomllib
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, PathDistribution
from pathlib import Path
from typing import get_args

import pytest
import typer
from typer.testing import CliRunner

from howfar import __version__
from howfar.cli import doctor
from howfar.cli.licences import licences
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


@pytest.mark.parametrize(
    ("installed", "says"),
    [
        pytest.param(False, "by onnxruntime in fp32: OpenVINO is not installed", id="not installed"),
        pytest.param(True, "by onnxruntime in fp32: the processor does not compute in bf16", id="no bf16"),
    ],
)
def test_the_engine_of_each_network_is_told_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, installed: bool, says: str
) -> None:
    monkeypatch.delenv("HOWFAR_ENGINE")
    monkeypatch.setattr("howfar.models.engines.is_installed", lambda: installed)
    monkeypatch.setattr("howfar.models.engines.has_bf16", lambda: False)
    monkeypatch.setattr(doctor, "SPEED_RUNS", 1)
    monkeypatch.setattr("howfar.models.openvino_library.is_installed", lambda: False)
    code, output = run()
    assert code == 0
    assert says in output
    assert "– " in output
    assert "pip install 'howfar[openvino]'" in output


def test_licences_are_told_with_those_of_libraries_that_wheels_carry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def package(name: str, facts: str, files: Sequence[str] = ()) -> PathDistribution:
        folder = tmp_path / f"{name}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\n{facts}\n")
        (folder / "RECORD").write_text("".join(f"{file},,\n" for file in files))
        for file in files:
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / file).touch()
        return PathDistribution(folder)

    # As libraries are called on Linux, on macOS and on Windows.
    files = ["av.libs/libx264-d6533a8d.so.165", "av/.dylibs/libx265.216.dylib", "av.libs/avcodec-62-ab1.dll"]
    others = ["av.libs/libmp3lame-8f.so.0", "av.libs/libopus-114e2b1a.so.0.11.1", "av/x264.py", "av/libx264"]
    packages = [
        package("zoo", "License-Expression: MIT"),
        package("av", "License-Expression: BSD-3-Clause", files + others),
        package("old", "Classifier: License :: OSI Approved :: MIT License"),
        package("odd", "License: UNKNOWN"),
    ]
    monkeypatch.setattr("importlib.metadata.distributions", lambda: packages)
    found = {each.package: each for each in licences()}
    assert list(found) == ["av 1.0", "odd 1.0", "old 1.0", "zoo 1.0"]
    assert [each.stated for each in found.values()] == ["BSD-3-Clause", "not stated", "MIT License", "MIT"]
    carried = {name: text for text, names in found["av 1.0"].carried.items() for name in names}
    assert sorted(carried) == ["avcodec", "mp3lame", "x264", "x265"]
    assert carried["x264"] == carried["x265"] == "GPL-2.0-or-later"


def test_the_installed_pyav_carries_what_notice_says() -> None:
    result = CliRunner(env={"COLUMNS": "80"}).invoke(app, ["--licences"])
    assert result.exit_code == 0
    assert f"howfar {__version__}: Apache-2.0\n" in result.output
    lines = result.output.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("av "))
    carried = list(itertools.takewhile(lambda line: line.startswith("    "), lines[start + 1 :]))
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    if any("x264" in line for line in carried):
        assert "    carries x264, x265: GPL-2.0-or-later" in carried
        assert "libx264 and libx265, which are\n  GPL-2.0-or-later" in notice


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
