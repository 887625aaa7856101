import io
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from howfar.errors import SettingError, SourceError
from howfar.sources.kinds import AddressSource, expected_frames
from howfar.sources.opening import open_sources
from tests.io.videos import column_of, picture, write_video
from tests.sources.server import serving


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def write_picture(path, level=100):
    Image.new("RGB", (8, 6), (level, level, level)).save(path)
    return path


@pytest.fixture
def folder(tmp_path):
    """A folder as people have them: numbered pictures, a video, and things that are neither."""
    for name in ("photo10.jpg", "photo2.jpg", "Photo1.JPG", "b.png", ".hidden.jpg"):
        write_picture(tmp_path / name)
    write_video(tmp_path / "clip3.mp4", 4)
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "inner.jpg").mkdir()
    write_picture(tmp_path / "inner.jpg" / "deep.jpg")
    return tmp_path


VIDEOS = [
    ("a.h264", "libx264"),
    ("a.264", "libx264"),
    ("a.ivf", "libvpx"),
    ("a.mxf", "mpeg2video"),
    ("a.nut", "libx264"),
    ("a.vob", "mpeg2video"),
    ("a.m2v", "mpeg2video"),
    ("a.asf", "wmv2"),
    ("a.f4v", "libx264"),
    ("a.3g2", "mpeg4"),
    ("a.m2ts", "libx264"),
    ("a.ts", "libx264"),
]


@pytest.mark.parametrize(("name", "codec"), VIDEOS, ids=[name for name, _ in VIDEOS])
def test_a_video_is_known_by_its_ending_and_by_its_beginning(tmp_path, name, codec):
    path = write_video(tmp_path / name, 4, codec)
    nameless = path.rename(tmp_path / "film")
    (source,) = open_sources([str(nameless)])
    assert source.is_stream
    assert [column_of(frame.image) for frame in source.frames()] == [0, 1, 2, 3]
    nameless.rename(path)
    (source,) = open_sources([str(tmp_path)])
    assert source.is_stream


def test_a_file_of_jpeg_pictures_is_a_video(tmp_path):
    pictures = [Image.fromarray(picture(index)) for index in range(4)]
    with (tmp_path / "a.mjpg").open("wb") as file:
        for each in pictures:
            each.save(file, "jpeg")
    (source,) = open_sources([str(tmp_path / "a.mjpg")])
    assert [column_of(frame.image) for frame in source.frames()] == [0, 1, 2, 3]


def test_an_address_that_ends_as_a_file_of_jpeg_pictures_is_the_stream_of_a_camera():
    (source,) = open_sources(["http://camera/video.mjpg"])
    assert isinstance(source, AddressSource)


def names(sources):
    return [Path(source.name).name for source in sources]


def level(frame):
    return round(float(frame.image.mean()))


def test_a_picture(tmp_path):
    path = write_picture(tmp_path / "a.png", 70)
    (source,) = open_sources([str(path)])
    assert (source.name, source.path, source.is_stream, source.frame_count, source.fps) == (
        str(path),
        path,
        False,
        1,
        None,
    )
    (frame,) = source.frames(every=10)
    assert (level(frame), frame.source, frame.index) == (70, str(path), None)


def test_a_video(tmp_path):
    path = write_video(tmp_path / "a.mp4", 12)
    (source,) = open_sources([str(path)])
    assert (source.name, source.path, source.is_stream, source.frame_count, source.fps) == (
        str(path),
        path,
        True,
        12,
        30.0,
    )
    assert [frame.index for frame in source.frames(5)] == [0, 5, 10]
    assert [frame.source for frame in source.frames(5)] == [str(path)] * 3


@pytest.mark.parametrize(("make", "name"), [(write_picture, "b.png"), (write_video, "b.mp4")], ids=["picture", "video"])
def test_the_name_is_what_the_user_typed(tmp_path, monkeypatch, make, name):
    monkeypatch.chdir(tmp_path)
    make(tmp_path / name)
    (source,) = open_sources([f"./{name}"])
    assert source.name == f"./{name}"
    assert next(source.frames()).source == f"./{name}"


