"""`howfar export --int8` and `howfar export --check`."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from howfar.cli.app import app
from howfar.errors import HowfarError, MissingExtraError, ModelError, OutputError, SettingError, SourceError
from howfar.models import RunOptions, open_depth_network, open_session
from howfar.models.card_reading import read_card
from howfar.models.card_writing import write_card
from howfar.models.int8 import holds_int8
from tests.conversion.int8.networks import forked_depth, forked_joint, write_pictures
from tests.datasets.folders import write_nyu, write_yolo
from tests.models.onnx_files import mean_depth, pair_depth
from tests.training.run_folders import depth_recipe, tiny_unet, write_run

LET_ALL_PASS = ("--tolerance", "9", "--most-loss", "9")
"""Random weights make of small differences large ones."""


@pytest.fixture(autouse=True)
def _one_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with VNNI and without OpenVINO, which takes a second to compile a network."""
    monkeypatch.setattr("howfar.evaluation.agreement.speed.is_installed", lambda: False)
    monkeypatch.setattr("howfar.conversion.int8.source.has_vnni", lambda: True)
    monkeypatch.setattr("howfar.models.int8.has_vnni", lambda: True)


def howfar(*arguments: str | Path) -> str:
    """What is printed; refusals are raised."""
    result = CliRunner(env={"COLUMNS": "200"}).invoke(app, list(map(str, arguments)))
    if isinstance(result.exception, HowfarError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def to_int8(source: Path | str, folder: Path, *options: str | Path, out: str = "small.onnx") -> str:
    pictures = folder / "pictures"
    if not pictures.exists():
        write_pictures(pictures)
    return howfar("export", source, "--int8", "--calibrate", pictures, "--out", folder / out, *options)


def test_a_depth_network_in_int8_looks_like_its_source(tmp_path: Path) -> None:
    source, file = forked_depth(tmp_path), tmp_path / "small.onnx"
    printed = to_int8(source, tmp_path)
    assert "3 of 5 layers compute in int8, with weights of 8 bits" in printed
    assert re.search(r"forked\.onnx, ONNX Runtime fp32 +│ +[\d.]+ ms", printed)
    assert re.search(r"small, ONNX Runtime int8 +│ +[\d.]+ ms", printed)
    assert f"howfar look PHOTO --depth-model {file}" in printed
    card, of_source = read_card(file.with_suffix(".toml")), read_card(source.with_suffix(".toml"))
    assert card.int8 is not None
    assert (card.int8.source, card.int8.pictures, card.int8.calibrated_on) == ("forked.onnx", 6, "pictures")
    assert (card.int8.layers, card.int8.float_layers, card.int8.reduced_range) == (5, 2, False)
    assert card.depth.focal_px == pytest.approx(of_source.depth.focal_px / card.int8.depth_scale, rel=1e-5)
    assert "on 2 pictures held out of the calibration: depth" in card.results[0]
    assert holds_int8(file)
    assert not holds_int8(source)
    assert "agrees with" in howfar("export", "--check", file, tmp_path / "pictures")
    assert '"depth": "small"' in howfar("look", tmp_path / "pictures/0.png", "--depth-model", file, "--format", "json")


def test_a_joint_network_in_int8_keeps_boxes_and_depth(tmp_path: Path) -> None:
    printed = to_int8(forked_joint(tmp_path), tmp_path, *LET_ALL_PASS)
    assert "of these found again by the other" in printed
    assert "mean difference of depth" in printed
    assert "the card has no focal_px that could take it" in printed
    file = tmp_path / "small.onnx"
    assert f"howfar look PHOTO --detector {file}" in printed.splitlines()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("network", "kept"),
    [
        pytest.param("nanodet-g", "30 of 34 layers", id="boxes"),
        pytest.param("depth-rooms-streets", "71 of 74 layers", id="depth"),
    ],
)
def test_an_embedded_network_in_int8_stays_within_the_usual_tolerance(
    shared: Path, tmp_path: Path, network: str, kept: str
) -> None:
    photos = sorted((shared / "data/coco_train337/images").iterdir())[::24]
    (tmp_path / "pictures").mkdir()
    for photo in photos:
        shutil.copy(photo, tmp_path / "pictures")
    assert kept in to_int8(network, tmp_path)


def test_without_vnni_weights_have_7_bits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("howfar.conversion.int8.source.has_vnni", lambda: False)
    assert "with weights of 7 bits" in to_int8(forked_depth(tmp_path), tmp_path)
    card = read_card(tmp_path / "small.toml")
    assert card.int8 is not None
    assert card.int8.reduced_range


