"""The depth files of data sets, and how their numbers become metres."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import NDArray
from PIL import Image

from howfar.datasets.depth_values import metres_of, read_counts
from howfar.errors import SourceError

RAMP = np.arange(12).reshape(3, 4)


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
    read = read_counts(tmp_path / name)
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
        pytest.param("a.png", lambda path: Image.new("RGB", (4, 3)).save(path), "8 or 16 bits", id="a colour picture"),
        pytest.param(
            "a.png", lambda path: Image.new("P", (4, 3)).save(path), "8 or 16 bits", id="a picture of a palette"
        ),
        pytest.param(
            "a.tiff", lambda path: Image.new("RGB", (4, 3)).save(path), "rows and columns", id="a colour TIFF"
        ),
        pytest.param("a.npy", lambda path: np.save(path, np.zeros((2, 3, 4))), "rows and columns", id="three axes"),
        pytest.param("a.npy", lambda path: np.save(path, np.zeros((0, 4))), "rows and columns", id="no rows"),
        pytest.param("a.npy", lambda path: np.save(path, np.full((2, 2), "x")), "rows and columns", id="texts"),
        pytest.param(
            "a.npy", lambda path: np.save(path, np.array([[{}]]), allow_pickle=True), "cannot be read", id="a pickle"
        ),
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
        read_counts(tmp_path / name)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("counts", "metres_per_count", "invalid", "expected"),
    [
        pytest.param(np.uint16([[1500, 0]]), 0.001, (), [[1.5, np.nan]], id="millimetres, and 0 is unknown"),
        pytest.param(
            np.uint16([[512, 65535]]), 1 / 256, (65535,), [[2.0, np.nan]], id="256ths, with a number for unknown"
        ),
        pytest.param(np.uint8([[255, 7]]), 0.1, (300, 7.0, -1), [[25.5, np.nan]], id="marks that a byte cannot hold"),
        pytest.param(np.float32([[0.1, 2.5]]), 1.0, (0.1,), [[np.nan, 2.5]], id="a mark of single precision"),
        pytest.param(
            np.float64([[-1, np.inf, np.nan, 1e300, 3]]), 1.0, (), [[np.nan] * 4 + [3]], id="what no depth can be"
        ),
    ],
)
def test_counts_become_metres_and_nan(
    counts: NDArray, metres_per_count: float, invalid: tuple[float, ...], expected: list[list[float]]
) -> None:
    metres = metres_of(counts, metres_per_count, invalid)
    assert metres.dtype == np.float32
    np.testing.assert_allclose(metres, expected, rtol=1e-6)


@given(
    npst.arrays(st.sampled_from([np.uint8, np.uint16, np.int32, np.float32, np.float64]), (2, 3)),
    st.floats(1e-6, 1e3),
    st.lists(st.integers(-1, 70000), max_size=2),
)
def test_a_depth_is_positive_or_not_known(counts: NDArray, metres_per_count: float, invalid: list[int]) -> None:
    metres = metres_of(counts, metres_per_count, invalid)
    assert (np.isnan(metres) | ((metres > 0) & np.isfinite(metres))).all()