@pytest.mark.parametrize(("make", "stream"), [(write_picture, False), (write_video, True)], ids=["picture", "video"])
def test_without_an_ending_the_first_bytes_tell(tmp_path, make, stream):
    made = make(tmp_path / ("a.mp4" if stream else "a.png"))
    made.rename(tmp_path / "a")
    (source,) = open_sources([str(tmp_path / "a")])
    assert source.is_stream is stream
    assert next(source.frames()).image.shape[2] == 3


def test_a_folder_in_natural_order_without_hidden_files_and_folders(folder):
    sources = open_sources([str(folder)])
    assert names(sources) == ["b.png", "clip3.mp4", "Photo1.JPG", "photo2.jpg", "photo10.jpg"]
    assert [source.is_stream for source in sources] == [False, True, False, False, False]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("photo*.jpg", ["photo2.jpg", "photo10.jpg"]),
        ("photo?.jpg", ["photo2.jpg"]),
        ("*3.*", ["clip3.mp4"]),
        ("**/deep.jpg", ["deep.jpg"]),
        ("[b]*", ["b.png"]),
    ],
)
def test_a_glob(folder, pattern, expected):
    assert names(open_sources([str(folder / pattern)])) == expected


def test_a_file_whose_name_looks_like_a_glob(tmp_path):
    write_picture(tmp_path / "a[1].png")
    assert names(open_sources([str(tmp_path / "a[1].png")])) == ["a[1].png"]


def test_the_home_folder_in_a_quoted_glob(folder, monkeypatch):
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    assert names(open_sources(["~/photo*.jpg"])) == ["photo2.jpg", "photo10.jpg"]


def test_several_in_the_order_given_and_duplicates_stay(folder):
    b, photo = str(folder / "b.png"), str(folder / "photo2.jpg")
    assert [source.name for source in open_sources([photo, b, photo])] == [photo, b, photo]


def test_nothing_is_read_before_it_is_asked_for(folder, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("opened too early")

    monkeypatch.setattr("howfar.sources.opening.read_picture", refuse)
    for name in ("VideoFile", "fetch", "fetch_into", "content_type", "open_address"):
        monkeypatch.setattr(f"howfar.sources.kinds.{name}", refuse)
    monkeypatch.setattr("howfar.sources.piped._Pipe", refuse)
    specs = [
        str(folder),
        "http://127.0.0.1:1/a.jpg",
        "http://127.0.0.1:1/a.mp4",
        "http://127.0.0.1:1/live.m3u8",
        "http://127.0.0.1:1/cam",
        "-",
        "0",
        "camera:0",
        "rtsp://127.0.0.1:1/",
    ]
    assert len(open_sources(specs)) == 13


@pytest.mark.parametrize("name", ["photo2.jpg", "clip3.mp4"])
def test_one_bad_file_in_a_folder_complains_for_itself_alone(folder, name):
    (folder / name).write_bytes(b"")
    done, complaints = [], []
    for source in open_sources([str(folder)]):
        assert source.fps in (None, 30.0)
        try:
            done.append(next(source.frames()).source)
        except SourceError as error:
            complaints.append((source.frame_count, str(error)))
    assert len(done) == 4
    ((count, complaint),) = complaints
    assert complaint.startswith(f"{folder / name} is empty")
    assert count == (1 if name.endswith(".jpg") else None)


@pytest.mark.skipif(sys.platform == "win32", reason="needs symbolic links")
def test_a_link_that_leads_nowhere_is_named(folder):
    (folder / "a.jpg").symlink_to(folder / "gone.jpg")
    source = open_sources([str(folder)])[0]
    with pytest.raises(SourceError, match=r"There is no file .*a\.jpg"):
        next(source.frames())


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("photo3.jpg", r"There is no file or folder .*photo3\.jpg: did you mean .*photo2\.jpg\?$"),
        ("zzz", r"There is no file or folder .*zzz: check the name"),
        ("no/such.jpg", r"there is no folder .*no either"),
        ("*.bmp", r"No file matches .*\*\.bmp: check the pattern"),
        ("inner.*g/none*", "No file matches"),
        ("empty", "The folder .*empty holds no picture or video"),
        ("x" * 5000, "(cannot be looked up|There is no file)"),
    ],
    ids=[
        "a likely name",
        "no likely name",
        "no such folder",
        "no match",
        "no match deeper",
        "empty folder",
        "too long",
    ],
)
def test_missing_paths(folder, spec, told):
    (folder / "empty").mkdir()
    (folder / "empty" / "notes.txt").write_text("hello")
    with pytest.raises(SourceError, match=told):
        open_sources([str(folder / "b.png"), str(folder / spec)])


