"""`howfar evaluate objects` of a relative network on real pictures: the embedded one, with a card that says so."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from howfar.cli.app import app
from howfar.datasets import NYU_CAMERA
from howfar.datasets.nyu_objects import DETECTOR_NAMES
from howfar.errors import SettingError
from howfar.models import DEFAULT_DEPTH
from howfar.models.library import embedded_path
from howfar.models.model_file import file_digest
from tests.cli.evaluating import rows, run
from tests.cli.relative_twin import relative_twin

EVERY = "90"
"""Of 654 pictures: 8 remain."""
Row = dict[str, str]


@pytest.fixture
def rooms(shared: Path) -> Path:
    return shared / "data" / "nyu_depth_v2"


@pytest.fixture
def relative(tmp_path: Path) -> Path:
    return relative_twin(tmp_path)


def camera_file(folder: Path, focal: float = 1.0, scale: float | None = None) -> Path:
    """NYU's camera with a focal length so many times as long, and a scale of the embedded network."""
    lines = [f"width_px = {NYU_CAMERA.width_px}", f"height_px = {NYU_CAMERA.height_px}"]
    lines += [f"{name} = {focal * getattr(NYU_CAMERA, name)}" for name in ("fx_px", "fy_px")]
    lines += [f"{name} = {getattr(NYU_CAMERA, name)}" for name in ("cx_px", "cy_px")]
    if scale is not None:
        digest = file_digest(embedded_path(DEFAULT_DEPTH))
        lines += ["[scale]", f"factor = {scale}", f'depth_name = "{DEFAULT_DEPTH}"', f'depth_sha256 = "{digest}"']
    path = folder / f"camera-{focal}-{scale}.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


def measured(rooms: Path, folder: Path, *words: str | Path) -> list[Row]:
    """Each object with its median, of a few pictures."""
    csv = folder / f"{len(list(folder.glob('*-objects.csv')))}.csv"
    run("objects", "--data", rooms, "--every", EVERY, "--method", "median", "--csv", csv, *words)
    return rows(csv.with_name(f"{csv.stem}-objects.csv"))


def by_object(found: list[Row]) -> dict[tuple[str, str], Row]:
    return {(row["picture"], row["number"]): row for row in found}


def medians_m(found: list[Row]) -> np.ndarray:
    return np.array([float(row["median_m"]) for row in found])


def test_anchored_to_the_embedded_network_its_copy_is_as_far_off_as_that(
    rooms: Path, relative: Path, tmp_path: Path
) -> None:
    metric = measured(rooms, tmp_path)
    anchored = measured(rooms, tmp_path, "--model", relative, "--anchor", DEFAULT_DEPTH)
    assert [row["truth_m"] for row in anchored] == [row["truth_m"] for row in metric]
    assert len(metric) > 20
    assert medians_m(anchored) == pytest.approx(medians_m(metric), rel=1e-3)


@pytest.mark.slow
def test_a_camera_file_scales_by_its_factor_and_its_focal_length(rooms: Path, relative: Path, tmp_path: Path) -> None:
    metric = medians_m(measured(rooms, tmp_path, "--camera", camera_file(tmp_path)))
    assert metric == pytest.approx(medians_m(measured(rooms, tmp_path)), rel=1e-3)
    tele = camera_file(tmp_path, focal=2.0, scale=1.5)
    assert medians_m(measured(rooms, tmp_path, "--camera", tele)) == pytest.approx(3.0 * metric, rel=1e-4)
    words = ("--model", relative, "--anchor", DEFAULT_DEPTH, "--camera", tele)
    assert medians_m(measured(rooms, tmp_path, *words)) == pytest.approx(3.0 * metric, rel=1e-3)


@pytest.mark.parametrize("known", ["nearest", "chair", "Chair"])
def test_the_object_whose_distance_is_given_is_not_counted(
    rooms: Path, relative: Path, tmp_path: Path, known: str
) -> None:
    every = by_object(measured(rooms, tmp_path, "--model", relative))
    assert all(row["median_m"] == "" for row in every.values()), "without evidence there are no metres"
    counted = by_object(measured(rooms, tmp_path, "--model", relative, "--known", known))
    given = {place: row for place, row in every.items() if place not in counted}
    pictures = {picture for picture, _ in every}
    wanted = known.lower()
    for picture in pictures:
        fitting = {
            place: float(row["truth_m"])
            for place, row in every.items()
            if place[0] == picture and wanted in ("nearest", row["class"])
        }
        nearest = min(fitting, key=fitting.__getitem__, default=None)
        assert [place for place in given if place[0] == picture] == ([] if nearest is None else [nearest])
        for place, row in counted.items():
            if place[0] == picture:
                assert (row["median_m"] != "") == (nearest is not None)
    assert len(given) >= 3


