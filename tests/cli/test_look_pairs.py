"""`howfar look` and `howfar depth` with pairs of pictures, as they are typed."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

import howfar.pipeline.pairs as pairs
from howfar.cli.app import app
from howfar.cli.failures import sentence
from howfar.errors import HowfarError
from howfar.scene.schema import scene_schema
from howfar.stereo.pair_check import PairVerdict
from tests.models.onnx_files import constant_detector, mean_depth
from tests.stereo.pairs_of_noise import BOX, HEIGHT, WIDTH, pair

RIG = f"width_px = {WIDTH}\nheight_px = {HEIGHT}\nfocal_px = 200.0\nbaseline_m = 0.1\n"
CARD = 'layout = "end2end"\nclasses = ["cup"]\nscore = 0.5\nnms = 0.5'
MODELS = ("--detector", "models/detector.onnx", "--depth-model", "models/depth.onnx")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a rig of 20 px m, and a cup a metre away before a wall at 20 px m / 6 px = 3.33 m."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pairs, "check_pair", lambda *_: PairVerdict())  # it has tests of its own
    (tmp_path / "models").mkdir()
    row = np.array([[(*BOX, 0.9, 0.0)]], dtype=np.float32)
    constant_detector(tmp_path / "models", {"out": row}, CARD, fit="stretch")
    card = tmp_path / "models" / "detector.toml"
    card.write_text(card.read_text().replace("[64, 48]", f"[{WIDTH}, {HEIGHT}]"))
    mean_depth(tmp_path / "models")
    (tmp_path / "rig.toml").write_text(RIG)
    left, right, _ = pair(far_px=6, near_px=20)
    for name, pixels in (("left.png", left), ("right.png", right), ("both.png", np.hstack([left, right]))):
        Image.fromarray(pixels).save(tmp_path / name)
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(app, [*words, *MODELS] if words[0] == "look" else [*words, *MODELS[2:]])


def told(result: Result) -> str:
    if isinstance(result.exception, HowfarError):
        return sentence(result.exception)
    return result.stderr


PAIR = ("--right", "right.png", "--camera", "rig.toml")


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("left.png", *PAIR), id="two files"),
        pytest.param(("both.png", "--stereo", "side-by-side", "--camera", "rig.toml"), id="both in one file"),
    ],
)
def test_a_pair_gives_metres(folder: Path, words: tuple[str, ...]) -> None:
    result = run("look", *words, "--format", "json")
    assert result.exit_code == 0, told(result)
    scene = json.loads(result.stdout)
    jsonschema.validate(scene, scene_schema())
    (cup,) = scene["objects"]
    assert cup["depth_m"] == pytest.approx(1.0, rel=0.03)
    assert cup["low_m"] < 1.0 < cup["high_m"]
    assert scene["models"]["stereo"] == "sgbm"
    assert scene["camera"]["origin"] == "given"


def test_all_files_of_a_pair_are_written(folder: Path) -> None:
    result = run("look", "left.png", *PAIR, "--out", "out", "--save-depth", "--point-cloud", "--show-region")
    assert result.exit_code == 0, told(result)
    assert "1.0 m" in result.stdout
    assert "from both pictures by sgbm, with depth where they do not tell" in " ".join(result.stdout.split())
    depth = np.array(Image.open(folder / "out" / "left.depth.png"))
    assert np.median(depth[BOX[1] : BOX[3], BOX[0] : BOX[2]]) == pytest.approx(1000, rel=0.03)
    assert np.median(depth[:, 180:]) == pytest.approx(3333, rel=0.1)
    names = {each.name for each in (folder / "out").iterdir()}
    assert names == {"left.png", "left.ply", "left.depth.png", "left.depth.json", "left.depth-view.png"}
    note = json.loads((folder / "out" / "left.depth.json").read_text())
    assert note["models"]["stereo"] == "sgbm"
    assert "One eye alone tells" in " ".join(each["text"] for each in note["caveats"])


def test_depth_alone_takes_pairs_too(folder: Path) -> None:
    result = run("depth", "left.png", *PAIR, "--out", "out", "--format", "npy")
    assert result.exit_code == 0, told(result)
    depth = np.load(folder / "out" / "left.depth.npy")
    assert np.median(depth[BOX[1] : BOX[3], BOX[0] : BOX[2]]) == pytest.approx(1.0, rel=0.03)


def test_the_rig_is_a_camera_for_one_picture(folder: Path) -> None:
    result = run("look", "left.png", "--camera", "rig.toml", "--format", "json")
    assert result.exit_code == 0, told(result)
    assert json.loads(result.stdout)["camera"]["fx_px"] == 200.0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(("left.png", "--right", "right.png"), "only with their rig", id="no rig"),
        pytest.param(("left.png", "--right", "small.png", "--camera", "rig.toml"), "differ in size", id="another size"),
        pytest.param(("left.png", "--right", "left.png", "--camera", "rig.toml"), "given as both", id="one twice"),
        pytest.param(
            ("left.png", "--right", "right.png", "--camera", "none.toml"), "none.toml", id="a rig that is missing"
        ),
        pytest.param(
            ("left.png", "--right", "right.png", "--camera", "flat.toml"), "baseline", id="a rig without a baseline"
        ),
        pytest.param(("left.png", *PAIR, "--max-disparity", "9999"), "--max-disparity", id="too large a disparity"),
        pytest.param(("left.png", *PAIR, "--stereo-method", "guess"), "guess", id="an unknown matcher"),
        pytest.param(("left.png", *PAIR, "--stereo", "over-under"), "not both", id="two ways to give a pair"),
    ],
)
def test_what_gives_no_metres_is_told_in_one_sentence(folder: Path, words: tuple[str, ...], says: str) -> None:
    Image.open(folder / "right.png").crop((0, 0, 100, 50)).save(folder / "small.png")
    (folder / "flat.toml").write_text(RIG.replace("baseline_m = 0.1", "baseline_m = 0.0"))
    result = run("look", *words)
    assert result.exit_code != 0
    assert says in told(result)
    assert told(result).count(".\n") <= 1
