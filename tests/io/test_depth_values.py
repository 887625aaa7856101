"""The bare numbers of depth files."""

import struct
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


def _big_endian_tiff(path: Path, counts: NDArray) -> None:
    rows, columns = counts.shape
    tags = [(256, columns), (257, rows), (258, 16), (259, 1), (262, 1), (273, 8 + 2 + 9 * 12 + 4), (277, 1)]
    tags += [(278, rows), (279, counts.size * 2)]
    directory = b"".join(struct.pack(">HHIHH", tag, 3, 1, value, 0) for tag, value in tags)
    head = b"MM\0*" + struct.pack(">IH", 8, len(tags)) + directory + bytes(4)
    path.write_bytes(head + counts.astype(">u2").tobytes())


@pytest.mark.parametrize(
    ("name", "write"),
    [
        pytest.param("a.tif", _big_endian_tiff, id="TIFF"),
        pytest.param("a.npy", lambda path, counts: np.save(path, counts.astype(">u2")), id="npy"),
        pytest.param("a.npz", lambda path, counts: np.savez(path, counts.astype(">u2")), id="npz"),
    ],
)
def test_numbers_in_the_other_order_of_bytes_are_of_the_same_type(tmp_path: Path, name: str, write) -> None:
    counts = np.uint16([[1000, 65535], [3000, 0]])
    write(tmp_path / name, counts)
    read = read_values(tmp_path / name)
    assert read.dtype == np.uint16
    assert np.array_equal(read, counts)


@pytest.mark.parametrize(
    ("stored", "numbers"),
    [
        pytest.param(np.float32([[1.5, 1e10]]), [[1.5, np.nan]], id="singles, and nothing there"),
        pytest.param(np.float32([[1500, 70000]]), [[1500, 70000]], id="70 metres in millimetres"),
        pytest.param(np.float16([[1.5, 65504]]), [[1.5, np.nan]], id="halves, and nothing there"),
        pytest.param(np.uint32([[1500, 70000]]), [[1500, 70000]], id="whole numbers"),
    ],
)
def test_numbers_of_an_exr_are_kept_up_to_where_nothing_is(tmp_path: Path, stored: NDArray, numbers) -> None:
    openexr = pytest.importorskip("OpenEXR", reason="needs OpenEXR (extra `exr`)")
    with openexr.File({"compression": openexr.ZIP_COMPRESSION, "type": openexr.scanlineimage}, {"Z": stored}) as file:
        file.write(str(tmp_path / "a.exr"))
    read = read_values(tmp_path / "a.exr")
    assert (read.dtype.kind == "u") == (stored.dtype.kind == "u")
    assert np.array_equal(read, np.array(numbers), equal_nan=read.dtype.kind == "f")


def _exr(path: Path, *parts: tuple[dict, dict]) -> None:
    openexr = pytest.importorskip("OpenEXR", reason="needs OpenEXR (extra `exr`)")
    kind = {"compression": openexr.ZIP_COMPRESSION, "type": openexr.scanlineimage}
    made = [openexr.Part({"name": str(index), **kind, **head}, data) for index, (head, data) in enumerate(parts)]
    openexr.File(made).write(str(path))


def _window(left: int, top: int, right: int, bottom: int) -> tuple[NDArray, NDArray]:
    return np.array([left, top], np.int32), np.array([right, bottom], np.int32)


RENDERED = np.float32([[1, 2], [3, 4]])


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        pytest.param(_window(0, 0, 1, 1), [[1, 2, 0], [3, 4, 0], [0, 0, 0]], id="a part of it was rendered"),
        pytest.param(_window(1, 1, 2, 2), [[0, 0, 0], [0, 1, 2], [0, 3, 4]], id="another part"),
        pytest.param(_window(-1, -1, 0, 0), [[4, 0, 0], [0, 0, 0], [0, 0, 0]], id="beyond the edge"),
        pytest.param(_window(7, 7, 8, 8), [[0] * 3] * 3, id="outside"),
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.uint32])
def test_an_exr_covers_the_picture_that_is_displayed(tmp_path: Path, data, shown, dtype: type) -> None:
    _exr(
        tmp_path / "a.exr", ({"dataWindow": data, "displayWindow": _window(0, 0, 2, 2)}, {"Z": RENDERED.astype(dtype)})
    )
    assert np.nan_to_num(read_values(tmp_path / "a.exr")).tolist() == shown


def test_the_depth_may_be_in_any_part_of_an_exr(tmp_path: Path) -> None:
    _exr(tmp_path / "a.exr", ({}, dict.fromkeys("RGB", RENDERED + 9)), ({}, {"Z": RENDERED}))
    assert np.array_equal(read_values(tmp_path / "a.exr"), RENDERED)


def test_the_declared_size_of_an_exr_is_checked_before_memory_is_taken(tmp_path: Path) -> None:
    _exr(tmp_path / "a.exr", ({}, {"Z": RENDERED}))
    window = b"dataWindow\0box2i\0" + struct.pack("<I", 16)
    before, _, after = (tmp_path / "a.exr").read_bytes().partition(window)
    (tmp_path / "a.exr").write_bytes(before + window + struct.pack("<4i", 0, 0, 39999, 39999) + after[16:])
    with pytest.raises(SourceError, match="40000×40000 values"):
        read_values(tmp_path / "a.exr")


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
