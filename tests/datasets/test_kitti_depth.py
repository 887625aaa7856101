"""KITTI's depth by a list of files."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from howfar.datasets.kitti_depth import KITTI_FOCAL_PX, KittiDepth
from howfar.errors import SettingError, SourceError
from tests.datasets.folders import write_kitti


def test_a_pair_is_read_as_the_benchmark_stores_it(tmp_path: Path) -> None:
    root, files = write_kitti(tmp_path, "day/0.png depth/0.png 707.0912\n")
    (sample,) = KittiDepth(root, files).split()
    assert sample.name == "day/0.png"
    assert sample.image.shape == (370, 1224, 3)
    assert sample.depth_m[200, 300] == 2560 / 256
    assert sample.depth_m[201, 300] == np.float32(2561 / 256)
    assert np.isnan(sample.depth_m[0, 0])  # no beam fell there
    assert (sample.camera.focal_px, sample.camera.cx_px, sample.camera.origin) == (707.0912, 612, "given")


def test_without_a_focal_length_it_is_the_first_days(tmp_path: Path) -> None:
    dataset = KittiDepth(*write_kitti(tmp_path, "day/0.png depth/0.png\n"))
    assert dataset.split()[0].camera.focal_px == pytest.approx(KITTI_FOCAL_PX)


def test_pictures_whose_depth_is_none_and_empty_lines_are_left_out(tmp_path: Path) -> None:
    root, files = write_kitti(tmp_path, "gone.png None 721.5\n\nday/0.png depth/0.png 721.5\n")
    assert [sample.name for sample in KittiDepth(root, files).split()] == ["day/0.png"]


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        pytest.param("day/0.png\n", "has the line 'day/0.png'", id="a picture alone"),
        pytest.param("day/0.png depth/0.png wide\n", "has the line", id="a focal length that is no number"),
        pytest.param("day/0.png depth/0.png -3\n", "has the line", id="a negative focal length"),
        pytest.param("day/0.png depth/0.png 721.5 more\n", "has the line", id="a fourth field"),
        pytest.param("day/0.png None\n", "No picture of the list", id="no depth at all"),
        pytest.param("", "is empty", id="an empty list"),
    ],
)
def test_a_list_of_another_form_is_refused(tmp_path: Path, lines: str, says: str) -> None:
    with pytest.raises(SourceError, match=says):
        KittiDepth(*write_kitti(tmp_path, lines))


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        pytest.param("day/1.png depth/0.png\n", "pictures of", id="a missing picture"),
        pytest.param("day/0.png depth/1.png\n", "depth maps of", id="a missing depth map"),
    ],
)
def test_missing_files_are_told_before_the_run(tmp_path: Path, lines: str, says: str) -> None:
    with pytest.raises(SourceError, match=says):
        KittiDepth(*write_kitti(tmp_path, lines)).split()


def test_a_depth_map_of_another_picture_is_refused(tmp_path: Path) -> None:
    root, files = write_kitti(tmp_path, "day/0.png depth/0.png\n")
    Image.fromarray(np.zeros((375, 1242), dtype=np.uint16)).save(root / "depth" / "0.png")
    with pytest.raises(SourceError, match="1242×375 pixels and its picture 1224×370"):
        KittiDepth(root, files).split()[0]


def test_there_is_one_split(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="'test'"):
        KittiDepth(*write_kitti(tmp_path, "day/0.png depth/0.png\n")).split("test")