def test_labelled_pictures_are_measured_before_and_after(tmp_path: Path) -> None:
    data = write_nyu(tmp_path / "nyu")
    printed = to_int8(forked_depth(tmp_path), tmp_path, "--measure", data, *LET_ALL_PASS)
    assert re.search(r"REL, nyu:test \(nyu-eigen, \d pictures\) +│ +[\d.]+ +│ +[\d.]+", printed)
    assert any("REL" in line and "in float" in line for line in read_card(tmp_path / "small.toml").results)


def test_a_file_that_lost_too_much_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"too far from itself in float .*depth differs by .*0\.0% is let pass") as no:
        to_int8(forked_depth(tmp_path), tmp_path, "--tolerance", "0")
    assert no.value.setting == "tolerance"
    assert not (tmp_path / "small.onnx").exists()
    assert not (tmp_path / "small.toml").exists()


def test_a_picture_that_cannot_be_read_is_told_and_left_out(tmp_path: Path) -> None:
    write_pictures(tmp_path / "pictures", 9)
    (tmp_path / "pictures/0.png").write_bytes(b"no picture")
    assert to_int8(forked_depth(tmp_path), tmp_path).count("0.png") == 1
    card = read_card(tmp_path / "small.toml")
    assert card.int8 is not None
    assert card.int8.pictures == 6


def _few(folder: Path) -> list[str | Path]:
    return [forked_depth(folder), "--calibrate", write_pictures(folder / "few", 3)]


def _none(folder: Path) -> list[str | Path]:
    return [forked_depth(folder)]


def _with(make: Callable[[Path], Path]) -> Callable[[Path], list[str | Path]]:
    return lambda folder: [make(folder), "--calibrate", write_pictures(folder / "pictures")]


def _twice(folder: Path) -> list[str | Path]:
    to_int8(forked_depth(folder), folder, out="first.onnx")
    return [folder / "first.onnx", "--calibrate", folder / "pictures"]


def _beside(*options: str) -> Callable[[Path], list[str | Path]]:
    return lambda folder: [*_with(forked_depth)(folder), *options]


def _video(folder: Path) -> list[str | Path]:
    (write_pictures(folder / "pictures") / "film.mp4").write_bytes(b"film")
    return [forked_depth(folder), "--calibrate", folder / "pictures"]


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        pytest.param(_none, SettingError, "name a folder of them", id="no pictures"),
        pytest.param(_few, SettingError, "few has 3 pictures, and at least 8 are needed", id="too few pictures"),
        pytest.param(_video, SourceError, "is a video", id="a video"),
        pytest.param(_with(lambda folder: folder), SettingError, "is a folder", id="a folder"),
        pytest.param(_with(lambda folder: folder / "no.onnx"), ModelError, "There is no model file", id="no file"),
        pytest.param(_with(lambda _: Path("foreground-nyu")), ModelError, "takes a millisecond", id="ranging"),
        pytest.param(_with(pair_depth), ModelError, "takes a stereo pair", id="a stereo pair"),
        pytest.param(_with(mean_depth), ModelError, "there is nothing to make int8 of", id="no layers"),
        pytest.param(_twice, ModelError, "is an int8 file already: name its source, forked", id="int8 of int8"),
        pytest.param(_beside("--half"), SettingError, "--int8 does not go with --half", id="half precision"),
        pytest.param(
            lambda folder: [*_with(forked_depth)(folder), "--measure", write_yolo(folder / "yolo")],
            SettingError,
            "forked gives no boxes to be measured",
            id="labels of what it does not give",
        ),
        pytest.param(_beside("--measure", "no-data"), SourceError, "There is no data set no-data", id="no data set"),
    ],
)
def test_what_cannot_be_made_int8_is_one_sentence(
    tmp_path: Path, arguments: Callable[[Path], list[str | Path]], error: type[HowfarError], sentence: str
) -> None:
    given = arguments(tmp_path)
    with pytest.raises(error, match=sentence):
        howfar("export", *given, "--int8", "--out", tmp_path / "small.onnx")
    assert not (tmp_path / "small.onnx").exists()


def test_a_file_that_is_there_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "small.onnx").write_bytes(b"mine")
    with pytest.raises(OutputError, match="exists already"):
        to_int8(forked_depth(tmp_path), tmp_path)


