"""`howfar compare`."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from howfar.cli.app import app
from howfar.errors import HowfarError, ModelError, OutputError, SettingError, SourceError
from howfar.evaluation.comparison import footprint
from howfar.io.exif import DIGITAL_ZOOM_RATIO, EXIF_IFD, FOCAL_LENGTH, FOCAL_LENGTH_35MM
from tests.datasets.folders import write_described_depth
from tests.models.onnx_files import mean_depth


def run(*arguments: str | Path) -> str:
    """What the command prints; its refusals are raised."""
    result = CliRunner().invoke(app, ["compare", *map(str, arguments)])
    if isinstance(result.exception, HowfarError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return " ".join(result.output.replace("│", " ").split())


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.open(encoding="utf-8", newline="")))


@pytest.fixture(autouse=True)
def memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fresh process a network takes its time; the measuring has tests of its own."""
    monkeypatch.setattr(footprint, "peak_memory_mb", lambda *_: 123.4)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Networks metric/depth.onnx and relative/depth.onnx, and pictures a and b of greys 10 to 40 with their depth."""
    for kind, card in (("metric", "metres"), ("relative", "relative_depth")):
        (tmp_path / kind).mkdir()
        mean_depth(tmp_path / kind, f'kind = "{card}"')
    for name, brighter in (("a", 0), ("b", 10)):
        grey = np.tile(np.linspace(10, 30, 64).round().astype(np.uint8) + brighter, (48, 1))
        Image.fromarray(np.stack([grey] * 3, axis=-1)).save(tmp_path / f"{name}.png")
        np.save(tmp_path / f"{name}.npy", (grey / 5).astype(np.float32))
    np.save(tmp_path / "small.npy", np.ones((24, 32)))
    (tmp_path / "broken.png").write_bytes(b"no picture")
    (tmp_path / "there.csv").touch()
    return tmp_path


def test_pictures_with_truths(here: Path) -> None:
    output = run(
        *(here / "a.png", here / "b.png", "--models", f"{here}/metric/depth.onnx,{here}/relative/depth.onnx"),
        *("--truth", here / "a.npy", "--truth", here / "b.npy", "--csv", here / "a.csv", "--html", here / "a.html"),
    )
    assert "the true depth" in output
    assert "123.4 MB" in output
    metric, relative = rows(here / "a.csv")
    # The networks give the grey over 10, half of the truth; the relative one is fitted to it.
    assert (metric["alignment"], relative["alignment"]) == ("none", "least-squares")
    assert float(metric["rel"]) == pytest.approx(0.5, abs=0.01)
    assert float(relative["rel"]) == pytest.approx(0.0, abs=0.02)
    assert {metric["images"], relative["images"]} == {"2"}
    # Two files of one name are told apart by their paths.
    assert [metric["model"], relative["model"]] == [f"{here}/{kind}/depth.onnx" for kind in ("metric", "relative")]
    page = (here / "a.html").read_text(encoding="utf-8")
    assert page.count("<img ") == 4
    assert "a.png: depth in metres" in page


def test_metres_come_with_what_is_doubtful_about_their_camera(here: Path) -> None:
    tags = Image.Exif()
    tags.get_ifd(EXIF_IFD).update({FOCAL_LENGTH_35MM: 26, FOCAL_LENGTH: 4.25, DIGITAL_ZOOM_RATIO: 1.5})
    Image.open(here / "a.png").save(here / "zoomed.jpg", exif=tags)
    words = ("--models", f"{here}/metric/depth.onnx", "--truth", here / "a.npy", "--truth", here / "b.npy")
    output = run(here / "zoomed.jpg", here / "b.png", *words)
    assert "zoomed.jpg: The camera is doubtful: EXIF does not say" in output
    assert "b.png: The camera is assumed" in output


def test_without_a_truth_the_network_in_metres_is_the_yardstick(here: Path) -> None:
    run(here / "a.png", "--models", f"{here}/relative/depth.onnx,{here}/metric/depth.onnx", "--csv", here / "a.csv")
    assert {row["compared_with"] for row in rows(here / "a.csv")} == {f"{here}/metric/depth.onnx"}


def test_what_is_in_metres_is_aligned_where_that_is_asked_for(here: Path) -> None:
    run(
        *(here / "a.png", "--models", here / "metric/depth.onnx", "--truth", here / "a.npy"),
        *("--align", "median", "--csv", here / "a.csv"),
    )
    (row,) = rows(here / "a.csv")
    assert row["alignment"] == "median"
    assert float(row["rel"]) == pytest.approx(0.0, abs=0.02)


def test_a_data_set_of_any_folder(here: Path) -> None:
    data = write_described_depth(here / "set")
    output = run(
        *("--data", data, "--split", "all", "--every", "2", "--cap-m", "7", "--models", here / "metric/depth.onnx"),
        *("--csv", here / "a.csv"),
    )
    (row,) = rows(here / "a.csv")
    assert (row["images"], row["most_m"], row["compared_with"]) == ("2", "7.0", "the truth")
    assert "one picture in 2" in output
    assert "not measured" in output


def test_rendered_glass_and_mirrors_are_measured(tmp_path: Path) -> None:
    pytest.importorskip("embreex", reason="needs the extra `synth`")
    # The first room of this seed has a window and a mirror; other rooms may take another seed.
    settings = ("--scenes", "1", "--seed", "32", "--kind", "rooms", "--size", "64x48", "--workers", "1")
    made = CliRunner().invoke(app, ["synth", "--out", str(tmp_path / "set"), *settings])
    assert made.exit_code == 0, made.output
    run(
        *("--data", tmp_path / "set", "--split", "train", "--models", mean_depth(tmp_path, 'kind = "metres"')),
        *("--csv", tmp_path / "a.csv"),
    )
    (row,) = rows(tmp_path / "a.csv")
    assert all(0 < float(row[name]) < 20 for name in ("rel_glass", "rel_beside_glass", "rel_mirrors"))
    assert 0 <= float(row["boundary_f1"]) <= 1


def test_without_the_page_no_picture_is_drawn(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[object] = []
    monkeypatch.setattr("howfar.evaluation.comparison.pictures.draw_networks", lambda each: drawn.append(each) or [])
    words = (here / "a.png", "--models", here / "metric/depth.onnx", "--truth", here / "a.npy")
    run(*words)
    assert len(drawn) == 0
    run(*words, "--html", here / "page.html")
    assert len(drawn) == 1


@pytest.mark.parametrize(
    ("arguments", "refusal", "says"),
    [
        pytest.param("{}/a.png", SettingError, "at least 2 depth networks", id="no network"),
        pytest.param("{}/a.png --models {m}", SettingError, "or give a truth", id="one network without a truth"),
        pytest.param("{}/a.png --models {m},{m}", SettingError, "more than once", id="one network twice"),
        pytest.param("{}/a.png --models {m},gone", ModelError, "'gone'", id="an unknown network"),
        pytest.param("{}/a.png --models {m},nanodet-g", ModelError, "not a depth network", id="a detector"),
        pytest.param("--models {m},{r}", SettingError, "name pictures", id="no picture"),
        pytest.param("{}/a.png --data {} --models {m},{r}", SettingError, "or give --data", id="pictures and a set"),
        pytest.param("{}/gone.png --models {m},{r}", SourceError, "gone.png", id="a missing picture"),
        pytest.param("{}/broken.png --models {m},{r}", SourceError, "broken.png", id="an unreadable picture"),
        pytest.param("{}/a.png --models {m} --truth {}/small.npy", SettingError, "32×24", id="a truth of another size"),
        pytest.param("{}/a.png --models {m} --truth {}/gone.npy", SourceError, "gone.npy", id="a missing truth"),
        pytest.param("{}/a.png {}/b.png --models {m} --truth {}/a.npy", SettingError, "depth maps: 1", id="few truths"),
        pytest.param("{}/a.png --models {m},{r} --align median", SettingError, "give --truth", id="align to nothing"),
        pytest.param("{}/a.png --models {m},{r} --cap-m 0", SettingError, "cap", id="a cap that cannot be"),
        pytest.param(
            "--data {} --models {m} --fov-long-deg 67",
            SettingError,
            "has its own cameras",
            id="a camera for a data set",
        ),
        pytest.param("--data {} --models {m}", SourceError, "no data set", id="a folder that is no data set"),
        pytest.param("{}/a.png --models {m},{r} --csv {}/there.csv", OutputError, "exists", id="a CSV that is there"),
        pytest.param("{}/a.png --models {m},{r} --html {}/there.csv", OutputError, "exists", id="a page that is there"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(here: Path, arguments: str, refusal: type, says: str) -> None:
    metric, relative = (f"{here}/{kind}/depth.onnx" for kind in ("metric", "relative"))
    with pytest.raises(refusal) as refused:
        run(*arguments.format(*[here] * 3, m=metric, r=relative).split())
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