def test_the_report_states_where_the_metres_are_from(rooms: Path, relative: Path, tmp_path: Path) -> None:
    words = ("--every", "300", "--method", "median", "--model", relative, "--camera", camera_file(tmp_path))
    output = run("objects", "--data", rooms, *words, "--anchor", DEFAULT_DEPTH, "--known", "chair")
    said = " ".join(output.replace("│", " ").split())
    assert f"depth of ranker with the metres of {DEFAULT_DEPTH}" in said
    assert "that of the nearest chair, which is not counted" in said
    assert "camera of camera-1.0-None.toml" in said


def test_a_metric_network_is_told_no_distances(rooms: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="is metric, and an anchor and known distances are for relative ones"):
        measured(rooms, tmp_path, "--known", "nearest")


def looked(picture: Path, *words: str | Path) -> dict:
    arguments = ["look", picture, "--format", "json", "--score", "0.2", "--method", "median", *words]
    result = CliRunner().invoke(app, [str(word) for word in arguments])
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def at(scene: dict, row: Row) -> tuple[int, dict]:
    """The number, from the nearest, and the object of `look` that was measured in this box."""
    box = [float(row[f"measured_{name}_px"]) for name in ("x1", "y1", "x2", "y2")]
    ((number, found),) = (
        (number, each)
        for number, each in enumerate(scene["objects"], start=1)
        if each["label"] == DETECTOR_NAMES[row["class"]] and each["box_xyxy_px"] == pytest.approx(box, abs=0.01)
    )
    return number, found


@pytest.mark.slow
@pytest.mark.parametrize("evidence", ["a metric network", "an anchor", "a known distance"])
def test_look_gives_the_same_distances(rooms: Path, relative: Path, tmp_path: Path, evidence: str) -> None:
    settings: tuple[str | Path, ...] = ("--cues", "depth", "--camera", camera_file(tmp_path, focal=1.1))
    if evidence == "an anchor":
        settings = (*settings, "--anchor", DEFAULT_DEPTH)
    model = () if evidence == "a metric network" else ("--model", relative)
    known = ("--known", "nearest") if evidence == "a known distance" else ()
    boxes = ("--boxes", "detector", "--score", "0.2")
    found = [row for row in measured(rooms, tmp_path, *model, *settings, *known, *boxes) if row["found"] == "1"]
    plain = [row for row in measured(rooms, tmp_path, *boxes) if row["found"] == "1"]
    pictures = sorted({row["picture"] for row in found})[:4]
    assert pictures
    compared = 0
    for name in pictures:
        words = (*(("--depth-model", relative) if model else ()), *settings)
        picture, given = rooms / "rgb" / f"{name}.jpg", ()
        if known:
            here = [row for row in plain if row["picture"] == name]
            nearest = min(here, key=lambda row: float(row["truth_m"]))
            number, each = at(looked(picture, *words), nearest)
            given = ("--known", f"{number}={ray_length(each, 1.1) * float(nearest['truth_m'])}")
        scene = looked(picture, *words, *given)
        for row in (row for row in found if row["picture"] == name):
            assert at(scene, row)[1]["depth_m"] == pytest.approx(float(row["median_m"]), rel=1e-3)
            compared += 1
    assert compared >= 4


def ray_length(found: dict, focal: float) -> float:
    """The straight line to the middle of an object's box that is 1 m deep."""
    x1, y1, x2, y2 = found["box_xyxy_px"]
    across = ((x1 + x2) / 2 - NYU_CAMERA.cx_px) / (focal * NYU_CAMERA.fx_px)
    down = ((y1 + y2) / 2 - NYU_CAMERA.cy_px) / (focal * NYU_CAMERA.fy_px)
    return float(np.linalg.norm([across, down, 1.0]))