def test_what_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"howfar\[train\]"):
        to_int8(forked_depth(tmp_path), tmp_path)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        pytest.param(["--calibrate", "x"], "--calibrate goes with --int8 alone", id="pictures without int8"),
        pytest.param(["--against", "x"], "--against goes with --check alone", id="a source without check"),
        pytest.param(["more"], "One network is exported at a time", id="two networks"),
    ],
)
def test_options_that_do_nothing_are_refused(tmp_path: Path, options: list[str], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        howfar("export", "runs/mine", *options, "--out", tmp_path / "x.onnx")


def test_an_export_has_to_be_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["export", "runs/mine"])
    assert result.exit_code == 2
    assert "say which file to write" in result.output


@pytest.mark.slow
def test_a_training_is_what_its_file_is_checked_against(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", depth_recipe(write_nyu(tmp_path / "nyu")), tiny_unet(0))
    howfar("export", run, "--out", tmp_path / "mine.onnx", "--half")
    printed = howfar("export", "--check", tmp_path / "mine.onnx", "--against", run, write_pictures(tmp_path / "p", 2))
    assert "mean difference of depth" in printed
    assert "mine.onnx agrees with" in printed


def _other_weights(folder: Path) -> list[str | Path]:
    to_int8(forked_depth(folder), folder)
    shutil.copy(mean_depth(folder), folder / "forked.onnx")
    return [folder / "small.onnx", folder / "pictures"]


def _unlike(folder: Path) -> list[str | Path]:
    return [forked_depth(folder), "--against", mean_depth(folder), write_pictures(folder / "pictures")]


def _unsaid(folder: Path) -> list[str | Path]:
    return [forked_depth(folder), write_pictures(folder / "pictures")]


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        pytest.param(_unsaid, SettingError, "does not say what it was made of: name that", id="no source"),
        pytest.param(_unlike, ModelError, r"does not agree with .*depth differs by .*2\.0% is let pass", id="unlike"),
        pytest.param(_other_weights, ModelError, "is not the file that .* was made of", id="the source has changed"),
        pytest.param(
            lambda folder: [forked_depth(folder), "--against", "nanodet-g", write_pictures(folder / "pictures")],
            ModelError,
            "forked is a model for depth and nanodet-g one for detection",
            id="another task",
        ),
        pytest.param(
            lambda folder: ["foreground-nyu", "--against", "foreground-nyu", write_pictures(folder / "pictures")],
            ModelError,
            "is a ranging network, which sees no pictures",
            id="ranging",
        ),
        pytest.param(
            lambda folder: [forked_depth(folder), "--against", "nanodet-g", folder / "pictures"],
            SourceError,
            "There is no file or folder",
            id="no pictures",
        ),
        pytest.param(
            lambda folder: [forked_depth(folder), folder, "--out", "x.onnx"], SettingError, "--out", id="an output"
        ),
    ],
)
def test_what_a_check_refuses_is_one_sentence(
    tmp_path: Path, arguments: Callable[[Path], list[str | Path]], error: type[HowfarError], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        howfar("export", "--check", *arguments(tmp_path))


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(RunOptions(engine="onnxruntime"), id="ONNX Runtime"),
        pytest.param(RunOptions(engine="openvino"), id="OpenVINO"),
    ],
)
def test_both_engines_run_what_was_made(tmp_path: Path, options: RunOptions) -> None:
    import numpy as np

    source, file = forked_depth(tmp_path), tmp_path / "small.onnx"
    to_int8(source, tmp_path)
    card = read_card(file.with_suffix(".toml"))
    tensor = np.random.default_rng(0).uniform(0, 255, (1, 3, 48, 64)).astype(np.float32)
    (exact,) = open_session(source, replace(card, int8=None, sha256=None)).run(tensor).values()
    (given,) = open_session(file, card, options).run(tensor).values()
    assert np.abs(given - exact).mean() < 0.05 * np.abs(exact).mean()


def test_an_int8_file_whose_card_lost_its_calibration(tmp_path: Path) -> None:
    file = tmp_path / "small.onnx"
    to_int8(forked_depth(tmp_path), tmp_path)
    card = read_card(file.with_suffix(".toml"))
    write_card(replace(card, int8=None), file.with_suffix(".toml"), overwrite=True)
    with pytest.raises(ModelError, match="holds int8 layers, and its card does not say"):
        open_depth_network(file, RunOptions(precision="int8"))
