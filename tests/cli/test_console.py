"""What is printed, in every encoding, with names that no encoding holds."""

import csv
import io
import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from howfar.cli import console
from howfar.cli.app import main
from tests.cli.test_look import MODELS, folder, picture

__all__ = ["folder"]

LATIN_1 = os.fsdecode(b"caf\xe9.png")
NAMES = [
    pytest.param("椅子.png", id="Chinese"),
    pytest.param(LATIN_1, id="bytes that are not UTF-8"),
    pytest.param("\x1b]0;owned\x07\x1b[2J.png", id="terminal escapes"),
    pytest.param("[red]a[bold] :car:.png", id="what rich takes for markup"),
    pytest.param("\u202egnp.exe.png", id="letters turned round"),
]
ENCODINGS = ["cp1252", "ascii", "utf-8"]


class Terminal(io.TextIOWrapper):
    """A stream in memory that is strict, as those of most machines are."""

    def __init__(self, encoding: str) -> None:
        super().__init__(io.BytesIO(), encoding=encoding, errors="strict")

    def text(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode(self.encoding)  # type: ignore[attr-defined]

    def data(self) -> bytes:
        self.flush()
        return self.buffer.getvalue()  # type: ignore[attr-defined]


class Run:
    """One run of the program, and what it printed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, encoding: str, *words: str) -> None:
        self.out, self.err = Terminal(encoding), Terminal(encoding)
        monkeypatch.setattr(sys, "stdout", self.out)
        monkeypatch.setattr(sys, "stderr", self.err)
        monkeypatch.setattr(sys, "argv", ["howfar", *words])
        try:
            main()
        except SystemExit as end:
            self.code = end.code or 0
        else:
            self.code = 0


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", NAMES)
def test_a_table_of_any_name_in_any_encoding(
    folder: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, name: str
) -> None:
    picture(folder / "photos" / name, 2, 5)
    picture(folder / "photos" / "z.png", 3, 5)
    (folder / "photos" / f"broken{name}").write_bytes(b"no picture")
    run = Run(monkeypatch, encoding, "look", "photos", *MODELS, "--out", "drawn")
    assert run.code == 1
    assert "2 of 3 sources could be done" in run.err.text()
    assert "broken" in run.err.text()
    assert "z.png" in run.out.text()
    assert len(list((folder / "drawn").iterdir())) == 2
    for printed in (run.out.text(), run.err.text()):
        assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(printed)
    if name.startswith("[red]"):
        assert name in run.out.text()


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("format_", ["json", "jsonl", "csv"])
def test_data_are_utf8_in_any_encoding(
    folder: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, name: str, format_: str
) -> None:
    picture(folder / name, 2, 5)
    run = Run(monkeypatch, encoding, "look", name, *MODELS, "--format", format_)
    assert run.code == 0, run.err.text()
    text = run.out.data().decode("utf-8")
    source = next(csv.DictReader(io.StringIO(text)))["source"] if format_ == "csv" else json.loads(text)["source"]
    assert source in (name, r"caf\xe9.png") or format_ == "csv"
    assert "\x1b" not in text


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("--help",), id="help"),
        pytest.param(("look", "--help"), id="help on a command"),
        pytest.param(("models",), id="the models"),
        pytest.param(("models", "info", "nanodet-g"), id="a model"),
        pytest.param(("depth", LATIN_1, "椅.png", "--depth-model", "models/depth.onnx"), id="depth maps"),
        pytest.param(("calibrate", LATIN_1, "椅.png", *MODELS[:-2]), id="a calibration by known distances"),
        pytest.param(("calibrate", "--chessboard", "9x6", LATIN_1, "椅.png"), id="a calibration by a chessboard"),
        pytest.param(
            ("compare", LATIN_1, "椅.png", "--models", "models/depth.onnx", "--html", "page.html"),
            id="a comparison",
        ),
        pytest.param(("look", "no\x1b[2J椅.png"), id="a picture that is not there"),
        pytest.param(("look", "http://\x1b[2J椅:1/x"), id="an address that cannot be"),
        pytest.param(("models", "check", "椅\x1b"), id="a model that is not known"),
        pytest.param(("data", "check", "椅\x1b"), id="a data set that is not there"),
        pytest.param(("evaluate", "ssim", "椅\x1b", LATIN_1), id="maps that are not there"),
    ],
)
def test_every_command_prints_in_any_encoding(
    folder: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, words: tuple[str, ...]
) -> None:
    for name in (LATIN_1, "椅.png"):
        picture(folder / name, 2, 5)
    run = Run(monkeypatch, encoding, *words)
    assert run.code in (0, 1, 2)
    assert run.out.data() + run.err.data()
    assert b"\x1b" not in run.out.data() + run.err.data()


def test_a_ranking_of_maps_with_names_of_any_kind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for side in ("one", "two"):
        (folder / side).mkdir()
        Image.fromarray(np.arange(4096, dtype=np.uint8).reshape(64, 64)).save(folder / side / LATIN_1)
    run = Run(monkeypatch, "ascii", "evaluate", "ssim", "one", "two", "--csv", "figures.csv", "--html", "page.html")
    assert run.code == 0, run.err.text()
    for file in ("figures.csv", "page.html"):
        assert (folder / file).read_text(encoding="utf-8")


def test_data_at_a_terminal_go_above_the_progress_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal("utf-8")
    monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdout", stream)
    console.write_data('{"source": "[red]椅"}\n')
    assert stream.text() == '{"source": "[red]椅"}\n'


def test_without_a_standard_output_data_go_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    console.write_data("{}\n")
    console.results().print("a line")


@pytest.mark.parametrize("columns", ["0", "00", "²", "1000000000", "9" * 30])
def test_a_terminal_without_a_size_takes_no_result_away(
    columns: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr(sys, "argv", ["howfar", "models", "info", "nanodet-g"])
    console.results.cache_clear()
    with pytest.raises(SystemExit):
        main()
    assert "nanodet-g" in capsys.readouterr().out
    console.results.cache_clear()