def test_one_that_is_missing_stops_the_others_only_if_it_is_to(folder):
    specs = [str(folder / "b.png"), str(folder / "gone.jpg"), "ftp://me:secret@host/a", str(folder / "photo2.jpg")]
    with pytest.raises(SourceError, match=r"gone\.jpg"):
        open_sources(specs)
    opened = open_sources(specs, each_alone=True)
    assert [source.name for source in opened] == [specs[0], specs[1], "ftp://host/a", specs[3]]
    assert [source.frame_count for source in opened] == [1, 1, 1, 1]
    for source in (opened[0], opened[3]):
        next(source.frames())
    for source, told in ((opened[1], "There is no file"), (opened[2], "howfar knows http")):
        with pytest.raises(SourceError, match=told):
            next(source.frames())
    with pytest.raises(SourceError, match=r"gone\.jpg"):
        open_sources(specs[1:2], each_alone=True)


@pytest.mark.skipif(sys.platform == "win32", reason="needs symbolic links")
def test_a_link_to_nothing_is_called_that(folder):
    (folder / "a.jpg").symlink_to("gone.jpg")
    with pytest.raises(SourceError, match=r"a\.jpg is a link to gone\.jpg, and that is not there"):
        open_sources([str(folder / "a.jpg")])


def test_programs_in_a_folder_are_no_videos(folder):
    (folder / "app.ts").write_text("export const answer: number = 42;\n")
    (folder / "mod.mts").write_text("// ünïcode\n")
    write_video(folder / "film.ts", 2, codec="mpeg2video")
    assert [name for name in names(open_sources([str(folder)])) if name.endswith("ts")] == ["film.ts"]


@pytest.mark.parametrize(
    "pattern",
    [
        "trip [2024]/*.png",
        "trip [2024]/*",
        "trip [[]2024]/*.png",
        "*/b.png",
        "trip [2024]/[a-c].png",
        "trip [2024]/x*y/../b.png",
        "**/b.png",
    ],
)
def test_brackets_of_a_folder_stand_for_themselves(tmp_path, pattern):
    (tmp_path / "trip [2024]" / "x*y").mkdir(parents=True)
    write_picture(tmp_path / "trip [2024]" / "b.png")
    assert names(open_sources([str(tmp_path / pattern)])) == ["b.png"]


@pytest.mark.parametrize("spec", ["~nosuchuser/a.jpg", "http://[::1", "rtsp://[::1", "http://a]b/c.mp4", "a" * 300])
def test_what_cannot_be_looked_up_is_one_sentence(spec):
    with pytest.raises(SourceError):
        next(open_sources([spec])[0].frames())


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("", "An empty name"),
        ("ftp://host/a.jpg", "ftp://a?.*howfar knows http, https and rtsp"),
        ("file:///a.jpg", "begins with file://"),
        ("camera:front", "names no live source"),
        ("rtsp://", "names no live source"),
    ],
)
def test_specs_of_no_known_kind(spec, told):
    with pytest.raises(SourceError, match=told):
        open_sources([spec])


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may look into every folder")
def test_a_folder_that_may_not_be_looked_into(tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(0)
    with pytest.raises(SourceError, match="cannot be looked up"):
        open_sources([str(locked)])


def test_a_folder_that_cannot_be_listed(tmp_path, monkeypatch):
    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(tmp_path), "iterdir", refuse)
    with pytest.raises(SourceError, match=r"cannot be looked up \(Permission denied\)"):
        open_sources([str(tmp_path)])


def test_live_sources():
    camera, stream = open_sources(["camera:1", "rtsp://host/live"])
    for source, name in ((camera, "camera:1"), (stream, "rtsp://host/live")):
        assert (source.name, source.path, source.is_stream, source.frame_count, source.fps) == (
            name,
            None,
            True,
            None,
            None,
        )
    with pytest.raises(SettingError, match="at least 1"):
        next(camera.frames(0))


