"""Raw pairs of a Kinect, one folder a scene."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from howfar.datasets import NYU_CAMERA
from howfar.datasets.nyu_raw import NyuRaw
from howfar.errors import SettingError, SourceError
from tests.datasets.folders import write_depth_png, write_raw


def test_without_lists_all_scenes_are_one_split_in_order(tmp_path: Path) -> None:
    data = NyuRaw(write_raw(tmp_path))
    assert data.splits == ("all",)
    assert [sample.name for sample in data.split("all")] == [
        "kitchen_0001/rgb_00000",
        "kitchen_0001/rgb_00002",
        "office_0002/rgb_00000",
        "office_0002/rgb_00002",
    ]


def test_lists_divide_the_scenes(tmp_path: Path) -> None:
    write_raw(tmp_path)
    (tmp_path / "train.txt").write_text("office_0002\n")
    (tmp_path / "test.txt").write_text("kitchen_0001\n\n")
    data = NyuRaw(tmp_path)
    assert data.splits == ("train", "test")
    assert [sample.name[:6] for sample in data.split("train")] == ["office", "office"]


def test_depth_is_in_metres_and_unknown_where_the_sensor_saw_nothing(tmp_path: Path) -> None:
    sample = NyuRaw(write_raw(tmp_path)).split("all")[0]
    assert np.isnan(sample.depth_m[0, 0])
    assert np.nanmin(sample.depth_m) == np.nanmax(sample.depth_m) == np.float32(1.5)
    assert sample.camera == NYU_CAMERA.resized(64, 48)


def test_another_unit_can_be_told(tmp_path: Path) -> None:
    sample = NyuRaw(write_raw(tmp_path), metres_per_count=0.0002).split("all")[0]
    assert np.nanmax(sample.depth_m) == pytest.approx(0.3)


@pytest.mark.parametrize("ending", ["png", "ppm"])
def test_pictures_may_be_of_another_kind(tmp_path: Path, ending: str) -> None:
    write_raw(tmp_path, scenes=("a",))
    (tmp_path / "a/rgb_00002.jpg").unlink()
    Image.new("RGB", (64, 48), "red").save(tmp_path / f"a/rgb_00002.{ending}")
    assert NyuRaw(tmp_path).split("all")[1].image[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize(
    ("spoil", "split", "refusal", "message"),
    [
        pytest.param(
            lambda r: None, "train", SettingError, "no split 'train': choose all", id="a split without a list"
        ),
        pytest.param(
            lambda r: (r / "office_0002/sync_depth_00000.png").unlink(),
            "all",
            SourceError,
            "number 00000",
            id="no depth",
        ),
        pytest.param(
            lambda r: (r / "office_0002/rgb_00002.jpg").unlink(), "all", SourceError, "number 00002", id="no picture"
        ),
        pytest.param(
            lambda r: (r / "val.txt").write_text("attic_0001"), "val", SourceError, "attic_0001", id="an unknown scene"
        ),
        pytest.param(lambda r: (r / "val.txt").write_text("\n"), "val", SourceError, "is empty", id="an empty list"),
    ],
)
def test_a_split_that_does_not_fit_together_is_refused(
    tmp_path: Path, spoil: Callable[[Path], object], split: str, refusal: type, message: str
) -> None:
    spoil(write_raw(tmp_path))
    with pytest.raises(refusal, match=message):
        NyuRaw(tmp_path).split(split)


def test_a_folder_without_pairs_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(SourceError, match="no raw pairs"):
        NyuRaw(tmp_path)


def test_a_depth_of_another_size_is_refused(tmp_path: Path) -> None:
    write_depth_png(write_raw(tmp_path) / "kitchen_0001/sync_depth_00000.png", 1500, (32, 24))
    with pytest.raises(SourceError, match=r"32×24 .* 64×48"):
        NyuRaw(tmp_path).split("all")[0]
