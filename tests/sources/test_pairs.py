"""Sources of pairs: by name, by order, in videos, and in one picture."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from howfar.errors import SettingError, SourceError
from howfar.scene.frame import Frame
from howfar.sources.live_pairs import LivePairSource
from howfar.sources.pairs import PairSource, open_pairs, open_with_pairs, split
from tests.io.videos import column_of, write_video


def write_picture(path: Path, level: int = 100, size: tuple[int, int] = (8, 6)) -> str:
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", size, (level, level, level)).save(path)
    return str(path)


def names(source: PairSource) -> tuple[str, str]:
    return Path(source.left.name).name, Path(source.right.name).name


@pytest.mark.parametrize(
    ("lefts", "rights", "expected", "told"),
    [
        pytest.param(["1.png", "2.png"], ["2.png", "1.png"], [("1.png", "1.png"), ("2.png", "2.png")], 0, id="by name"),
        pytest.param(
            ["left_07.png", "left_09.png"],
            ["right_07.png", "right_08.png", "right_09.png"],
            [("left_07.png", "right_07.png"), ("left_09.png", "right_09.png")],
            0,
            id="by name but for the side, and more on the right",
        ),
        pytest.param(
            ["a_L.png", "b_L.png"],
            ["a_R.png", "b_R.png"],
            [("a_L.png", "a_R.png"), ("b_L.png", "b_R.png")],
            0,
            id="L, R",
        ),
        pytest.param(
            ["a.png", "b.png"], ["x.png", "y.png"], [("a.png", "x.png"), ("b.png", "y.png")], 1, id="by order"
        ),
        pytest.param(["a.png"], ["x.png"], [("a.png", "x.png")], 0, id="two files"),
    ],
)
def test_pictures_are_paired(tmp_path: Path, lefts, rights, expected, told) -> None:
    for folder, files in (("one", lefts), ("other", rights)):
        for name in files:
            write_picture(tmp_path / folder / name)
    said: list[str] = []
    sources = open_pairs([str(tmp_path / "one")], [str(tmp_path / "other" / "*.png")], tell=said.append)
    assert [names(each) for each in sources] == expected
    assert len(said) == told


def test_a_picture_without_a_partner_fails_alone(tmp_path: Path) -> None:
    for name in ("1.png", "2.png"):
        write_picture(tmp_path / "one" / name)
    write_picture(tmp_path / "other" / "1.png")
    write_picture(tmp_path / "other" / "3.png")
    first, second = open_pairs([str(tmp_path / "one")], [str(tmp_path / "other")])
    assert next(first.frames()).right is not None
    with pytest.raises(SourceError, match=r"2\.png has no right-hand picture of its name"):
        next(second.frames())


def test_a_pair_is_one_frame_with_the_name_of_the_left_hand_picture(tmp_path: Path) -> None:
    left, right = write_picture(tmp_path / "l.png", 10), write_picture(tmp_path / "r.png", 20)
    (source,) = open_with_pairs([left], [right])
    (frame,) = source.frames()
    assert (source.name, source.is_stream, source.frame_count, source.fps) == (left, False, 1, None)
    assert source.path == Path(left)
    assert frame.right is not None
    assert (frame.image[0, 0, 0], frame.right[0, 0, 0]) == (10, 20)


@pytest.mark.parametrize(
    ("left", "right", "error", "message"),
    [
        pytest.param(["one"], ["other"], SourceError, "3 left-hand pictures and 2 right-hand ones", id="other numbers"),
        pytest.param(["one/1.png"], ["one/1.png"], SettingError, "given as both", id="one picture twice"),
        pytest.param(["one/1.png"], ["film.mp4"], SettingError, "one picture and", id="a picture and a video"),
        pytest.param(["one/1.png"], ["none.png"], SourceError, "no file or folder", id="a file that is missing"),
    ],
)
def test_what_is_no_pair_is_refused(tmp_path: Path, monkeypatch, left, right, error, message) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("1", "2", "3"):
        write_picture(tmp_path / "one" / f"{name}.png")
    for name in ("a", "b"):
        write_picture(tmp_path / "other" / f"{name}.png")
    write_video(tmp_path / "film.mp4", 2)
    with pytest.raises(error, match=message):
        open_pairs(left, right)


def test_two_videos_go_side_by_side(tmp_path: Path) -> None:
    left, right = (str(write_video(tmp_path / f"{name}.mp4", count)) for name, count in (("l", 4), ("r", 4)))
    (source,) = open_with_pairs([left], [right])
    frames = list(source.frames(2))
    assert (source.is_stream, source.frame_count, source.fps) == (True, 4, pytest.approx(25, abs=10))
    assert [frame.index for frame in frames] == [0, 2]
    for frame in frames:
        assert frame.right is not None
        assert column_of(frame.image) == column_of(frame.right)


def test_a_video_that_ends_before_the_other_is_told_after_the_frames_of_both(tmp_path: Path) -> None:
    left, right = (str(write_video(tmp_path / f"{name}.mp4", count)) for name, count in (("l", 4), ("r", 2)))
    (source,) = open_with_pairs([left], [right])
    frames = source.frames()
    assert [next(frames).index, next(frames).index] == [0, 1]
    with pytest.raises(SourceError, match=r"r\.mp4 ends after 2 pictures"):
        next(frames)


@pytest.mark.parametrize(
    ("layout", "shape", "right_at"),
    [
        pytest.param("side-by-side", (4, 8), (0, 4), id="beside each other"),
        pytest.param("over-under", (8, 4), (4, 0), id="above each other"),
    ],
)
def test_a_picture_that_holds_both_is_cut(tmp_path: Path, layout: str, shape, right_at) -> None:
    pixels = np.zeros((*shape, 3), np.uint8)
    pixels[right_at[0] :, right_at[1] :] = 200
    Image.fromarray(pixels).save(tmp_path / "both.png")
    (source,) = open_with_pairs([str(tmp_path / "both.png")], layout=layout)
    (frame,) = source.frames()
    assert (source.name, source.is_stream, source.frame_count) == (str(tmp_path / "both.png"), False, 1)
    assert (source.path, source.fps) == (tmp_path / "both.png", None)
    assert frame.right is not None
    assert frame.image.shape == frame.right.shape == (4, 4, 3)
    assert (frame.image.max(), frame.right.min()) == (0, 200)
    assert frame.image.flags.c_contiguous


def test_a_picture_of_an_odd_width_holds_no_pair() -> None:
    with pytest.raises(SourceError, match="7 pixels wide"):
        split(Frame(np.zeros((4, 7, 3), np.uint8), "odd"), "side-by-side")


def test_two_cameras_are_a_pair_and_others_stay_what_they_are(tmp_path: Path) -> None:
    picture = write_picture(tmp_path / "1.png")
    one, pair = open_with_pairs([picture, "camera:0,camera:1"])
    assert isinstance(pair, LivePairSource)
    assert (one.name, pair.left.name, pair.right.name) == (picture, "camera:0", "camera:1")


@pytest.mark.parametrize(
    ("right", "layout", "message"),
    [
        pytest.param(["b.png"], "side-by-side", "not both", id="both ways at once"),
        pytest.param([], "crossed", "side-by-side or over-under", id="a layout that there is not"),
    ],
)
def test_ways_to_give_pairs_that_cannot_be(tmp_path: Path, right, layout, message) -> None:
    with pytest.raises(SettingError, match=message):
        open_with_pairs([write_picture(tmp_path / "a.png")], right, layout)
