"""Coloured point clouds."""

from pathlib import Path

import numpy as np
import pytest

from howfar.errors import OutputError, SettingError
from howfar.io.point_cloud import POINT, save_point_cloud
from howfar.scene import Camera, DepthMap

CAMERA = Camera.from_focal(4, 2, 2.0)
IMAGE = np.full((2, 4, 3), (200, 100, 50), dtype=np.uint8)


def test_known_values_become_coloured_points(tmp_path: Path) -> None:
    values = np.full((2, 4), 3.0)
    values[0, 0] = np.nan
    path = tmp_path / "cloud.ply"
    assert save_point_cloud(IMAGE, DepthMap(values, "metres"), CAMERA, path) == 7
    header, _, body = path.read_bytes().partition(b"end_header\n")
    assert b"format binary_little_endian 1.0" in header
    assert b"element vertex 7" in header
    points = np.frombuffer(body, dtype=POINT)
    assert len(points) == 7
    assert points["position"][-1] == pytest.approx((1.5 / 2 * 3, 0.5 / 2 * 3, 3.0))
    assert points["colour"].tolist() == [[200, 100, 50]] * 7


def test_an_existing_cloud_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "cloud.ply"
    path.write_text("mine")
    with pytest.raises(OutputError):
        save_point_cloud(IMAGE, DepthMap(np.ones((2, 4)), "metres"), CAMERA, path)
    assert path.read_text() == "mine"


def test_a_relative_map_has_no_points(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="no metres"):
        save_point_cloud(IMAGE, DepthMap(np.ones((2, 4)), "relative_inverse"), CAMERA, tmp_path / "cloud.ply")
