"""NYU Depth v2."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from howfar.datasets import NYU_CAMERA, NyuDepthV2
from howfar.errors import SourceError
from tests.datasets.folders import write_nyu


def test_a_split_lists_its_own_pairs_in_order(tmp_path: Path) -> None:
    data = NyuDepthV2(write_nyu(tmp_path))
    assert [sample.name for sample in data.split("test")] == ["0000", "0001"]
    assert [sample.name for sample in data.split("train")] == ["0002"]
    assert data.names("test") == ["0000", "0001"]


def test_a_sample_has_its_picture_its_depth_in_metres_and_the_toolboxs_camera(tmp_path: Path) -> None:
    sample = NyuDepthV2(write_nyu(tmp_path)).split("test")[1]
    assert sample.image.shape == (480, 640, 3)
    assert sample.image.dtype == np.uint8
    assert (sample.image == 1).all()
    assert sample.depth_m.shape == (480, 640)
    assert sample.depth_m.dtype == np.float32
    assert sample.depth_m == pytest.approx((20 + 0.5) * 9.99547 / 255)
    assert sample.camera == NYU_CAMERA
    assert (sample.camera.width_px, sample.camera.height_px, sample.camera.origin) == (640, 480, "given")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        pytest.param(lambda root: (root / "test.txt").unlink(), "cannot be read", id="no list"),
        pytest.param(lambda root: (root / "test.txt").write_bytes(b"\xff\xfe\x00"), "not a text", id="a binary list"),
        pytest.param(lambda root: (root / "test.txt").write_text("\n"), "is empty", id="an empty list"),
        pytest.param(
            lambda root: (root / "rgb/0001.jpg").unlink(), "1 of the 2 pictures .* missing", id="a missing picture"
        ),
        pytest.param(
            lambda root: (root / "depth8/0000.png").unlink(), "1 of the 2 depth files .* missing", id="a missing depth"
        ),
    ],
)
def test_an_incomplete_split_is_refused_before_it_is_read(
    tmp_path: Path, spoil: Callable[[Path], object], message: str
) -> None:
    spoil(write_nyu(tmp_path))
    with pytest.raises(SourceError, match=message):
        NyuDepthV2(tmp_path).split("test")


def test_a_folder_that_is_another_data_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="rgb is missing"):
        NyuDepthV2(tmp_path)


@pytest.mark.parametrize("part", ["depth8", "labels40"])
def test_a_depth_or_class_map_of_another_size_is_refused(tmp_path: Path, part: str) -> None:
    folder = write_nyu(tmp_path) / part
    folder.mkdir(exist_ok=True)
    Image.new("L", (320, 240)).save(folder / "0000.png")
    with pytest.raises(SourceError, match="320×240"):
        NyuDepthV2(tmp_path).split("test")[0]


def test_the_official_split_has_its_sizes_and_depths_of_rooms(shared: Path) -> None:
    data = NyuDepthV2(shared / "data" / "nyu_depth_v2")
    train, test = data.split("train"), data.split("test")
    assert (len(train), len(test)) == (795, 654)
    depth_m = test[0].depth_m
    assert 0.5 < depth_m.min() < depth_m.max() < 10.1
