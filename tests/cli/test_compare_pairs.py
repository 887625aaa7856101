"""`howfar compare` with two eyes."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from howfar.errors import HowfarError, SettingError, SourceError
from tests.cli.test_compare import memory, run  # noqa: F401 - a fixture is used by its name
from tests.models.onnx_files import mean_depth
from tests.stereo.motorcycle import write_pair


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """The motorcycle as left.png, right.png and rig.toml, a truth of 3 m, and a network model/depth.onnx in metres."""
    write_pair(tmp_path)
    np.save(tmp_path / "truth.npy", np.full((250, 370), 3.0, dtype=np.float32))
    (tmp_path / "model").mkdir()
    mean_depth(tmp_path / "model", 'kind = "metres"')
    return tmp_path


def test_one_eye_beside_two(here: Path) -> None:
    output = run(
        *(here / "left.png", "--right", here / "right.png", "--camera", here / "rig.toml"),
        *("--truth", here / "truth.npy", "--models", here / "model/depth.onnx"),
        *("--csv", here / "a.csv", "--json", here / "a.json", "--out", here / "a.png", "--html", here / "a.html"),
    )
    assert "One eye and two compared" in output
    assert "Where sgbm tells" in output
    content = json.loads((here / "a.json").read_text(encoding="utf-8"))
    one, two, joined = content["compared"]
    assert [each["model"] for each in content["compared"]] == ["depth", "sgbm", "sgbm + depth"]
    assert two["rel"] < one["rel"]
    assert two["coverage"] < joined["coverage"] == 1.0
    assert one["memory_mb"] == 123.4
    assert two["memory_mb"] is None
    (motorcycle, *_) = content["objects"]
    assert motorcycle["label"] == "motorcycle"
    assert motorcycle["distances"]["sgbm + depth"]["depth_m"] == pytest.approx(2.4, abs=0.2)
    assert cv2.imread(str(here / "a.png")).shape[1] > 900
    assert (here / "a.html").read_text(encoding="utf-8").count("<img ") == 3


def test_both_pictures_in_one_without_a_truth(here: Path) -> None:
    both = np.hstack([cv2.imread(str(here / f"{side}.png")) for side in ("left", "right")])
    cv2.imwrite(str(here / "both.png"), both)
    output = run(
        *(here / "both.png", "--stereo", "side-by-side", "--camera", here / "rig.toml"),
        *("--models", here / "model/depth.onnx"),
    )
    assert "what two eyes see, as no truth was given" in output


def test_a_bad_pair_is_refused_and_a_repair_is_told(here: Path) -> None:
    words = ("--camera", here / "rig.toml", "--models", here / "model/depth.onnx")
    with pytest.raises(SettingError, match="swapped"):
        run(here / "right.png", "--right", here / "left.png", *words)
    output = run(here / "right.png", "--right", here / "left.png", *words, "--repair")
    assert "swapped, and are taken the other way round" in output


def test_pairs_without_a_rig_are_compared_by_their_shape(here: Path) -> None:
    folder = here / "scene"
    folder.mkdir()
    for side in ("left", "right"):
        (here / f"{side}.png").rename(folder / f"{side}.png")
    cv2.imwrite(str(folder / "disp_left.png"), np.full((250, 370), 90, dtype=np.uint8))
    words = ("--data", folder, "--stereo-method", "sgbm", "--models", here / "model/depth.onnx")
    with pytest.raises(SettingError, match="of no known rig"):
        run(*words)
    output = run(*words, "--align", "median")
    assert "metres are right up to a factor" in output
    assert "How far each object is" not in output


@pytest.mark.parametrize(
    ("arguments", "refusal", "says"),
    [
        pytest.param("{}/left.png --right {}/right.png", SettingError, "only with their rig", id="no rig"),
        pytest.param("{}/left.png --stereo-method sgbm", SettingError, "need two pictures", id="one picture"),
        pytest.param("--data motorcycle --right {}/right.png", SettingError, "has its own", id="a set and pictures"),
        pytest.param(
            "--data motorcycle --stereo-method sgbm --fov-deg 60", SettingError, "of its rig", id="a field of view"
        ),
        pytest.param("{}/left.png --camera {}/rig.toml", SettingError, "about pairs", id="a rig without a pair"),
        pytest.param(
            "--data motorcycle --stereo-method sgbm,sgbm", SettingError, "more than once", id="one matcher twice"
        ),
        pytest.param("{}/left.png --right {}/gone.png", SourceError, "gone.png", id="a missing picture"),
        pytest.param("--data {} --stereo-method sgbm", SettingError, "holds no pairs", id="a folder without pairs"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(
    here: Path, arguments: str, refusal: type[HowfarError], says: str
) -> None:
    with pytest.raises(refusal) as refused:
        run(*arguments.format(here, here).split())
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
