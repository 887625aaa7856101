"""Tables of cameras as they are written and read."""

from pathlib import Path

from howfar.datasets.camera_table import CameraTable, camera_row, camera_table
from howfar.scene import Camera


def test_what_is_written_is_read(tmp_path: Path) -> None:
    cameras = {"a/1.png": Camera(64, 48, 51.2345678, 52, 32.5, 24), "a/2.png": Camera(48, 64, 1234567.25, 9, 1, -2)}
    path = tmp_path / "cameras.csv"
    path.write_text(camera_table(camera_row(name, camera) for name, camera in cameras.items()))
    table = CameraTable(path)
    assert {name: table.camera(name) for name in cameras} == cameras
