"""The commands put together: help and import come at once, for nothing heavy is imported on the way."""

import subprocess
import sys
from importlib import import_module

import pytest

from howfar.cli.app import GROUPS, main

LIBRARIES = {
    "PIL",
    "av",
    "cv2",
    "filelock",
    "httpx",
    "matplotlib",
    "numpy",
    "onnxruntime",
    "openvino",
    "platformdirs",
    "torch",
}
"""What howfar looks at pictures with, trains with and fetches with."""

LONG = "a" * 300
"""A name that no file system has."""

HELP = """
import howfar.cli.app
sys.argv = ["howfar", "--help"]
try:
    howfar.cli.app.main()
except SystemExit:
    pass
"""


def imported(program: str) -> set[str]:
    """The modules that a program imports in a fresh process."""
    watched = f"import sys\nbefore = set(sys.modules)\n{program}\nprint(*set(sys.modules) - before, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", watched], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def ours(modules: set[str]) -> set[str]:
    return {name for name in modules if name.partition(".")[0] == "howfar"}


@pytest.fixture(scope="module")
def for_help() -> set[str]:
    """What `howfar --help` imports."""
    return imported(HELP)


def test_help_imports_no_library_that_does_work(for_help: set[str]) -> None:
    assert "typer" in for_help
    assert for_help & LIBRARIES == set()


def test_help_imports_the_commands_and_no_room_below(for_help: set[str]) -> None:
    below = {name for name in ours(for_help) if not name.startswith("howfar.cli")}
    assert below <= {"howfar", "howfar.errors", "howfar.text", "howfar.synth", "howfar.synth.kind"}


@pytest.mark.parametrize("group", GROUPS)
def test_help_says_of_a_group_what_itself_says_and_does_not_import_it(group: str, for_help: set[str]) -> None:
    assert import_module(f"howfar.cli.{group}").app.info.help == GROUPS[group]
    assert f"howfar.cli.{group}" not in for_help


def test_importing_howfar_imports_one_module() -> None:
    modules = imported("import howfar")
    assert ours(modules) == {"howfar"}
    assert modules & LIBRARIES == set()


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["data", "check", LONG], id="a data set"),
        pytest.param(["export", LONG, "--out", "a.onnx"], id="a checkpoint"),
        pytest.param(["synth", "--scenes", "1", "--out", LONG], id="a folder to write to"),
        pytest.param(["evaluate", "ssim", LONG, LONG], id="maps"),
        pytest.param(["data", "show", f"{LONG}.toml", "--out", "a.png"], id="a recipe"),
    ],
)
def test_a_name_that_is_too_long_gets_one_sentence(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["howfar", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 1
    errors = capsys.readouterr().err
    assert errors.startswith("howfar: ")
    assert errors.count("\n") == 1
