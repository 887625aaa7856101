"""Drives as videos, told by an index.csv."""

from pathlib import Path

import pytest

from howfar.datasets.drives import open_drives
from howfar.errors import SettingError, SourceError
from tests.datasets.folders import write_drive


def test_a_drive_has_its_pictures_in_the_order_of_their_frames_with_their_times(tmp_path: Path) -> None:
    numbers = [30, *range(0, 20, 2)]
    (drive,) = open_drives(write_drive(tmp_path, numbers), 10.0)
    assert (drive.name, len(drive.samples)) == ("drive_a", 11)
    frames = [frame for frame, _ in drive.frames()]
    assert [frame.time_s for frame in frames] == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8, 3.0]
    assert [frame.index for frame in frames] == list(range(11))
    sample = drive.samples[10]
    assert (sample.name, sample.depth_m[5, 5], sample.image[0, 0, 0]) == ("street/30", 8.0, 80)


@pytest.mark.parametrize(
    ("numbers", "rate", "error", "said"),
    [
        pytest.param(range(9), 10.0, SourceError, "names no drive of 10 pictures or more", id="a few pictures"),
        pytest.param([], 10.0, SourceError, "number the pictures of a video", id="none"),
        pytest.param([*range(10), 3], 10.0, SourceError, "Two pictures of the drive drive_a", id="one number twice"),
        pytest.param(range(10), 0.0, SettingError, "above 0, not 0", id="no frame a second"),
        pytest.param(range(10), float("nan"), SettingError, "above 0, not nan", id="no rate"),
    ],
)
def test_what_is_no_drive_is_one_sentence(tmp_path: Path, numbers, rate: float, error, said: str) -> None:
    with pytest.raises(error, match=said) as refused:
        open_drives(write_drive(tmp_path, list(numbers)), rate)
    assert "\n" not in str(refused.value)


def test_pictures_without_a_number_or_depth_are_in_no_drive(tmp_path: Path) -> None:
    root = write_drive(tmp_path, list(range(10)))
    index = root / "index.csv"
    more = "street,x,left/3.png,,depth/3.png,,,50,50,32,24,,drive_a,\nstreet,y,left/3.png,,,,,50,50,32,24,,drive_a,99\n"
    index.write_text(index.read_text() + more)
    (drive,) = open_drives(root, 10.0)
    assert len(drive.samples) == 10
