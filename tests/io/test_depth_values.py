"""The bare numbers of depth files."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from howfar.errors import SourceError
from howfar.io.depth_values import read_values

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # it warns of damage as well as raising

RAMP = np.arange(12).reshape(3, 4)


def _claim(path: Path, shape: str) -> None:
    """Write an array of eight bytes whose header says that it has another shape."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    array = b"\x93NUMPY\x02\x00" + len(header).to_bytes(4, "little") + header + bytes(8)
    if path.suffix == ".npy":
        path.write_bytes(array)
        return
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("depth.npy", array)


def _save_npz(path: Path, **arrays: NDArray) -> None:
    np.savez_compressed(path, **arrays)


@pytest.mark.parametrize(
    ("name", "dtype", "write"),
    [
        pytest.param("a.png", np.uint8, lambda p, a: Image.fromarray(a).save(p), id="a PNG of 8 bits"),
        pytest.param("a.png", np.uint16, lambda p, a: Image.fromarray(a).save(p), id="a PNG of 16 bits"),
        pytest.param("a.PNG", np.uint16, lambda p, a: Image.fromarray(a).save(p), id="an ending in capitals"),
        pytest.param("a.npy", np.float64, np.save, id="npy"),
        pytest.param("a.npz", np.float32, lambda p, a: _save_npz(p, anything=a), id="npz of one array"),
        pytest.param("a.npz", np.int32, lambda p, a: _save_npz(p, depth=a, rgb=a + 1), id="npz with one called depth"),
        pytest.param("a.tiff", np.float32, lambda p, a: cv2.imwrite(str(p), a), id="a TIFF of single precision"),
        pytest.param(
            "a.tif", np.float64, lambda p, a: cv2.imwrite(str(p.with_suffix(".tif")), a), id="a TIFF of double"
        ),
        pytest.param("a.pfm", np.float32, lambda p, a: cv2.imwrite(str(p), a), id="PFM"),
    ],
)
def test_every_format_gives_the_stored_numbers(
    tmp_path: Path, name: str, dtype: type, write: Callable[[Path, NDArray], object]
) -> None:
    counts = (RAMP * 7).astype(dtype)
    write(tmp_path / name, counts)
    read = read_values(tmp_path / name, coarse=True)
    assert read.dtype == dtype
    assert np.array_equal(read, counts)


def _cut(path: Path) -> None:
    whole = path.with_name(f"whole{path.suffix}")
    noise = np.random.default_rng(0).random((64, 64), dtype=np.float32)
    if path.suffix == ".png":
        Image.fromarray((noise * 60000).astype(np.uint16)).save(whole)
    elif path.suffix == ".npz":
        _save_npz(whole, depth=noise)
    elif path.suffix == ".npy":
        np.save(whole, noise)
    else:
        cv2.imwrite(str(whole), noise)
    path.write_bytes(whole.read_bytes()[:3000])


@pytest.mark.parametrize(
    ("name", "write", "message"),
    [
        pytest.param("a.png", lambda path: None, "no depth file", id="missing"),
        pytest.param(
            "a.jpg", lambda path: path.touch(), "by its ending", id="a JPEG, whose numbers are only about right"
        ),
        pytest.param(
            "a.png", lambda path: Image.new("RGB", (4, 3)).save(path), "colour picture", id="a colour picture"
        ),
        pytest.param(
            "a.png", lambda path: Image.new("P", (4, 3)).save(path), "colour picture", id="a picture of a palette"
        ),
        pytest.param("a.tiff", lambda path: Image.new("RGB", (4, 3)).save(path), "colour picture", id="a colour TIFF"),
        pytest.param("a.npy", lambda path: np.save(path, np.zeros((2, 3, 5))), "rows and columns", id="three axes"),
        pytest.param("a.npy", lambda path: np.save(path, np.zeros((0, 4))), "rows and columns", id="no rows"),
        pytest.param("a.npy", lambda path: np.save(path, np.full((2, 2), "x")), "holds numbers", id="texts"),
        pytest.param(
            "a.npy", lambda path: np.save(path, np.array([[{}]]), allow_pickle=True), "cannot be read", id="a pickle"
        ),
        pytest.param(
            "a.npy", lambda path: _claim(path, "(True, 5)"), "shape .True, 5.", id="true for a number of rows"
        ),
        pytest.param("a.npy", lambda path: _claim(path, "(5, -1)"), "shape .5, -1.", id="less than no column"),
        pytest.param("a.npy", lambda path: _claim(path, "'ab'"), "cannot be read", id="a text for a shape"),
        pytest.param("a.npy", lambda path: _claim(path, "(12000, 12000)"), "12000×12000 values", id="too many values"),
        pytest.param("a.npy", lambda path: _claim(path, f"({10**30}, 9)"), "values, and at most 50 million", id="any"),
        pytest.param("a.npy", lambda path: _claim(path, f"({'9' * 5000},)"), "cannot be read", id="5000 digits"),
        pytest.param("a.npz", lambda path: _claim(path, "(True, 5)"), "shape .True, 5.", id="true, in an npz"),
        pytest.param("a.npz", lambda path: _claim(path, "(12000, 12000)"), "12000×12000 values", id="many, in an npz"),
        pytest.param("a.npz", lambda path: _save_npz(path, a=RAMP, b=RAMP), "holds a, b", id="two arrays, none depth"),
        pytest.param("a.npz", lambda path: path.write_bytes(b""), "cannot be read", id="an empty file"),
        pytest.param(
            "a.exr", lambda path: path.write_bytes(b"v/1\x01" + bytes(99)), "cannot be read", id="a broken EXR"
        ),
        *(
            pytest.param(f"a.{end}", _cut, "cannot be read", id=f"a cut {end}")
            for end in ("png", "npy", "npz", "tiff", "pfm")
        ),
    ],
)
def test_what_is_no_depth_file_is_refused_in_one_sentence(
    tmp_path: Path, name: str, write: Callable[[Path], object], message: str
) -> None:
    write(tmp_path / name)
    with pytest.raises(SourceError, match=message) as refusal:
        read_values(tmp_path / name, coarse=True)
    assert "\n" not in str(refusal.value)


def test_8_bits_are_too_coarse_unless_a_data_set_asks_for_them(tmp_path: Path) -> None:
    Image.fromarray(RAMP.astype(np.uint8)).save(tmp_path / "a.png")
    with pytest.raises(SourceError, match="too coarse"):
        read_values(tmp_path / "a.png")
