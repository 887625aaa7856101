"""Errors as the command line says them, and what is told at the end of a run."""

import pytest
import typer

from howfar.cli.failures import Failures, sentence
from howfar.errors import HowfarError, ModelError, OutputError, SettingError, SourceError


@pytest.mark.parametrize(
    ("error", "said"),
    [
        pytest.param(
            OutputError("a.png exists already: choose another name, or allow overwriting.", setting="overwrite"),
            "a.png exists already: choose another name, or allow overwriting (--overwrite).",
            id="a flag with the setting's own name",
        ),
        pytest.param(
            SettingError("Depth points give a map its metres: leave them out.", setting="depth_points"),
            "Depth points give a map its metres: leave them out (--depth-points).",
            id="a flag with a hyphen",
        ),
        pytest.param(
            SettingError("The maximum depth must be above 0 metres, not -1.", setting="max_depth_m"),
            "The maximum depth must be above 0 metres, not -1 (--max-depth).",
            id="a flag without the unit",
        ),
        pytest.param(
            SettingError("The camera's height must be above 0, not -1.", setting="camera_height_m"),
            "The camera's height must be above 0, not -1 (--camera-height).",
            id="the camera's height",
        ),
        pytest.param(
            SettingError("The horizon must be a row of the picture.", setting="horizon_px"),
            "The horizon must be a row of the picture (--horizon).",
            id="the horizon",
        ),
        pytest.param(
            ModelError("There is no model file http:/me:SECRET@h/a.onnx, https:/token@h or http://me:SECRET@h."),
            "There is no model file http:/h/a.onnx, https:/h or http://h.",
            id="an address with a password, in the place of a file",
        ),
        pytest.param(
            ModelError(f"It should be a number, not '{'9' * 5000}': correct it."),
            f"It should be a number, not '{'9' * 299}…{'9' * 98}': correct it.",
            id="a word of 5000 letters",
        ),
        pytest.param(
            ModelError(f"It holds {'a, ' * 20_000}: keep one."),
            f"It holds {'a, ' * 497}…{'a, ' * 163}: keep one.",
            id="a list of 20,000 names",
        ),
        pytest.param(
            SettingError("Name one by --known, such as 2=2.30.", setting="known"),
            "Name one by --known, such as 2=2.30.",
            id="a flag that is named already",
        ),
        pytest.param(
            SettingError("There is no object 3: there are 1 (cup)", setting="known"),
            "There is no object 3: there are 1 (cup) (--known).",
            id="a sentence without a full stop",
        ),
        pytest.param(
            SourceError("a.jpg is no picture: check the file."), "a.jpg is no picture: check the file.", id="no setting"
        ),
    ],
)
def test_a_setting_becomes_the_command_lines_flag(error: HowfarError, said: str) -> None:
    assert sentence(error) == said


@pytest.mark.parametrize(
    ("count", "errors", "told"),
    [
        pytest.param(
            1,
            [("a.png", OutputError("b.png exists already.", setting="overwrite"))],
            ["howfar: b.png exists already (--overwrite)."],
            id="the only source is not named",
        ),
        pytest.param(
            3,
            [("a.jpg", SourceError("a.jpg is no picture.")), ("b.png", SettingError("No dog was found."))],
            ["howfar: a.jpg is no picture.", "howfar: b.png: No dog was found.", "1 of 3 sources could be done."],
            id="of several each is named once",
        ),
        pytest.param(
            2,
            [("a.png", ModelError("It fails.")), ("a.png", OutputError("It is full."))],
            ["howfar: a.png: It fails.", "howfar: a.png: It is full.", "1 of 2 sources could be done."],
            id="a source that failed twice counts once",
        ),
    ],
)
def test_failures_are_named_at_the_end(
    capsys: pytest.CaptureFixture[str], count: int, errors: list[tuple[str, HowfarError]], told: list[str]
) -> None:
    failures = Failures(count)
    for name, error in errors:
        failures.add(name, error)
    with pytest.raises(typer.Exit) as exited:
        failures.tell_and_exit()
    assert exited.value.exit_code == 1
    assert capsys.readouterr().err.splitlines() == told


def test_without_a_failure_nothing_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    Failures(3).tell_and_exit()
    assert capsys.readouterr().err == ""
