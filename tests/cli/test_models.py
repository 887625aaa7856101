"""`howfar models`: list, info, pull, check."""

import hashlib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from howfar.cli.models import app
from howfar.errors import DownloadError, ModelError
from howfar.models import engine_check, open_session
from howfar.models.zoo import entries, find_entry
from tests.models.onnx_files import mean_depth
from tests.models.zoo.server import FileServer, Reply

YOLOV5X = "/ultralytics/yolov5/releases/download/v7.0/yolov5x.pt"

pytestmark = pytest.mark.usefixtures("cache")


def run(*arguments: str) -> str:
    result = CliRunner(env={"COLUMNS": "200"}).invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_the_list_names_every_model_with_its_licence_and_state() -> None:
    output = run()
    for entry in entries().values():
        assert entry.name in output
        assert entry.licence[:30] in output
    assert output.count("embedded") == 6
    assert output.count("not pulled, checkpoint") == 14
    assert output.count("not supported") == 2


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("nanodet-g", ["embedded", "416×416 px, letterbox", "80 classes", "toothbrush"], id="a detector"),
        pytest.param("depth-compact-nyu", ["metres", "268.1 px", "10 m", "REL 0.157"], id="a metric depth network"),
        pytest.param(
            "depth-anything-v2-small", ["relative_inverse", "multiples of 14", "not here"], id="a relative one"
        ),
        pytest.param("depth-anything-v2-base", ["to be accepted: https://creativecommons"], id="a licence to accept"),
        pytest.param("yolov5s", ["checkpoint", "8b3b748c1e59", "howfar[train]", "yolov5s.pt"], id="a checkpoint"),
        pytest.param("depth-anything-v2-indoor-small", ["howfar[foundation]"], id="one that needs transformers"),
        pytest.param("depth-pro", ["to be accepted: https://", "Research Model"], id="one for research only"),
        pytest.param("depthcrafter", ["not here: it needs a whole video", "academic use"], id="one not supported"),
        pytest.param("yolov5x", ["not published: recorded at the first pull"], id="one without a published digest"),
    ],
)
def test_info_tells_all(name: str, words: list[str]) -> None:
    output = run("info", name)
    for word in words:
        assert word in output


def test_info_on_a_file_of_the_users_own(tmp_path: Path) -> None:
    output = run("info", str(mean_depth(tmp_path)))
    assert "CC0" in output
    assert "focal length 50.0 px" in output


@pytest.mark.parametrize("command", ["info", "pull"])
def test_a_name_that_nobody_knows(command: str) -> None:
    with pytest.raises(ModelError, match="No model is called 'nope'"):
        run(command, "nope")


def test_pull_says_where_the_file_is_and_under_which_licence(server: FileServer, cache: Path) -> None:
    server.answer(YOLOV5X, Reply(b"weights"))
    output = run("pull", "yolov5x", "--mirror", server.url)
    assert str(cache / "models" / "yolov5x.pt") in output.replace("\n", "")
    assert "AGPL-3.0" in output
    assert "howfar export" in output
    assert "pulled, checkpoint" in run()
    info = run("info", "yolov5x")
    assert hashlib.sha256(b"weights").hexdigest() in info
    assert "from: first pull" in info


def test_an_unknown_name_stops_before_anything_is_fetched(server: FileServer) -> None:
    with pytest.raises(ModelError):
        run("pull", "yolov5x", "nope", "--mirror", server.url)
    assert server.asked == []


def test_a_licence_is_not_accepted_by_silence(server: FileServer) -> None:
    with pytest.raises(DownloadError, match="accept it, pull again"):
        run("pull", "depth-anything-v2-base", "--mirror", server.url)
    assert server.asked == []


def test_a_licence_is_accepted_by_the_option(server: FileServer, tmp_path: Path) -> None:
    hub = find_entry("depth-anything-v2-base").hub
    assert hub is not None
    server.answer_as_hub(hub.repo, hub.file, mean_depth(tmp_path).read_bytes(), hub.revision, hub.revision)
    assert "CC-BY-NC-4.0" in run("pull", "depth-anything-v2-base", "--accept-licence", "--mirror", server.url)
    assert "right  depth-anything-v2-base: its digest is right" in run("check")


def test_check_takes_all_that_are_here() -> None:
    lines = run("check").splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "right  nanodet-g",
        "right  depth-rooms-streets",
        "right  depth-compact-nyu",
        "right  joint-context",
        "right  foreground-nyu",
        "right  mc-cnn",
    ]
    assert all("ran on a drawn room in" in line for line in lines)


def spoil_pulled(server: FileServer, cache: Path, tmp_path: Path) -> str:
    server.answer(YOLOV5X, Reply(b"weights"))
    run("pull", "yolov5x", "--mirror", server.url)
    (cache / "models" / "yolov5x.pt").write_bytes(b"WEIGHTS")
    return "yolov5x"


def spoil_file(server: FileServer, cache: Path, tmp_path: Path) -> str:
    path = mean_depth(tmp_path)
    path.write_bytes(b"no model")
    return str(path)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        pytest.param(lambda *_: "yolov10n", "not on this machine yet", id="not pulled"),
        pytest.param(lambda *_: "missing.onnx", "There is no model file", id="no such file"),
        pytest.param(spoil_pulled, "is not the one that was pulled", id="changed since the pull"),
        pytest.param(spoil_file, "cannot be opened as an ONNX model", id="no ONNX"),
    ],
)
def test_what_is_wrong_is_said_and_the_exit_code_is_1(
    make,
    sentence: str,
    server: FileServer,
    cache: Path,
    tmp_path: Path,
) -> None:
    name = make(server, cache, tmp_path)
    result = CliRunner(env={"COLUMNS": "500"}).invoke(app, ["check", "nanodet-g", name])
    assert result.exit_code == 1
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.output.splitlines()[0].startswith("right  nanodet-g")
    assert sentence in result.output


def test_a_file_that_openvino_computes_wrongly_is_said_with_the_flag(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = mean_depth(tmp_path)
    monkeypatch.setattr(engine_check, "is_installed", lambda: True)
    monkeypatch.setattr(engine_check, "_apart", lambda *_, **__: 0.48)
    monkeypatch.setattr(engine_check, "open_session", lambda path, card, _: open_session(path, card))
    result = CliRunner(env={"COLUMNS": "500"}).invoke(app, ["check", str(path)])
    assert result.exit_code == 1
    assert result.output.startswith("wrong  ")
    assert "by 48% of the largest number in the output 'out': take the engine onnxruntime (--engine)." in result.output


def test_a_right_checkpoint_is_checked_by_its_digest(server: FileServer) -> None:
    server.answer(YOLOV5X, Reply(b"weights"))
    run("pull", "yolov5x", "--mirror", server.url)
    assert "its digest is right; it does not run before it is exported" in run("check", "yolov5x")
