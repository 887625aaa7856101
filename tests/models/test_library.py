"""From a model's name or file to an open network."""

from pathlib import Path

import numpy as np
import pytest

from howfar.errors import ModelError
from howfar.models import DEFAULT_DEPTH, DEFAULT_DETECTOR, open_depth_network, open_detector
from howfar.models.library import find_model
from tests.models.onnx_files import constant_detector, mean_depth


@pytest.fixture(autouse=True)
def _empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOWFAR_CACHE", str(tmp_path / "cache"))


def test_the_defaults_are_embedded() -> None:
    assert open_detector().name == DEFAULT_DETECTOR
    assert open_depth_network().name == DEFAULT_DEPTH


@pytest.mark.parametrize("kind", [str, Path], ids=["a text", "a path"])
def test_a_file_with_its_card(tmp_path: Path, kind) -> None:
    path, card = find_model(kind(mean_depth(tmp_path)))
    assert path == tmp_path / "depth.onnx"
    assert card.name == "depth"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        pytest.param("nothing.onnx", r"There is no model file nothing\.onnx", id="a file that is not there"),
        pytest.param("yolov99", r"No model is called 'yolov99'", id="a name that nobody knows"),
        pytest.param("yolov10n", r"run  howfar models pull yolov10n", id="a model that is not pulled"),
        pytest.param("yolov5s", r"run  howfar models pull yolov5s", id="a checkpoint that is not pulled"),
        pytest.param("dpt-large", r"run  howfar models pull dpt-large", id="a folder that is not pulled"),
        pytest.param("depthcrafter", r"depthcrafter is not supported: it needs a whole video", id="not supported"),
        pytest.param("model.safetensors", r"export .*howfar\[foundation\]", id="a checkpoint of the hub"),
        pytest.param("depth_anything_v2_vits.pth", r"export .*howfar\[foundation\]", id="Depth Anything's own file"),
        pytest.param("yolov8n.pt", r"yolo export model=yolov8n\.pt format=onnx", id="a YOLOv8 of Ultralytics"),
        pytest.param("yolo11s-seg.pt", r"yolo export model=yolo11s-seg\.pt", id="a YOLO11 with masks"),
        pytest.param("rtdetr-l.pt", r"yolo export model=rtdetr-l\.pt", id="an RT-DETR"),
        pytest.param("yolov5n.PT", r"export .*howfar\[train\]", id="a YOLOv5 in capitals"),
        pytest.param("my/best.pt", r"best\.pt is a PyTorch checkpoint: export .*howfar\[train\]", id="a checkpoint"),
    ],
)
def test_what_cannot_be_found(name: str, sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence):
        find_model(name)


def test_an_ending_in_capitals_is_the_same_ending(tmp_path: Path) -> None:
    path = mean_depth(tmp_path)
    capitals = path.rename(path.with_suffix(".ONNX"))
    assert open_depth_network(str(capitals)).name == "depth"
    assert find_model(capitals)[0] == capitals


def test_a_file_without_a_card(tmp_path: Path) -> None:
    path = mean_depth(tmp_path)
    path.with_suffix(".toml").unlink()
    with pytest.raises(ModelError, match=r"no model card .*depth\.toml: write one beside the model"):
        find_model(path)


def test_a_model_of_the_other_task(tmp_path: Path) -> None:
    detector = constant_detector(
        tmp_path, {"out": np.zeros((1, 5, 6), np.float32)}, 'layout = "end2end"\nclasses = ["b"]'
    )
    with pytest.raises(ModelError, match="is a model for detection, not a depth network"):
        open_depth_network(detector)
    with pytest.raises(ModelError, match="is a model for depth, not a detector"):
        open_detector(mean_depth(tmp_path))
