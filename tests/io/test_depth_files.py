"""Depth maps as files."""

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from howfar.errors import HowfarError, MissingExtraError, OutputError, SettingError, SourceError
from howfar.io.depth_files import own_map, read_depth, save_depth, save_depth_png
from howfar.io.depth_values import read_values
from howfar.scene import DepthMap

METRES = np.array([[1.5, 2.5, 0.0], [3.0, 4.25, 2.0]], dtype=np.float32)
MILLIMETRES = (METRES * 1000).astype(np.uint16)


def png16(path: Path) -> None:
    cv2.imwrite(str(path), MILLIMETRES)


def double_tiff(path: Path) -> None:
    cv2.imwrite(str(path), METRES.astype(np.float64))


def exr(path: Path) -> None:
    openexr = pytest.importorskip("OpenEXR", reason="needs OpenEXR (extra `exr`)")
    with openexr.File({"compression": openexr.ZIP_COMPRESSION, "type": openexr.scanlineimage}, {"Z": METRES}) as file:
        file.write(str(path))


@pytest.mark.parametrize(
    ("name", "write"),
    [
        pytest.param("d.png", png16, id="16-bit PNG in millimetres"),
        pytest.param("d.npy", lambda path: np.save(path, METRES), id="npy in metres"),
        pytest.param("d16.npy", lambda path: np.save(path, MILLIMETRES), id="npy of integers in millimetres"),
        pytest.param("d64.npy", lambda path: np.save(path, METRES.astype(float)[None]), id="npy of doubles, 1×H×W"),
        pytest.param("d.npz", lambda path: np.savez(path, METRES), id="npz with one array"),
        pytest.param("k.npz", lambda path: np.savez(path, rgb=np.ones(3), depth=METRES), id="npz with depth"),
        pytest.param("d.tiff", lambda path: Image.fromarray(METRES).save(path), id="float TIFF in metres"),
        pytest.param("double.tiff", double_tiff, id="TIFF of doubles in metres"),
        pytest.param("d.pfm", lambda path: cv2.imwrite(str(path), METRES), id="PFM in metres"),
        pytest.param("d.exr", exr, id="EXR in metres"),
    ],
)
def test_depth_files_are_read_in_metres(tmp_path: Path, name: str, write) -> None:
    write(tmp_path / name)
    depth = read_depth(tmp_path / name)
    assert depth.kind == "metres"
    expected = np.where(METRES > 0, METRES, np.nan)
    assert depth.metres() == pytest.approx(expected, abs=1e-6, nan_ok=True)


def test_a_unit_that_is_given_is_trusted(tmp_path: Path) -> None:
    np.save(tmp_path / "d.npy", METRES * 1000)
    assert read_depth(tmp_path / "d.npy", "mm").metres()[0, 0] == pytest.approx(1.5)
    np.save(tmp_path / "far.npy", np.full((2, 2), 900.0))
    assert read_depth(tmp_path / "far.npy", "m").metres()[0, 0] == 900.0


def text(path: Path) -> None:
    path.write_text("this is no depth")


def truncated(path: Path) -> None:
    cv2.imwrite(str(path), np.random.default_rng(0).integers(500, 5000, (200, 200)).astype(np.uint16))
    path.write_bytes(path.read_bytes()[:2000])


def broken_header(path: Path) -> None:
    np.save(path, METRES)
    path.write_bytes(path.read_bytes().replace(b"}", b"{"))


