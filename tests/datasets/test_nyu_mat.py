"""NYU Depth v2 as one MATLAB file."""

from pathlib import Path

import numpy as np
import pytest

from howfar.datasets import NYU_CAMERA
from howfar.datasets.nyu_mat import NyuLabeledMat, official_test_indices
from howfar.errors import MissingExtraError, SettingError, SourceError
from tests.datasets.folders import write_nyu_mat

h5py = pytest.importorskip("h5py")


@pytest.fixture(scope="module")
def mat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_nyu_mat(tmp_path_factory.mktemp("mat") / "nyu_depth_v2_labeled.mat")


def test_the_official_split_has_its_sizes_and_the_two_parts_are_apart(mat: Path) -> None:
    data = NyuLabeledMat(mat)
    train, test = data.split("train"), data.split("test")
    assert (len(train), len(test)) == (795, 654)
    assert (train[0].name, test[0].name) == ("0002", "0000")


def test_a_picture_stands_upright_and_its_pixels_keep_their_depth(mat: Path) -> None:
    sample = NyuLabeledMat(mat).split("train")[0]
    assert sample.image.shape == (480, 640, 3)
    assert sample.image.dtype == np.uint8
    assert sample.depth_m.shape == (480, 640)
    assert sample.depth_m.dtype == np.float32
    assert sample.image[7, 600].tolist() == [99, 21, 22]
    assert sample.image[8, 600].tolist() == [20, 21, 22]
    assert sample.depth_m[7, 600] == 5
    assert sample.depth_m[8, 600] == 3
    assert sample.camera == NYU_CAMERA


def test_a_pair_that_holds_no_depth_is_unknown_everywhere(mat: Path) -> None:
    assert np.isnan(NyuLabeledMat(mat).split("train")[1].depth_m).all()


def test_the_split_that_ships_is_that_of_the_lists(shared: Path) -> None:
    lines = (shared / "data/nyu_depth_v2/test.txt").read_text().splitlines()
    assert official_test_indices() == {int(line.split()[0]) for line in lines}


def test_an_unknown_split_is_refused(mat: Path) -> None:
    with pytest.raises(SettingError, match="no split 'val': choose train or test"):
        NyuLabeledMat(mat).split("val")


def _without_depths(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset("images", (1449, 3, 640, 480), "u1", chunks=(1, 3, 640, 480))


@pytest.mark.parametrize(
    ("write", "message"),
    [
        pytest.param(lambda path: None, "There is no file", id="missing"),
        pytest.param(lambda path: path.write_bytes(b"MATLAB 5.0 MAT-file"), "read as HDF5", id="an older kind of file"),
        pytest.param(lambda path: path.write_bytes(b""), "read as HDF5", id="empty"),
        pytest.param(_without_depths, "depths should .* is missing", id="no depths"),
        pytest.param(
            lambda path: write_nyu_mat(path, depth_shape=(10, 640, 480)), r"\(10, 640, 480\)", id="depths of ten pairs"
        ),
    ],
)
def test_another_file_is_refused_in_one_sentence(tmp_path: Path, write, message: str) -> None:
    write(tmp_path / "a.mat")
    with pytest.raises(SourceError, match=message) as refusal:
        NyuLabeledMat(tmp_path / "a.mat")
    assert "\n" not in str(refusal.value)


def test_without_h5py_the_extra_is_named(mat: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    with pytest.raises(MissingExtraError, match=r"howfar\[train\]"):
        NyuLabeledMat(mat)
