"""`howfar synth`: rendering a data set from the command line."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from howfar.cli.app import app
from howfar.errors import MissingExtraError

pytest.importorskip("embreex", reason="needs the extra `synth`")


def run(out: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["synth", "--out", str(out), "--size", "48x32", "--workers", "1", *arguments])


def test_it_renders_and_goes_on(tmp_path: Path) -> None:
    first = run(tmp_path / "set", "--scenes", "2", "--seed", "3", "--kind", "rooms")
    assert first.exit_code == 0, first.output
    assert first.stdout == f"2 scenes rendered; {tmp_path / 'set'} holds 2.\n"
    more = run(tmp_path / "set", "--scenes", "3", "--seed", "3", "--kind", "rooms")
    assert more.stdout == f"1 scenes rendered; {tmp_path / 'set'} holds 3.\n"
    assert sorted(path.name for path in (tmp_path / "set" / "image_3").iterdir()) == [
        "000000.png",
        "000001.png",
        "000002.png",
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--scenes", "0"), "1 to 1000000"),
        (("--scenes", "1", "--size", "big"), "WIDTHxHEIGHT"),
        (("--scenes", "1", "--size", "4x4"), "4×4"),
        (("--scenes", "1", "--baseline-m", "9"), "9 m"),
    ],
    ids=["no scene", "a size that is none", "too small", "cameras too far apart"],
)
def test_bad_input_is_one_sentence_and_leaves_nothing(
    arguments: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    result = run(tmp_path / "set", *arguments)
    assert sentence in str(result.exception)
    assert not (tmp_path / "set").exists()


def test_the_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    result = run(tmp_path / "set", "--scenes", "1")
    assert isinstance(result.exception, MissingExtraError)
    assert not (tmp_path / "set").exists()


def test_an_interrupt_tells_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("howfar.synth.making.make_scenes", interrupted)
    result = run(tmp_path / "set", "--scenes", "1")
    assert result.exit_code == 130
    assert "goes on" in result.stderr
