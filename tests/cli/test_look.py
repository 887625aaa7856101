"""`howfar look`, as it is typed, on networks small enough to be worked out by hand."""

import csv
import inspect
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import onnxruntime
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from howfar.cli.app import app, main
from howfar.cli.depth import depth as depth_command
from howfar.cli.look import look as look_command
from howfar.cli.options import DepthModel
from howfar.errors import HowfarError
from howfar.models import DEFAULT_DEPTH, DEFAULT_DETECTOR, Card, RunOptions
from howfar.models.library import FOREGROUND, embedded_path
from howfar.models.session import OnnxSession
from howfar.pipeline.open_methods import DEFAULT_METHOD
from tests.models.onnx_files import constant_detector, joint_network, mean_depth

CARD = 'layout = "yolov8"\nclasses = ["cup", "dog"]\nscore = 0.5\nnms = 0.5'
BOXES = np.array([[(16, 24, 20, 20, 0.9, 0.0), (48, 24, 20, 20, 0.0, 0.8)]], dtype=np.float32).transpose(0, 2, 1)


THREE = np.array(
    [[(16, 13, 20, 20, 0.9, 0.0), (16, 35, 20, 20, 0.7, 0.0), (48, 24, 20, 20, 0.0, 0.8)]], dtype=np.float32
).transpose(0, 2, 1)
"""Two cups and a dog."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with two models, and the picture `two.png`: a cup 2 m away and a dog 5 m away."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    constant_detector(tmp_path / "models", {"out": BOXES}, CARD)
    mean_depth(tmp_path / "models")
    picture(tmp_path / "two.png", 2, 5)
    return tmp_path


def picture(path: Path, left: int, right: int) -> Path:
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(halves(left, right)).save(path)
    return path


def halves(left: int, right: int) -> np.ndarray:
    image = np.empty((96, 128, 3), dtype=np.uint8)
    image[:, :64] = left * 10
    image[:, 64:] = right * 10
    return image


def video(path: Path, frames: int) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        for index in range(frames):
            frame = av.VideoFrame.from_ndarray(halves(2 + index % 20, 24), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


MODELS = ("--detector", "models/detector.onnx", "--depth-model", "models/depth.onnx", "--focal-px", "100")


def look(*words: str, **settings) -> Result:
    result = CliRunner().invoke(app, ["look", *words, *MODELS], **settings)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def scenes(result: Result) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_defaults_shown_in_help_are_the_librarys() -> None:
    defaults = {name: parameter.default for name, parameter in inspect.signature(look_command).parameters.items()}
    assert defaults["detector"] == DEFAULT_DETECTOR
    assert DEFAULT_DEPTH in DepthModel.__metadata__[0].show_default
    assert defaults["method"] == DEFAULT_METHOD
    assert inspect.signature(depth_command).parameters["depth_model"].default == DEFAULT_DEPTH


def test_a_table_and_the_annotated_picture_are_the_default(folder: Path) -> None:
    result = look("two.png")
    assert result.exit_code == 0, result.output
    assert "cup" in result.stdout
    assert "2.0 m" in result.stdout
    drawn = np.asarray(Image.open(folder / "howfar-out" / "two.png"))
    assert drawn.shape == (96, 128, 3)
    assert (drawn != halves(2, 5)).any()


def test_without_out_an_earlier_result_is_never_in_the_way(folder: Path) -> None:
    look("two.png")
    assert look("two.png").exit_code == 0
    assert (folder / "howfar-out" / "two.png").exists()
    assert (folder / "howfar-out-2" / "two.png").exists()


def test_json_of_one_picture_is_one_document_and_writes_no_file(folder: Path) -> None:
    result = look("two.png", "--format", "json", "--max-depth", "3")
    scene = json.loads(result.stdout)
    assert [each["label"] for each in scene["objects"]] == ["cup"]
    assert scene["objects"][0]["depth_m"] == pytest.approx(2.0, abs=0.01)
    assert scene["max_depth_m"] == 3.0
    assert scene["camera"]["origin"] == "given"
    assert sorted(path.name for path in folder.iterdir()) == ["models", "two.png"]


def test_json_of_many_pictures_is_one_array_with_a_scene_a_line(folder: Path) -> None:
    picture(folder / "photos" / "10.png", 4, 8)
    picture(folder / "photos" / "2.png", 3, 7)
    result = look("photos", "two.png", "--format", "json")
    told = [(Path(scene["source"]).name, round(scene["objects"][0]["depth_m"])) for scene in json.loads(result.stdout)]
    assert told == [("2.png", 3), ("10.png", 4), ("two.png", 2)]
    assert len(result.stdout.splitlines()) == 5


@pytest.mark.parametrize(
    ("words", "scenes_there_are"),
    [
        pytest.param(["two.png", "two.png"], 2, id="two pictures"),
        pytest.param(["two.png", "--compare", "median,mean"], 2, id="one picture by two methods"),
        pytest.param(["film.avi", "--every", "2"], 2, id="a video"),
        pytest.param(["film.avi", "two.png"], 4, id="a video and a picture"),
        pytest.param(["two.png", "broken.png"], 1, id="one of two cannot be read"),
        pytest.param(["broken.png", "broken.png"], 0, id="none can be read"),
    ],
)
def test_json_is_one_document_whatever_is_looked_at(folder: Path, words: list[str], scenes_there_are: int) -> None:
    video(folder / "film.avi", 3)
    (folder / "broken.png").write_bytes(b"no picture")
    result = look(*words, "--format", "json")
    assert len(json.loads(result.stdout)) == scenes_there_are


@pytest.mark.parametrize("source", ["two.png", "film.avi"])
def test_where_nothing_is_found_the_table_says_so(folder: Path, source: str) -> None:
    video(folder / "film.avi", 2)
    assert "Nothing was found: a lower --score" in " ".join(look(source, "--score", "0.99").stdout.split())
    assert "Nothing was found" not in look(source).stdout


def test_csv_has_a_row_an_object(folder: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(look("two.png", "two.png", "--format", "csv").stdout)))
    assert [(row["label"], float(row["depth_m"])) for row in rows] == [
        ("cup", pytest.approx(2.0, abs=0.01)),
        ("dog", pytest.approx(5.0, abs=0.01)),
    ] * 2


def test_several_methods_are_drawn_side_by_side(folder: Path) -> None:
    result = look("two.png", "--compare", "central-mean,median,auto", "--out", "drawn", "--format", "jsonl")
    assert [scene["objects"][0]["method"] for scene in scenes(result)] == ["central-mean", "median", "auto"]
    assert 3 * 128 < Image.open(folder / "drawn" / "two.png").width < 4 * 128


@pytest.mark.parametrize("words", [["--show-region"], ["--show-interval"]], ids=["the region", "the interval"])
def test_more_is_drawn_on_request(folder: Path, words: list[str]) -> None:
    picture(folder / "large.png", 2, 5)
    Image.open(folder / "large.png").resize((512, 384)).save(folder / "large.png")
    for name, more in (("plain", []), ("more", words)):
        assert look("large.png", "--out", name, "--format", "jsonl", *more).exit_code == 0
    plain, more = (np.asarray(Image.open(folder / name / "large.png")) for name in ("plain", "more"))
    assert plain.shape == more.shape
    assert (plain != more).any()


def test_help_explains_the_signs() -> None:
    said = look("--help").stdout
    for sign in ("~ its scale", "* and a dashed box", "! the cues", "? it is not known"):
        assert sign in said


@pytest.mark.parametrize(
    ("words", "labels"),
    [
        pytest.param(["--classes", "dog"], ["dog"], id="classes"),
        pytest.param(["--score", "0.85"], ["cup"], id="score"),
        pytest.param(["--upper-threshold", "3"], ["cup", "dog"], id="an upper threshold leaves the dog unknown"),
        pytest.param(
            ["--upper-threshold", "3", "--max-depth", "9"], ["cup"], id="and with a maximum it is not labelled"
        ),
    ],
)
def test_what_is_labelled(folder: Path, words: list[str], labels: list[str]) -> None:
    (scene,) = scenes(look("two.png", "--format", "jsonl", *words))
    assert [each["label"] for each in scene["objects"]] == labels


def test_feet_are_shown_on_request(folder: Path) -> None:
    assert "6.6 ft" in look("two.png", "--units", "ft").stdout


def test_depth_and_point_cloud_are_written(folder: Path) -> None:
    result = look("two.png", "--format", "jsonl", "--save-depth", "--point-cloud", "--out", "all")
    assert result.exit_code == 0, result.output
    names = sorted(path.name for path in (folder / "all").iterdir())
    assert names == ["two.depth-view.png", "two.depth.json", "two.depth.png", "two.ply", "two.png"]
    millimetres = np.asarray(Image.open(folder / "all" / "two.depth.png"))
    assert millimetres.shape == (96, 128)
    assert millimetres[48, 10] == pytest.approx(2000, abs=20)
    assert (folder / "all" / "two.ply").read_bytes().startswith(b"ply\n")


def test_a_depth_map_of_ones_own(folder: Path) -> None:
    np.save("own.npy", np.full((48, 64), 1.25))
    scene = json.loads(look("two.png", "--depth", "own.npy", "--format", "json").stdout)
    assert [each["depth_m"] for each in scene["objects"]] == [1.25, 1.25]
    assert scene["models"]["depth"] == "given"


def test_a_camera_file(folder: Path) -> None:
    Path("cam.toml").write_text("width_px = 64\nheight_px = 48\nfx_px = 100\nfy_px = 100\n")
    words = ["look", "two.png", *MODELS[:-2], "--camera", "cam.toml", "--format", "json"]
    scene = json.loads(CliRunner().invoke(app, words).stdout)
    assert scene["camera"]["fx_px"] == 200.0


def test_a_picture_on_standard_input(folder: Path) -> None:
    result = look("-", "--format", "json", input=(folder / "two.png").read_bytes())
    assert json.loads(result.stdout)["objects"][0]["label"] == "cup"


def test_a_video_gives_a_scene_a_frame_and_a_video(folder: Path) -> None:
    video(folder / "film.avi", 6)
    result = look("film.avi", "--format", "jsonl", "--out", "drawn", "--every", "2")
    assert result.exit_code == 0, result.output
    assert [(scene["frame"], round(scene["objects"][0]["depth_m"])) for scene in scenes(result)] == [
        (0, 2),
        (2, 4),
        (4, 6),
    ]
    with av.open(str(folder / "drawn" / "film.mp4")) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert sum(1 for _ in container.decode(stream)) == 3


def test_a_video_is_summed_up_by_class(folder: Path) -> None:
    video(folder / "film.avi", 4)
    result = look("film.avi")
    assert result.exit_code == 0, result.output
    assert "4 frames looked at" in result.stdout
    assert (folder / "howfar-out" / "film.mp4").exists()


def test_a_video_that_breaks_keeps_what_was_read(folder: Path) -> None:
    path = video(folder / "film.avi", 40)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    result = look("film.avi", "--format", "jsonl", "--out", "drawn")
    assert result.exit_code == 1
    assert "what was read is kept" in result.stderr
    assert 1 <= len(scenes(result)) < 40
    with av.open(str(folder / "drawn" / "film.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == len(scenes(result))


def test_bad_files_in_a_folder_are_named_and_the_good_ones_done(folder: Path) -> None:
    for number in (1, 3):
        picture(folder / "photos" / f"{number}.png", number, 9)
    (folder / "photos" / "2.jpg").write_text("this is no picture")
    (folder / "photos" / "4.png").write_bytes(b"")
    result = look("photos", "--format", "jsonl")
    assert result.exit_code == 1
    assert [round(scene["objects"][0]["depth_m"]) for scene in scenes(result)] == [1, 3]
    assert "2.jpg" in result.stderr
    assert "4.png" in result.stderr
    assert "2 of 4 sources could be done" in result.stderr


def test_existing_results_are_kept_unless_asked(folder: Path) -> None:
    (folder / "drawn").mkdir()
    (folder / "drawn" / "two.png").write_text("mine")
    refused = look("two.png", "--out", "drawn")
    assert refused.exit_code == 1
    assert "--overwrite" in refused.stderr
    assert (folder / "drawn" / "two.png").read_text() == "mine"
    assert look("two.png", "--out", "drawn", "--overwrite").exit_code == 0
    assert Image.open(folder / "drawn" / "two.png").size == (128, 96)


def test_crops_are_called_a_comparison(folder: Path) -> None:
    result = look("two.png", "--depth-on", "crops", "--format", "json")
    assert result.exit_code == 0
    assert "comparison" in result.stderr


@pytest.fixture(params=["relative_inverse", "relative_depth"])
def relative(request, folder: Path) -> tuple[str, ...]:
    """Words that take a relative network, which has the left half of a picture nearer than the right one."""
    (folder / "relative").mkdir()
    mean_depth(folder / "relative", f'kind = "{request.param}"')
    if request.param == "relative_inverse":
        picture(folder / "two.png", 5, 2)
    return ("two.png", "--detector", "models/detector.onnx", "--depth-model", "relative/depth.onnx", "--fov-deg", "60")


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["look", *words], catch_exceptions=True)


def test_a_relative_network_gives_the_order_and_says_how_to_get_metres(relative) -> None:
    result = run(*relative, "--out", "drawn")
    assert result.exit_code == 0, result.output
    cup, dog = (line for line in result.stdout.splitlines() if "cup" in line or "dog" in line)
    assert "1st" in cup
    assert "2nd" in dog
    assert " m " not in cup + dog
    assert "Nearness, 1st the nearest" in result.stdout
    assert "as its anchor" in " ".join(result.stdout.split())
    assert "The camera is" not in result.stdout
    scene = json.loads(run(*relative, "--format", "json").stdout)
    assert [(each["label"], each["nearness_rank"], each["depth_m"]) for each in scene["objects"]] == [
        ("cup", 1, None),
        ("dog", 2, None),
    ]
    assert "or a known distance" in scene["no_metres"]
    (row, _) = csv.DictReader(io.StringIO(run(*relative, "--format", "csv").stdout))
    assert (row["label"], row["nearness_rank"], row["depth_m"]) == ("cup", "1", "")


def aligned(result: Result) -> tuple[list[float], dict]:
    assert result.exit_code == 0, result.output
    scene = json.loads(result.stdout)
    assert scene["no_metres"] is None
    assert [each["nearness_rank"] for each in scene["objects"]] == [None, None]
    assert all(each["low_m"] < each["depth_m"] < each["high_m"] for each in scene["objects"])
    return [round(each["range_m"], 1) for each in scene["objects"]], scene["alignment"]


def test_known_distances_give_metres(relative) -> None:
    ranges_m, alignment = aligned(run(*relative, "--known", "cup=2", "--known", "2=5", "--format", "json"))
    assert ranges_m == [2.0, 5.0]
    assert (alignment["evidence"], alignment["points"]) == (["known"], 2)
    said = run(*relative, "--known", "cup=2", "--known", "2=5").stdout
    assert "aligned to known distances: 2 points" in " ".join(said.split())


def test_depth_points_give_metres(relative, folder: Path) -> None:
    points = np.zeros((48, 64), dtype=np.uint16)
    points[::6, 4:32:9], points[::6, 36:64:9] = 2000, 5000
    Image.fromarray(points).save(folder / "points.png")
    _, alignment = aligned(run(*relative, "--depth-points", "points.png", "--format", "json"))
    assert alignment["evidence"] == ["points"]
    assert run(*relative, "--depth-points", "points.png", "--max-depth", "3", "--format", "json").exit_code == 0


def test_sizes_of_three_things_give_metres(relative, folder: Path) -> None:
    (folder / "three").mkdir()
    constant_detector(folder / "three", {"out": THREE}, CARD)
    (folder / "sizes.toml").write_text("[cup]\nheight_m = 0.6\nlog_sd = 0.1\n[dog]\nheight_m = 1.6\nlog_sd = 0.1\n")
    words = [word.replace("models/", "three/") for word in relative]
    result = run(*words, "--sizes", "sizes.toml", "--format", "json")
    scene = json.loads(result.stdout)
    assert (scene["alignment"]["evidence"], scene["alignment"]["points"]) == (["size"], 3)
    assert [each["label"] for each in scene["objects"]] == ["cup", "cup", "dog"]


def test_a_metric_network_anchors_a_relative_one(folder: Path) -> None:
    (folder / "relative").mkdir()
    mean_depth(folder / "relative", 'kind = "relative_depth"')
    words = (
        "two.png",
        "--detector",
        "models/detector.onnx",
        "--focal-px",
        "100",
        "--depth-model",
        "relative/depth.onnx",
    )
    _, alignment = aligned(run(*words, "--anchor", "models/depth.onnx", "--format", "json"))
    assert alignment["evidence"] == ["anchor"]
    said = run(*words, "--anchor", "models/depth.onnx").stdout
    assert "aligned to the map of a metric network (depth)" in " ".join(said.split())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["--max-depth", "3"], "A maximum depth needs metres", id="a maximum"),
        pytest.param(["--anchor", "relative/depth.onnx"], "is a relative depth network", id="a relative anchor"),
        pytest.param(["--anchor", "none.onnx"], "no model file none.onnx", id="an anchor that is not there"),
        pytest.param(["--known", "cat=2"], "knows no class 'cat'", id="an unknown class"),
        pytest.param(["--known", "3=2"], "There is no object 3: there are 1 (cup), 2 (dog)", id="a number too high"),
        pytest.param(["--known", "cup=2", "two.png"], "--known goes with one picture", id="known in two pictures"),
        pytest.param(["--depth-points", "none.npy"], "no depth file none.npy", id="points that are not there"),
        pytest.param(["--depth-on", "crops"], "each crop would have a scale of its own", id="crops"),
        pytest.param(["--upper-threshold", "3"], "has no metres", id="a threshold"),
    ],
)
def test_what_a_relative_network_cannot_do_is_told_in_one_sentence(relative, words: list[str], says: str) -> None:
    result = run(*relative, *words, "--format", "json")
    assert result.exit_code != 0
    told = str(result.exception) if isinstance(result.exception, HowfarError) else result.stderr
    assert says in told
    assert len(told.splitlines()) == 1
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["none.png"], "There is no file or folder none.png", id="a missing file"),
        pytest.param(["two.png", "--method", "average"], "No ranging method", id="an unknown method"),
        pytest.param(["two.png", "--classes", "cat"], "knows no class 'cat'", id="an unknown class"),
        pytest.param(["two.png", "--max-depth", "-1"], "above 0 metres", id="a negative maximum"),
        pytest.param(["two.png", "--fov-deg", "60"], "Give the camera once", id="two cameras"),
        pytest.param(["two.png", "--provider", "abacus"], "is not installed", id="a provider that is not there"),
        pytest.param(["two.png", "two.png", "--depth", "d.npy"], "goes with one picture", id="one depth map for two"),
        pytest.param(["two.png", "--depth", "d.npy"], "d.npy", id="a depth map that is not there"),
        pytest.param(["two.png", "--out", "."], "would replace it", id="a result on top of its source"),
        pytest.param(["two.png", "--known", "cup=2"], "is metric, and an anchor", id="what is known, for metres"),
    ],
)
def test_what_cannot_be_is_told_in_one_sentence(folder: Path, words: list[str], says: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "howfar", "look", *words, *MODELS], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["models", "two.png"]


@pytest.mark.parametrize(
    ("words", "options"),
    [
        pytest.param(["--threads", "1"], RunOptions(1), id="threads"),
        pytest.param(["--provider", "cpu"], RunOptions(None, "cpu"), id="a provider"),
        pytest.param(["--method", "median,auto", "--threads", "2"], RunOptions(2), id="threads, with several methods"),
        pytest.param(
            ["--engine", "onnxruntime", "--precision", "fp32"],
            RunOptions(engine="onnxruntime", precision="fp32"),
            id="an engine and a precision",
        ),
        pytest.param([], RunOptions(), id="nothing"),
    ],
)
def test_how_networks_run_reaches_all_three(
    folder: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], options: RunOptions
) -> None:
    opened: dict[str, RunOptions] = {}

    def spying(session: OnnxSession, path: Path, card: Card, how: RunOptions) -> None:
        opened[path.stem] = how
        untouched(session, path, card, how)

    untouched = OnnxSession.__init__
    monkeypatch.setattr(OnnxSession, "__init__", spying)
    assert look("two.png", "--format", "json", *words).exit_code == 0
    assert opened == {"detector": options, "depth": options, embedded_path(FOREGROUND).stem: options}


def test_threads_are_those_of_every_session(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[int] = []

    def spying(path: str, settings: onnxruntime.SessionOptions, **more: object) -> onnxruntime.InferenceSession:
        threads.append(settings.intra_op_num_threads)
        return untouched(path, settings, **more)

    untouched = onnxruntime.InferenceSession
    monkeypatch.setattr(onnxruntime, "InferenceSession", spying)
    assert look("two.png", "--format", "json", "--threads", "1").exit_code == 0
    assert threads == [1, 1, 1]


def test_no_source_and_nobody_to_ask_is_a_usage_error(folder: Path) -> None:
    result = look(input="")
    assert result.exit_code == 2
    assert "name a picture" in result.stderr


def test_ctrl_c_keeps_the_frames_that_are_done(folder: Path) -> None:
    video(folder / "film.avi", 200)
    words = ["film.avi", "--format", "jsonl", "--out", "drawn", *MODELS]
    running = subprocess.Popen(
        [sys.executable, "-m", "howfar", "look", *words],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a job in the background may ignore it
    )
    assert running.stdout is not None
    seen = [running.stdout.readline() for _ in range(3)]
    running.send_signal(signal.SIGINT)
    rest, _ = running.communicate(timeout=30)
    assert running.returncode != 0
    assert all(json.loads(line)["objects"] for line in seen)
    assert [path.name for path in (folder / "drawn").iterdir()] == ["film.mp4"]
    with av.open(str(folder / "drawn" / "film.mp4")) as container:
        count = sum(1 for _ in container.decode(video=0))
    assert 3 <= count < 200, "the pipe holds fewer lines than the film has frames, so it cannot have come to its end"
    assert "Traceback" not in rest


def test_results_go_where_they_are_piped_while_the_progress_bar_is_at_the_terminal(folder: Path) -> None:
    pty = pytest.importorskip("pty", reason="needs a pseudo-terminal, which this system has not")
    for number in (1, 2, 3):
        picture(folder / "photos" / f"{number}.png", number, 9)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "howfar", "look", "photos", "--format", "jsonl", *MODELS]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, text=True)
    os.close(theirs)
    output, _ = running.communicate(timeout=30)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert [round(json.loads(line)["objects"][0]["depth_m"]) for line in output.splitlines()] == [1, 2, 3]
    assert "Looking" in shown
    assert "objects" not in shown


def test_asked_at_a_terminal_it_looks_at_what_is_answered(folder: Path) -> None:
    pty = pytest.importorskip("pty", reason="needs a pseudo-terminal, which this system has not")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "howfar", "look", "--format", "json", *MODELS]
    running = subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    os.close(theirs)
    os.write(ours, b"two.png\n3\n")
    output, errors = running.communicate(timeout=30)
    os.close(ours)
    assert running.returncode == 0, errors
    scene = json.loads(output[output.index("{") :])
    assert [each["label"] for each in scene["objects"]] == ["cup"]


@pytest.mark.parametrize("depth", [(), ("--depth-model", "models/joint.onnx")], ids=["as the detector", "twice"])
def test_a_joint_network_tells_both(folder: Path, depth: tuple[str, ...]) -> None:
    joint_network(folder / "models")
    noise = np.random.default_rng(1).integers(0, 255, (96, 128, 3), dtype=np.uint8)
    Image.fromarray(noise).save(folder / "noise.png")
    named = ["--detector", "models/joint.onnx", *depth, "--format", "json"]
    result = CliRunner().invoke(app, ["look", "noise.png", *named])
    scene = json.loads(result.stdout)
    assert (scene["models"]["detector"], scene["models"]["depth"]) == ("joint", "joint")
    assert set(scene["timing_ms"]) >= {"perceive"}
    assert len(scene["objects"]) > 0


def test_one_missing_file_among_several_does_not_stop_the_others(folder: Path) -> None:
    result = look("two.png", "gone.png", "[::1]://x", "two.png", "--format", "jsonl")
    assert result.exit_code == 1
    assert [scene["source"] for scene in scenes(result)] == ["two.png", "two.png"]
    assert "There is no file or folder gone.png" in result.stderr
    assert "2 of 4 sources could be done." in result.stderr


@pytest.mark.parametrize(
    "option",
    [
        *("--camera", "--sizes", "--depth", "--depth-points", "--out", "--detector", "--depth-model", "--anchor"),
        *("--method", "--cues", "--classes", "--known", "--provider"),
    ],
)
@pytest.mark.parametrize("ending", ["", ".onnx", ".toml"])
def test_an_option_of_three_hundred_letters_is_one_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, option: str, ending: str, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["howfar", "look", "two.png", *MODELS[:-2], option, "x" * 300 + ending])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code in (1, 2)
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["--max-depth", "nan"], "max_depth_m must be a finite number, not nan", id="a maximum"),
        pytest.param(["--focal-px", "inf"], "focal_px must be a finite number, not inf", id="a focal length"),
        pytest.param(["--score", "nan"], "score must be a finite number, not nan", id="a score"),
        pytest.param(["--nms", "nan"], "nms must be a finite number, not nan", id="an overlap"),
        pytest.param(["--horizon", "nan"], "horizon_px must be a finite number", id="a horizon"),
        pytest.param(["--camera-height", "inf"], "camera_height_m must be a finite number", id="a height"),
        pytest.param(["--method", "median", "--shrink", "nan"], "shrink must be a finite number", id="a share"),
        pytest.param(["--known", "cup=nan"], "known must be a finite number", id="a known distance"),
        pytest.param(["--classes", "2"], "knows the classes 0 to 1, and no 2", id="a class beyond the last"),
    ],
)
def test_numbers_that_are_none_are_told_in_one_sentence(folder: Path, words: list[str], says: str) -> None:
    result = CliRunner().invoke(app, ["look", "two.png", *MODELS[:-2], *words])
    assert isinstance(result.exception, HowfarError)
    assert says in str(result.exception)


@pytest.mark.parametrize("format_", ["json", "jsonl", "csv", "table"])
def test_an_infinite_maximum_is_none_in_every_format(folder: Path, format_: str) -> None:
    bounds = ("--method", "median", "--upper-threshold", "inf", "--classes", "0,dog")
    result = look("two.png", "--max-depth", "inf", *bounds, "--format", format_)
    assert result.exit_code == 0, result.stderr
    assert "cup" in result.stdout
    assert "dog" in result.stdout


def test_names_of_eighty_chinese_letters_get_all_their_files(folder: Path) -> None:
    picture(folder / ("椅" * 82 + ".png"), 2, 5)
    result = look("椅" * 82 + ".png", "two.png", "--save-depth", "--point-cloud", "--out", "all")
    assert result.exit_code == 0, result.stderr
    assert len(list((folder / "all").iterdir())) == 10


def test_tiles_are_suggested_for_a_large_picture_and_look_at_its_parts(folder: Path) -> None:
    Image.fromarray(np.full((480, 640, 3), 20, dtype=np.uint8)).save(folder / "large.png")
    assert "10 times smaller: --tiles finds small objects too" in " ".join(look("large.png").stdout.split())
    assert "--tiles" not in look("two.png").stdout
    tiled = look("large.png", "--tiles")
    assert "--tiles" not in tiled.stdout
    assert tiled.stdout.count("cup") > 10
