"""Pairs with true disparity, in the layouts of the benchmarks."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from howfar.datasets.stereo_pairs import open_stereo_pairs
from howfar.errors import SettingError, SourceError

TRUTH = np.array([[2.5, 0, 4], [1, 0, 3]], dtype=np.float64)
"""0 is unknown."""


def save(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def pictures(*paths: Path, size: tuple[int, int] = (2, 3)) -> None:
    for level, path in enumerate(paths):
        save(path, np.full((*size, 3), 50 * level, dtype=np.uint8))


def pfm(path: Path, values: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = values[::-1].astype("<f4")
    path.write_bytes(f"Pf\n{values.shape[1]} {values.shape[0]}\n-1.0\n".encode() + rows.tobytes())


def kitti(root: Path, names: tuple[str, str, str, str]) -> None:
    left, right, truth, seen = (root / name / "000000_10.png" for name in names)
    pictures(left, right)
    save(truth, (TRUTH * 256).astype(np.uint16))
    save(seen, (TRUTH * 256 * (TRUTH < 4)).astype(np.uint16))


def kitti_2015(root: Path) -> None:
    kitti(root / "training", ("image_2", "image_3", "disp_occ_0", "disp_noc_0"))


def kitti_2012_colour(root: Path) -> None:
    kitti(root, ("colored_0", "colored_1", "disp_occ", "disp_noc"))


def kitti_2012_grey(root: Path) -> None:
    kitti(root, ("image_0", "image_1", "disp_occ", "disp_noc"))


def middlebury_2014(root: Path, truth: str = "disp0.pfm") -> None:
    folder = root / "scene"
    pictures(folder / "im0.png", folder / "im1.png")
    pfm(folder / truth, np.where(TRUTH > 0, TRUTH, np.inf))
    save(folder / "mask0nocc.png", np.where(TRUTH == 0, 0, np.where(TRUTH < 4, 255, 128)).astype(np.uint8))


def eth3d(root: Path) -> None:
    middlebury_2014(root, "disp0GT.pfm")


def rendered(root: Path) -> None:
    pictures(root / "image_2" / "000000.png", root / "image_3" / "000000.png")
    save(root / "disparity" / "000000.png", (TRUTH * 256).astype(np.uint16))
    save(root / "hidden" / "000000.png", np.where(TRUTH < 4, 0, 255).astype(np.uint8))


@pytest.mark.parametrize(
    ("make", "layout"),
    [
        pytest.param(kitti_2015, "kitti-2015", id="KITTI 2015"),
        pytest.param(kitti_2012_colour, "kitti-2012", id="KITTI 2012 in colour"),
        pytest.param(kitti_2012_grey, "kitti-2012", id="KITTI 2012 in grey"),
        pytest.param(middlebury_2014, "middlebury-2014", id="Middlebury 2014"),
        pytest.param(eth3d, "middlebury-2014", id="ETH3D"),
        pytest.param(rendered, "rendered", id="howfar synth"),
    ],
)
def test_truth_and_what_both_cameras_see(tmp_path: Path, make, layout: str) -> None:
    make(tmp_path)
    found = open_stereo_pairs(tmp_path)
    assert found.layout == layout
    (sample,) = found.samples()
    np.testing.assert_allclose(sample.disparity_px, np.where(TRUTH > 0, TRUTH, np.nan), atol=1 / 256)
    assert sample.unoccluded is not None
    np.testing.assert_array_equal(sample.unoccluded & (TRUTH > 0), (TRUTH > 0) & (TRUTH < 4))
    assert (sample.left[0, 0, 0], sample.right[0, 0, 0]) == (0, 50)


def scene_2003(folder: Path, width: int, names: tuple[str, str, str, str], per_px: int) -> None:
    pictures(folder / names[0], folder / names[1], size=(2, width))
    left, right = np.zeros((2, 2, width), dtype=np.uint8)
    left[0, 100:] = 20 * per_px
    right[0, 80:120] = 20 * per_px
    right[0, 120:] = 7 * per_px
    for name, values in zip(names[2:], (left, right), strict=True):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / name), values)


@pytest.mark.parametrize(
    ("width", "per_px", "names"),
    [
        pytest.param(450, 4, ("left.png", "right.png", "disp_left.pgm", "disp_right.pgm"), id="a quarter"),
        pytest.param(900, 2, ("im2.png", "im6.png", "disp2.pgm", "disp6.pgm"), id="a half, by its own names"),
        pytest.param(1800, 1, ("im2.ppm", "im6.ppm", "disp2.pgm", "disp6.pgm"), id="full size"),
    ],
)
def test_counts_of_2003_follow_the_width_and_both_truths_tell_what_is_seen(tmp_path, width, per_px, names) -> None:
    scene_2003(tmp_path / "cones", width, names, per_px)
    (sample,) = open_stereo_pairs(tmp_path).samples()
    assert sample.name == "cones"
    assert np.isnan(sample.disparity_px[1]).all()
    assert (sample.disparity_px[0, 100:] == 20).all()
    assert sample.unoccluded is not None
    assert np.flatnonzero(sample.unoccluded[0]).tolist() == list(range(100, 140))


def test_a_folder_that_is_one_scene(tmp_path: Path) -> None:
    middlebury_2014(tmp_path)
    assert [pair.name for pair in open_stereo_pairs(tmp_path / "scene").pairs] == ["scene"]


def test_cones_and_teddy(shared: Path) -> None:
    found = open_stereo_pairs(shared / "data" / "middlebury")
    assert [pair.name for pair in found.pairs] == ["cones", "teddy"]
    for sample in found.samples():
        assert sample.left.shape == (375, 450, 3)
        assert 50 < np.nanmax(sample.disparity_px) < 64
        assert sample.unoccluded is not None
        assert 0.8 < sample.unoccluded.mean() < 0.95


def test_the_motorcycle_of_scikit_image() -> None:
    pytest.importorskip("skimage", reason="needs scikit-image")
    (sample,) = open_stereo_pairs("motorcycle").samples()
    assert sample.left.shape == sample.right.shape == (500, 741, 3)
    assert np.isfinite(sample.disparity_px).mean() == pytest.approx(0.93, abs=0.01)


@pytest.mark.parametrize(
    ("spoil", "error", "sentence"),
    [
        pytest.param(lambda root: None, SettingError, "holds no pairs with true disparity", id="an empty folder"),
        pytest.param(
            lambda root: (rendered(root), (root / "image_3" / "000000.png").unlink()),
            SourceError,
            "1 of the pictures of pairs are missing",
            id="no right-hand picture",
        ),
        pytest.param(
            lambda root: (rendered(root), pictures(root / "image_3" / "000000.png", size=(2, 5))),
            SourceError,
            "5×2 pixels and .* 3×2",
            id="pictures of two sizes",
        ),
    ],
)
def test_what_is_no_pair(tmp_path: Path, spoil, error: type[Exception], sentence: str) -> None:
    spoil(tmp_path)
    with pytest.raises(error, match=sentence):
        list(open_stereo_pairs(tmp_path).samples())


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="There is no folder"):
        open_stereo_pairs(tmp_path / "none")
