"""Which pictures are calibrated on, and which are compared on."""

from pathlib import Path

import pytest

from howfar.conversion.int8.pictures import MOST, calibration_pictures, frames_of, open_pictures
from howfar.errors import SourceError
from tests.conversion.int8.networks import write_pictures


def names(folder: Path, count: int) -> tuple[list[str], list[str]]:
    for index in range(count):
        (folder / f"{index}.png").touch()
    found = calibration_pictures(str(folder))
    return [Path(each.name).stem for each in found.calibrating], [Path(each.name).stem for each in found.held_out]


def test_every_fourth_picture_is_held_out(tmp_path: Path) -> None:
    calibrating, held_out = names(tmp_path, 9)
    assert calibrating == ["0", "1", "2", "4", "5", "6", "8"]
    assert held_out == ["3", "7"]


def test_of_many_pictures_some_are_taken_from_all_over(tmp_path: Path) -> None:
    calibrating, held_out = names(tmp_path, 2 * MOST + 1)
    assert len(calibrating) + len(held_out) == MOST
    assert not set(calibrating) & set(held_out)
    assert calibrating[:3] == ["0", "2", "4"]
    assert held_out[-1] == str(2 * MOST - 2)


def test_pictures_come_with_a_camera_and_without_those_that_cannot_be_read(tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "pictures", 2)
    (folder / "0.png").write_bytes(b"no picture")
    failed: list[SourceError] = []
    (frame,) = frames_of(open_pictures([str(folder)]), failed.append)
    assert frame.camera is not None
    assert "0.png" in str(failed[0])


def test_no_picture_that_can_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "0.png").write_bytes(b"no picture")
    with pytest.raises(SourceError, match=r"0\.png"):
        list(frames_of(open_pictures([str(tmp_path)]), lambda error: None))
