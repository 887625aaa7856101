"""Streets told by an index.csv."""

from pathlib import Path

import numpy as np
import pytest

from howfar.datasets.streets import StreetDepth, StreetObjects, is_index_of_streets
from howfar.errors import SettingError, SourceError
from howfar.scene import Camera
from tests.datasets.folders import STREETS_HEADER, write_depth_png, write_streets

CAMERA = Camera(64, 48, 50, 51, 32, 24)


def test_depth_is_in_256ths_of_a_metre_with_the_pictures_own_camera(tmp_path: Path) -> None:
    sample = StreetDepth(write_streets(tmp_path)).split("all")[0]
    assert (sample.name, sample.image.shape, sample.camera) == ("street/000001", (48, 64, 3), CAMERA)
    assert np.isnan(sample.depth_m[0, 0])
    assert np.all(sample.depth_m.ravel()[1:] == 10)


def test_objects_are_those_of_kittis_labels(tmp_path: Path) -> None:
    data = StreetObjects(write_streets(tmp_path))
    sample = data.objects("all")[0]
    assert (sample.labels, sample.depth_m.tolist(), sample.nearest_m.tolist()) == (("Car",), [20.0], [19.0])
    assert (sample.camera, data.exhaustive, data.detector_names["Car"]) == (CAMERA, True, "car")


@pytest.mark.parametrize(
    ("split", "depths", "objects"),
    [
        pytest.param("all", ["000001", "000002"], ["000001", "000003"], id="all pictures that have what is asked for"),
        pytest.param("drive_a", ["000001"], ["000001"], id="one drive"),
        pytest.param("drive_b", ["000002"], ["000003"], id="labels of another form and missing depth are left out"),
    ],
)
def test_each_drive_is_a_split(tmp_path: Path, split: str, depths: list[str], objects: list[str]) -> None:
    root = write_streets(tmp_path)
    assert [sample.name for sample in StreetDepth(root).split(split)] == [f"street/{name}" for name in depths]
    assert [sample.name for sample in StreetObjects(root).objects(split)] == [f"street/{name}" for name in objects]


@pytest.mark.parametrize(
    ("header", "is_one"),
    [
        pytest.param(STREETS_HEADER, True, id="its columns"),
        pytest.param("drive," + STREETS_HEADER.replace("drive,", ""), True, id="in any order"),
        pytest.param("left,right,depth\n", False, id="other columns"),
        pytest.param("", False, id="an empty file"),
    ],
)
def test_it_is_recognised_by_the_tables_columns(tmp_path: Path, header: str, is_one: bool) -> None:
    (tmp_path / "index.csv").write_text(header)
    assert is_index_of_streets(tmp_path) is is_one
    assert not is_index_of_streets(tmp_path / "index.csv")


ROW = "s,1,left/000001.png,,depth/000001.png,,label_2/000001.txt,{},a,\n"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param(ROW.format("fast,51,32,24,"), "row 1 should give fx, fy, cx and cy as numbers", id="no number"),
        pytest.param("s,1,,,d.png,,l.txt,50,51,32,24,,a,\n", "row 1 should name its picture", id="no picture"),
        pytest.param("s,1,left/000001.png,,,,,50,51,32,24,,a,\n", "names no", id="neither depth nor labels"),
        pytest.param("s,1,../a.png,,d.png,,,50,51,32,24,,a,\n", "leads out of", id="a picture elsewhere"),
        pytest.param("s,1,a.png,,/d.png,,,50,51,32,24,,a,\n", "leads out of", id="a depth map elsewhere"),
        pytest.param("s,1,a.png,,d.png,,,50,51,32,24,,a,7.5\n", "row 1 has the frame '7.5'", id="half a frame"),
        pytest.param("s,1,a.png,,d.png,,,50,51,32,24,,a," + "9" * 5000, "write its number", id="an endless number"),
    ],
)
def test_a_table_that_cannot_be_is_refused(tmp_path: Path, rows: str, said: str) -> None:
    root = write_streets(tmp_path, rows)
    for reader in (StreetDepth, StreetObjects):
        with pytest.raises(SourceError, match=said) as refused:
            reader(root)
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"set,id\n", "lacks the columns left, depth", id="missing columns"),
        pytest.param(b"\xff\xfe\x00", "cannot be read", id="no text"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "index.csv").write_bytes(content)
    with pytest.raises(SourceError, match=said):
        StreetDepth(tmp_path)


def test_a_camera_that_cannot_be_is_refused(tmp_path: Path) -> None:
    root = write_streets(tmp_path, ROW.format("-50,51,32,24,"))
    with pytest.raises(SourceError, match="The camera of s/1 cannot be"):
        StreetObjects(root).objects("all")[0]


def test_a_depth_map_of_another_size_is_refused(tmp_path: Path) -> None:
    root = write_streets(tmp_path)
    write_depth_png(root / "depth" / "000001.png", 2560, size=(32, 24))
    with pytest.raises(SourceError, match="name the depth map of this picture"):
        StreetDepth(root).split("all")[0]


@pytest.mark.parametrize("part", ["left", "depth"])
def test_a_missing_file_is_told_before_the_long_part(tmp_path: Path, part: str) -> None:
    root = write_streets(tmp_path)
    (root / part / "000001.png").unlink()
    with pytest.raises(SourceError, match=r"1 of the 2 .* of the split all are missing"):
        StreetDepth(root).split("all")


def test_missing_labels_are_told_before_the_long_part(tmp_path: Path) -> None:
    root = write_streets(tmp_path)
    (root / "label_2" / "000003.txt").unlink()
    with pytest.raises(SourceError, match="label files of the split drive_b are missing"):
        StreetObjects(root).objects("drive_b")


def test_an_unknown_drive_is_refused(tmp_path: Path) -> None:
    root = write_streets(tmp_path)
    for refused in (StreetDepth(root).split, StreetObjects(root).objects):
        with pytest.raises(SettingError, match="choose all or drive_a or drive_b"):
            refused("drive_c")


def test_the_shared_streets_have_eleven_labelled_pictures(shared: Path) -> None:
    data = StreetObjects(shared / "data" / "streets")
    assert len(data.objects("all")) == 11
    assert len(StreetDepth(shared / "data" / "streets").split("all")) == 75


def test_the_place_of_a_picture_is_its_drive(tmp_path: Path) -> None:
    root = write_streets(tmp_path)
    assert [sample.place for sample in StreetDepth(root).split("all")] == ["drive_a", "drive_b"]
    assert [sample.place for sample in StreetObjects(root).objects("all")] == ["drive_a", "drive_b"]