@pytest.mark.parametrize(
    ("name", "write", "says"),
    [
        pytest.param("d.npy", lambda p: np.save(p, METRES * 1000), "are these millimetres", id="metres of 2300"),
        pytest.param("d.npy", lambda p: np.save(p, METRES.astype(np.uint16)), "are these metres", id="2 millimetres"),
        pytest.param("d.png", lambda p: Image.new("L", (3, 2), 9).save(p), "8 bits", id="an 8-bit PNG"),
        pytest.param("d.png", lambda p: Image.new("RGB", (3, 2)).save(p), "colour picture", id="a colour picture"),
        pytest.param("d.npy", lambda p: np.save(p, np.zeros((2, 3))), "holds no depth", id="zero everywhere"),
        pytest.param("d.npy", lambda p: np.save(p, np.ones(3)), "rows and columns", id="one row of numbers"),
        pytest.param("d.npy", lambda p: np.save(p, np.array([["a"]])), "holds", id="letters"),
        pytest.param("d.npz", lambda p: np.savez(p, a=METRES, b=METRES), "call the depth map 'depth'", id="two arrays"),
        pytest.param("d.npy", text, "may be damaged", id="a text file named .npy"),
        pytest.param("d.npz", text, "may be damaged", id="a text file named .npz"),
        pytest.param("d.tiff", text, "may be damaged", id="a text file named .tiff"),
        pytest.param("d.tiff", Path.touch, "may be damaged", id="an empty TIFF"),
        pytest.param("d.npy", broken_header, "may be damaged", id="an npy whose header is broken"),
        pytest.param("d.png", truncated, "may be damaged", id="a truncated PNG"),
        pytest.param("d.jpg", text, "by its ending", id="a file of another kind"),
        pytest.param("d.png", lambda p: None, "no depth file", id="a missing file"),
    ],
)
def test_what_is_no_depth_file_is_told_in_one_sentence(tmp_path: Path, name: str, write, says: str) -> None:
    write(tmp_path / name)
    with pytest.raises(HowfarError, match=says):
        read_depth(tmp_path / name)


def test_an_exr_file_without_its_library_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "d.exr").touch()
    monkeypatch.setitem(sys.modules, "OpenEXR", None)
    with pytest.raises(MissingExtraError, match=r"howfar\[exr\]"):
        read_depth(tmp_path / "d.exr")


def test_code_in_a_numpy_file_is_not_run(tmp_path: Path) -> None:
    np.save(tmp_path / "d.npy", np.array([[{"code": 1}]], dtype=object), allow_pickle=True)
    with pytest.raises(HowfarError):
        read_depth(tmp_path / "d.npy")


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "d.png"
    assert save_depth_png(DepthMap(METRES, "metres"), path, 3, 2) == 0
    assert read_depth(path).metres() == pytest.approx(np.where(METRES > 0, METRES, np.nan), abs=1e-3, nan_ok=True)
    with pytest.raises(OutputError, match="allow overwriting"):
        save_depth_png(DepthMap(METRES, "metres"), path, 3, 2)


def test_what_is_too_far_for_the_format_is_unknown_and_counted(tmp_path: Path) -> None:
    assert save_depth_png(DepthMap(np.array([[70.0, 2.0]]), "metres"), tmp_path / "d.png", 2, 1) == 1
    assert np.asarray(Image.open(tmp_path / "d.png")).tolist() == [[0, 2000]]


def test_a_relative_map_has_no_millimetres(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="no metres"):
        save_depth_png(DepthMap(METRES, "relative_depth"), tmp_path / "d.png", 3, 2)
    assert list(tmp_path.iterdir()) == []


def pfm(path: Path, scale: str) -> None:
    order = "<f4" if scale.startswith("-") else ">f4"
    values = np.where(METRES > 0, METRES, np.inf).astype(order)
    path.write_bytes(b"Pf\n3 2\n" + scale.encode() + b"\n" + values[::-1].tobytes())


@pytest.mark.parametrize("scale", ["-1.0", "1.0", "-0.003922", "255"])
def test_the_scale_of_a_pfm_gives_the_order_of_bytes_and_changes_no_metre(tmp_path: Path, scale: str) -> None:
    pfm(tmp_path / "d.pfm", scale)
    expected = np.where(METRES > 0, METRES, np.nan)
    assert read_depth(tmp_path / "d.pfm").metres() == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    "header",
    [b"Pf\r\n3 2\r\n-1.0\r\n", b"Pf 3 2 -1e0\n", b"Pf\n# made by hand\n3 2\n-1\n"],
    ids=["\\r", "one line", "#"],
)
def test_headers_of_pfm_are_read_as_others_write_them(tmp_path: Path, header: bytes) -> None:
    (tmp_path / "d.pfm").write_bytes(header + METRES[::-1].astype("<f4").tobytes())
    assert read_depth(tmp_path / "d.pfm").metres()[0, 1] == 2.5


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"Pf\n3 2\n-1.0\n" + bytes(8), "may be damaged"),
        (b"PF\n3 2\n-1.0\n" + bytes(72), "colour picture"),
        (b"P5\n3 2\n255\n" + bytes(6), "may be damaged"),
        (b"Pf\n3 2\n--\n" + bytes(24), "may be damaged"),
    ],
    ids=["cut", "three channels", "another format", "no scale"],
)
def test_a_pfm_that_is_none_is_told(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "d.pfm").write_bytes(content)
    with pytest.raises(SourceError, match=says):
        read_depth(tmp_path / "d.pfm")