def png(level_):
    buffer = io.BytesIO()
    Image.new("RGB", (8, 6), (level_,) * 3).save(buffer, "PNG")
    return buffer.getvalue()


def test_standard_input():
    (source,) = open_sources(["-"], stdin=io.BytesIO(png(40)))
    assert (source.name, source.path, source.is_stream) == ("-", None, False)
    frame = next(source.frames())
    assert (level(frame), frame.source) == (40, "-")


def test_standard_input_of_the_process(tmp_path):
    code = "from howfar.sources.opening import open_sources; print(next(open_sources(['-'])[0].frames()).image.mean())"
    run = subprocess.run([sys.executable, "-c", code], input=png(30), capture_output=True, check=True)
    assert float(run.stdout) == 30.0


class Keyboard(io.BytesIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stdin", "told"),
    [
        (io.BytesIO(b""), "- is empty where a picture was expected"),
        (io.BytesIO(b"hello"), "- holds text"),
        (Keyboard(), "Standard input is the keyboard"),
    ],
    ids=["empty", "text", "keyboard"],
)
def test_bad_standard_input(stdin, told):
    (source,) = open_sources(["-"], stdin=stdin)
    with pytest.raises(SourceError, match=told):
        next(source.frames())


def test_addresses(tmp_path):
    video = write_video(tmp_path / "a.mp4", 6).read_bytes()
    with serving({"a.png": png(20), "a.mp4": video, "bad.png": b"hello", "bad.mp4": b"hello"}) as server:
        specs = [f"{server.url}/good/{name}" for name in ("a.png", "a.mp4", "bad.png", "bad.mp4")]
        picture, clip, bad_picture, bad_clip = open_sources(specs)
        assert server.asked == []
        assert (picture.is_stream, picture.path, level(next(picture.frames()))) == (False, None, 20)
        assert (clip.is_stream, clip.path, clip.frame_count, clip.fps) == (True, None, None, None)
        frames = list(clip.frames(every=2))
        assert [(frame.index, frame.source) for frame in frames] == [(0, specs[1]), (2, specs[1]), (4, specs[1])]
        assert np.ptp(frames[0].image) > 100
        for bad in (bad_picture, bad_clip):
            with pytest.raises(SourceError, match=f"{bad.name} holds text"):
                next(bad.frames())


def test_a_fetched_video_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    with serving({"a.mp4": write_video(tmp_path / "a.mp4", 6).read_bytes()}) as server:
        (clip,) = open_sources([f"{server.url}/good/a.mp4"])
        frames = clip.frames()
        next(frames)
        assert list((tmp_path / "tmp").iterdir())
        frames.close()
    assert not list((tmp_path / "tmp").iterdir())


def test_heavy_libraries_are_not_imported_with_the_door():
    code = "import sys, howfar.sources.opening; print({'av', 'cv2', 'PIL', 'httpx'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("stated", "every", "expected"),
    [
        pytest.param(10, 1, 10, id="every frame"),
        pytest.param(10, 3, 4, id="the frames 0, 3, 6 and 9"),
        pytest.param(None, 3, None, id="a source that does not tell"),
    ],
)
def test_how_many_frames_to_expect(stated, every, expected):
    assert expected_frames(SimpleNamespace(frame_count=stated), every) == expected


def test_a_closed_standard_input_gets_a_sentence(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    (source,) = open_sources(["-"])
    with pytest.raises(SourceError, match="Standard input is closed"):
        next(source.frames())


@pytest.mark.parametrize("url", ["http://[::1", "http://[::1/clip.mp4"])
def test_an_address_that_is_none_is_a_source_that_fails_alone(url):
    (source,) = open_sources([url])
    with pytest.raises(SourceError, match="is no address that can be fetched"):
        next(source.frames())


def test_the_home_of_nobody_is_no_folder():
    with pytest.raises(SourceError, match=r"There is no file or folder ~nosuchuser/a\.jpg"):
        open_sources(["~nosuchuser/a.jpg"])
