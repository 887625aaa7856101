"""Maps as files, and which belong together."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from howfar.errors import SourceError
from howfar.evaluation.ssim.files import map_pairs, read_map, read_truth

GREY = np.array([[0, 10, 200], [255, 1, 2]], dtype=np.uint8)


def save(path: Path, values: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, values) if path.suffix == ".npy" else Image.fromarray(values).save(path)
    return path


@pytest.mark.parametrize(
    ("name", "stored", "expected"),
    [
        pytest.param("a.png", GREY, GREY, id="8 bits as they are"),
        pytest.param("a.pgm", GREY, GREY, id="PGM too"),
        pytest.param("a.png", np.stack([GREY] * 3, axis=-1), GREY, id="three equal channels are one"),
        pytest.param("a.png", GREY.astype(np.uint16) * 256, GREY * 0.256, id="16 bits are millimetres"),
        pytest.param("a.npy", GREY / 3.0, GREY / 3.0, id="numbers as they are"),
        pytest.param("a.npy", np.array([[np.inf, -1.0]]), np.array([[np.nan, -1.0]]), id="infinity is unknown"),
    ],
)
def test_a_prediction_is_read_from(tmp_path: Path, name: str, stored: np.ndarray, expected: np.ndarray) -> None:
    values = read_map(save(tmp_path / name, stored))
    assert values.dtype == np.float32
    assert values == pytest.approx(expected.astype(np.float32), nan_ok=True)


@pytest.mark.parametrize(
    ("name", "stored", "zero_unknown", "known"),
    [
        pytest.param("a.png", GREY, False, 6, id="every value of 8 bits counts"),
        pytest.param("a.png", GREY, True, 5, id="but for zero where that is asked for"),
        pytest.param("a.png", GREY.astype(np.uint16), False, 5, id="zero in a depth file is unknown"),
        pytest.param("a.npy", GREY - 5.0, False, 3, id="so are negative numbers"),
    ],
)
def test_what_of_a_truth_is_known(tmp_path: Path, name: str, stored, zero_unknown: bool, known: int) -> None:
    values = read_truth(save(tmp_path / name, stored), zero_unknown=zero_unknown)
    assert np.isfinite(values).sum() == known


def test_two_files_are_a_pair_called_after_the_truth(tmp_path: Path) -> None:
    (pair,) = map_pairs(tmp_path / "p.png", tmp_path / "t.png")
    assert (pair.name, pair.prediction, pair.truth) == ("t", tmp_path / "p.png", tmp_path / "t.png")


def test_folders_are_paired_by_name_whatever_the_ending(tmp_path: Path) -> None:
    for name in ("p/a.npy", "p/b.npy", "p/more.npy", "t/b.png", "t/a.png"):
        save(tmp_path / name, GREY)
    (tmp_path / "t" / "notes.txt").touch()
    pairs = map_pairs(tmp_path / "p", tmp_path / "t")
    assert [(pair.name, pair.prediction.name, pair.truth.name) for pair in pairs] == [
        ("a", "a.npy", "a.png"),
        ("b", "b.npy", "b.png"),
    ]


@pytest.mark.parametrize(
    ("prediction", "truth", "says"),
    [
        pytest.param("p", "t/a.png", "p is a folder and", id="a folder and a file"),
        pytest.param("p/a.png", "t", "t is a folder and", id="a file and a folder"),
        pytest.param("p", "t", "1 of the 2 maps", id="a truth without prediction"),
        pytest.param("p", "empty", "holds no map", id="no truth at all"),
        pytest.param("twice", "p", "have one name", id="two predictions of one name"),
    ],
)
def test_what_does_not_pair_is_refused(tmp_path: Path, prediction: str, truth: str, says: str) -> None:
    for name in ("p/a.png", "t/a.png", "t/b.png", "twice/a.png", "twice/a.npy"):
        save(tmp_path / name, GREY)
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match=says):
        map_pairs(tmp_path / prediction, tmp_path / truth)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        pytest.param("gone.png", None, "There is no map", id="a missing file"),
        pytest.param("a.png", b"no picture", "cannot be read", id="a damaged picture"),
        pytest.param("a.txt", b"1 2 3", "which", id="another kind of file"),
    ],
)
def test_what_is_no_map_is_refused(tmp_path: Path, name: str, content: bytes | None, says: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=says):
        read_map(tmp_path / name)


def test_a_picture_in_colours_is_refused(tmp_path: Path) -> None:
    colours = np.zeros((4, 4, 3), dtype=np.uint8)
    colours[0, 0] = (255, 0, 0)
    with pytest.raises(SourceError, match="in colours"):
        read_map(save(tmp_path / "a.png", colours))