def test_the_declared_size_of_a_pfm_is_checked_before_memory_is_taken(tmp_path: Path) -> None:
    (tmp_path / "d.pfm").write_bytes(b"Pf\n12000 12000\n-1.0\n")
    with pytest.raises(SourceError, match="12000×12000 values, and at most 50 million"):
        read_depth(tmp_path / "d.pfm")


@pytest.mark.parametrize(
    ("given", "unit", "expected"),
    [
        pytest.param(MILLIMETRES, "auto", METRES, id="millimetres"),
        pytest.param(METRES, "auto", METRES, id="metres"),
        pytest.param(METRES[None, ..., None].astype(np.float64), "auto", METRES, id="axes of length 1"),
        pytest.param(MILLIMETRES.astype(np.int64), "auto", METRES, id="wide integers"),
        pytest.param((METRES * 256).astype(np.uint16), "1/256", METRES, id="KITTI's steps"),
        pytest.param(
            np.ma.masked_array(MILLIMETRES, METRES == 3.0), "auto", np.where(METRES == 3, 0, METRES), id="mask"
        ),
        pytest.param(METRES.tolist(), "auto", METRES, id="a list of rows"),
        pytest.param(
            np.where(METRES == 3.0, 65535, MILLIMETRES).astype(">u2"),
            "auto",
            np.where(METRES == 3, 0, METRES),
            id="the other order of bytes, its largest number unknown",
        ),
        pytest.param(Image.fromarray(MILLIMETRES), "auto", METRES, id="a picture of Pillow's"),
    ],
)
def test_arrays_are_taken_as_files_are(given, unit, expected) -> None:
    own = own_map(given, unit)
    assert own.depth.metres() == pytest.approx(np.where(expected > 0, expected, np.nan), abs=5e-3, nan_ok=True)
    assert own.taken_as.endswith(" m")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        pytest.param(METRES * 1000, "are these millimetres", id="millimetres that are no integers"),
        pytest.param(METRES.astype(np.uint16), "are these metres", id="whole metres of 16 bits"),
        pytest.param(np.zeros((2, 3)), "holds no depth", id="zero everywhere"),
        pytest.param(np.ones((2, 3, 3)), "colour picture", id="three channels"),
        pytest.param(np.ones((2, 3), np.uint8), "8 bits", id="a byte a pixel"),
        pytest.param(np.ones((2, 3), bool), "holds numbers", id="a mask"),
        pytest.param(object(), "holds", id="something else"),
        pytest.param([[1.0, 2.0], [3.0]], "cannot be made an array", id="rows of two lengths"),
    ],
)
def test_an_array_that_is_no_depth_map_is_told_in_one_sentence(given, says: str) -> None:
    with pytest.raises(HowfarError, match=says):
        own_map(given)


@pytest.mark.parametrize("ending", ["npy", "tiff", "exr"])
@pytest.mark.parametrize("kind", ["metres", "relative_inverse", "relative_depth"])
def test_numbers_are_written_as_they_are(tmp_path: Path, ending: str, kind) -> None:
    if ending == "exr":
        pytest.importorskip("OpenEXR", reason="needs OpenEXR (extra `exr`)")
    values = np.array([[1.5, 70.0, np.nan], [3.0, 4.25, 2.0]], dtype=np.float32)
    path = tmp_path / f"d.{ending}"
    assert save_depth(DepthMap(values, kind), path, 3, 2) == 0
    assert read_values(path) == pytest.approx(values, nan_ok=True)


def test_an_ending_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"\.png, \.npy, \.tiff or \.exr"):
        save_depth(DepthMap(METRES, "metres"), tmp_path / "d.jpg", 3, 2)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(lambda tensor: tensor, id="plain"),
        pytest.param(lambda tensor: tensor[None].requires_grad_(), id="with gradients"),
        pytest.param(lambda tensor: tensor.bfloat16(), id="in a type that NumPy lacks"),
        pytest.param(lambda tensor: tensor.half(), id="in halves"),
    ],
)
def test_tensors_are_taken_as_arrays_are(changed) -> None:
    torch = pytest.importorskip("torch", reason="needs PyTorch")
    expected = np.where(METRES > 0, METRES, np.nan)
    metres = own_map(changed(torch.tensor(METRES))).depth.metres()
    assert metres == pytest.approx(expected, abs=1e-2, nan_ok=True)
