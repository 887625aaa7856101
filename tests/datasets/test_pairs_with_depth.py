"""Pairs whose true depth is known."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from howfar.datasets.pairs_with_depth import FREE_BASELINE_M, open_pairs_with_depth
from howfar.errors import HowfarError, SettingError, SourceError
from howfar.scene import Camera
from howfar.scene.stereo_calibration import StereoCalibration
from tests.datasets.folders import write_kitti_pairs, write_street_pairs
from tests.datasets.test_stereo_pairs import middlebury_2014

RIG = StereoCalibration(
    Camera(32, 24, 50.0, 50.0, 16.0, 12.0), Camera(32, 24, 50.0, 50.0, 16.5, 12.0), translation_m=(-0.2, 0.0, 0.0)
)


def write_depth(root: Path, name: str, metres: float, size: tuple[int, int] = (24, 32)) -> None:
    (root / "depth").mkdir(exist_ok=True)
    Image.fromarray(np.full(size, 256 * metres, dtype=np.uint16)).save(root / "depth" / f"{name}.png")


@pytest.fixture
def kitti(tmp_path: Path) -> Path:
    write_kitti_pairs(tmp_path)
    for name in ("000000", "000001"):
        write_depth(tmp_path, name, 7)
    return tmp_path


def test_kittis_folders_with_depth(kitti: Path) -> None:
    pairs = open_pairs_with_depth(kitti, "val")
    (sample,) = pairs.samples
    assert (pairs.name, pairs.has_metres) == (f"KITTI pairs in {kitti.name}, val", True)
    assert (sample.name, sample.depth_m[0, 0], sample.camera.fx_px) == ("image_2/000001.png", 7.0, 40.0)
    assert sample.rig is not None
    assert (sample.rig.focal_px, sample.rig.baseline_m) == (40.0, pytest.approx(0.6))
    frame = sample.frame
    assert frame.right is not None
    assert (frame.image[0, 0, 0], frame.right[0, 0, 0], frame.rig) == (1, 101, sample.rig)


def test_a_rig_that_is_given_takes_the_place_of_their_own(kitti: Path) -> None:
    sample = open_pairs_with_depth(kitti, "val", RIG).samples[0]
    assert sample.rig is not None
    assert (sample.camera.fx_px, sample.rig.offset_px, sample.depth_m[0, 0]) == (50.0, 0.5, 7.0)


def test_streets_whose_depth_is_named(tmp_path: Path) -> None:
    rows = (
        "street,1,left/000001.png,right/000001.png,depth/1.png,,,50,51,32,24,0.5,drive_a,\n"
        "street,3,left/000003.png,right/000003.png,,,,50,51,32,24,0.25,drive_b,\n"
    )
    root = write_street_pairs(tmp_path, rows)
    write_depth(root, "1", 3, (48, 64))
    known, unknown = open_pairs_with_depth(root, "all").samples
    assert (known.name, known.depth_m[0, 0], known.place) == ("street/1", 3.0, "drive_a")
    assert np.isnan(unknown.depth_m).all()


def test_disparity_is_depth_by_a_rig_and_else_depth_up_to_a_factor(tmp_path: Path) -> None:
    middlebury_2014(tmp_path)
    rig = StereoCalibration(*[Camera(3, 2, 5.0, 5.0, 1.5, 1.0)] * 2, translation_m=(-0.2, 0.0, 0.0))
    by_rig = open_pairs_with_depth(tmp_path, "test", rig)
    np.testing.assert_allclose(by_rig.samples[0].depth_m, 1 / np.array([[2.5, np.nan, 4], [1, np.nan, 3]]), rtol=1e-6)
    free = open_pairs_with_depth(tmp_path, "test")
    assert (by_rig.has_metres, free.has_metres) == (True, False)
    assert "up to a factor" in free.name
    focal_px = Camera.assumed(3, 2).fx_px
    assert free.samples[0].depth_m[0, 0] == pytest.approx(focal_px * FREE_BASELINE_M / 2.5)


def test_the_motorcycle_has_its_rig() -> None:
    pytest.importorskip("skimage", reason="needs the extra `demo`")
    (sample,) = open_pairs_with_depth("motorcycle", "test").samples
    assert float(np.nanmedian(sample.depth_m)) == pytest.approx(2.9, abs=0.2)


@pytest.mark.parametrize(
    ("refusal", "says"),
    [
        pytest.param(SettingError, "no split 'gone'", id="a split that is not there"),
        pytest.param(SourceError, "another size", id="a depth map of another size"),
    ],
)
def test_what_cannot_be_is_refused(kitti: Path, refusal: type[HowfarError], says: str) -> None:
    write_depth(kitti, "000001", 7, (12, 16))
    with pytest.raises(refusal, match=says):
        open_pairs_with_depth(kitti, "gone" if "split" in says else "val").samples[0]
