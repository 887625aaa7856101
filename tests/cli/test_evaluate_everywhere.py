"""`howfar evaluate everywhere`."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from howfar.errors import ModelError, OutputError, SettingError, SourceError
from tests.cli.evaluating import rows, run
from tests.datasets.folders import (
    distance_table,
    kitti_line,
    write_coco,
    write_kitti_objects,
    write_nyu_objects,
    write_streets,
)
from tests.models.onnx_files import constant_detector, mean_depth

BED = 3


def rooms(folder: Path) -> Path:
    """NYU's layout; picture 0001 has a bed 0.8036 m away and of grey 1, that is 0.1 m."""
    classes = np.full((480, 640), 39, dtype=np.uint8)
    classes[100:300, 100:300] = BED
    return write_nyu_objects(folder / "rooms", classes)


def streets(folder: Path) -> Path:
    """KITTI's layout; a black picture of 1224×370 pixels with a car, which is 20 m away, its face 19 m."""
    return write_kitti_objects(folder / "streets", {"000000": kitti_line(box=(191.25, 77.08, 573.75, 231.25))})


def networks(folder: Path) -> tuple[str | Path, ...]:
    """A depth network, and a detector that finds a bed and a car in every picture, both in the same place."""
    found = np.array([[[10, 10, 30, 30, 0.9, 0], [10, 10, 30, 30, 0.8, 1]]], dtype=np.float32)
    card = 'layout = "end2end"\nclasses = ["bed", "car"]\nscore = 0.3'
    detector = constant_detector(folder, {"found": found}, card, fit="stretch")
    return "--detector", detector, "--model", mean_depth(folder, 'kind = "metres"')


def words(output: str) -> str:
    return " ".join(output.replace("│", " ").split())


def test_each_data_set_is_measured_with_what_look_gives(tmp_path: Path) -> None:
    output = run(
        "everywhere", rooms(tmp_path), streets(tmp_path), *networks(tmp_path), "--cues", "depth", "--csv",
        tmp_path / "a.csv",
    )  # fmt: skip
    assert "not counted" in words(output)
    room, street = (row for row in rows(tmp_path / "a.csv") if row["by"] == "all")
    assert (room["data"], room["images"], room["objects"], room["found"]) == ("rooms:test", "2", "1", "1")
    assert (room["truth"], room["other_boxes"], room["score"]) == ("centre", "", "0.3")
    assert float(room["centre_rel"]) == pytest.approx(1 - 0.1 / 0.803557, abs=1e-3)
    assert (street["data"], street["truth"], street["found"], street["other_boxes"]) == (
        "streets:all",
        "nearest",
        "1",
        "0",
    )
    assert [row["class"] for row in rows(tmp_path / "a-objects.csv")] == ["bed", "Car"]


@pytest.mark.parametrize(
    ("write", "part", "name"),
    [
        pytest.param(rooms, ":train", "rooms:train", id="a part of NYU"),
        pytest.param(lambda folder: write_streets(folder / "town"), ":drive_a", "town:drive_a", id="a drive"),
        pytest.param(lambda folder: write_streets(folder / "town"), "", "town:all", id="all drives"),
        pytest.param(lambda folder: write_streets(folder / "a:b"), "", "a:b:all", id="a folder with a colon"),
    ],
)
def test_a_part_is_named_after_a_colon(tmp_path: Path, write: Callable[[Path], Path], part: str, name: str) -> None:
    data = write(tmp_path)
    run("everywhere", f"{data}{part}", *networks(tmp_path), "--csv", tmp_path / "a.csv")
    assert rows(tmp_path / "a.csv")[0]["data"] == name


def test_every_nth_picture_is_taken_and_the_name_says_so(tmp_path: Path) -> None:
    run("everywhere", rooms(tmp_path), *networks(tmp_path), "--every", "2", "--csv", tmp_path / "a.csv")
    row = rows(tmp_path / "a.csv")[0]
    assert (row["data"], row["images"], row["objects"]) == ("rooms:test, one in 2", "1", "0")


def test_the_page_and_the_folder_show_the_worst(tmp_path: Path) -> None:
    page, folder = tmp_path / "a.html", tmp_path / "worst"
    run(
        *("everywhere", rooms(tmp_path), *networks(tmp_path), "--cues", "depth"),
        *("--html", page, "--pictures", folder),
    )
    assert sorted(path.name for path in folder.iterdir()) == ["worst-01-0001.png", "worst.png"]
    text = page.read_text(encoding="utf-8")
    assert "Everywhere: result" in text
    assert "worst-01: 0001, bed, truth 0.80 m, " in text
    assert text.count("<img ") == 1


def test_the_page_alone_is_written_where_nothing_has_metres(tmp_path: Path) -> None:
    constant = networks(tmp_path)
    relative = mean_depth(tmp_path, 'kind = "relative_inverse"')
    page = tmp_path / "a.html"
    run("everywhere", rooms(tmp_path), *constant[:2], "--model", relative, "--cues", "depth", "--html", page)
    assert "<img " not in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        pytest.param(("{}/gone",), SourceError, id="data that are not there"),
        pytest.param(("{}/empty",), SourceError, id="a folder that is no data set"),
        pytest.param(("{}/rooms:moon",), SettingError, id="an unknown part"),
        pytest.param(("{}/rooms:",), SettingError, id="a part without a name"),
        pytest.param(("{}/rooms", "{}/rooms"), SettingError, id="a data set twice"),
        pytest.param(("{}/several",), SettingError, id="several parts and none named"),
        pytest.param(("{}/images",), SourceError, id="a folder of pictures alone"),
        pytest.param(("{}/instances.json",), SettingError, id="classes that the detector does not know"),
        pytest.param(("{}/rooms", "--score", "2"), SettingError, id="a score of 2"),
        pytest.param(("{}/rooms", "--cues", "smell"), SettingError, id="an unknown cue"),
        pytest.param(("{}/rooms", "--camera-height", "-1"), SettingError, id="a camera below the ground"),
        pytest.param(("{}/rooms", "--model", "gone"), ModelError, id="an unknown depth network"),
        pytest.param(("{}/rooms", "--csv", "{}/there.csv"), OutputError, id="a CSV that is there"),
        pytest.param(("{}/rooms", "--csv", "{}/other.csv"), OutputError, id="a CSV whose part is there"),
        pytest.param(("{}/rooms", "--pictures", "{}/rooms"), OutputError, id="a folder that is filled"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(tmp_path: Path, arguments: tuple[str, ...], refusal: type) -> None:
    rooms(tmp_path)
    write_coco(tmp_path, json.loads(json.dumps(distance_table())))
    (tmp_path / "several").mkdir()
    for part in ("one", "two"):
        (tmp_path / "several" / f"instances_{part}.json").write_text(json.dumps(distance_table()))
    (tmp_path / "empty").mkdir()
    (tmp_path / "there.csv").touch()
    (tmp_path / "other-objects.csv").touch()
    with pytest.raises(refusal) as refused:
        run("everywhere", *networks(tmp_path), *(argument.format(tmp_path) for argument in arguments))
    assert "\n" not in str(refused.value)


def test_the_shared_streets_are_measured_with_the_products_own_networks(shared: Path, tmp_path: Path) -> None:
    run("everywhere", shared / "data" / "kitti_object3", "--csv", tmp_path / "a.csv")
    row = rows(tmp_path / "a.csv")[0]
    assert (row["images"], row["objects"], row["truth"]) == ("3", "6", "nearest")
    assert int(row["found"]) >= 1
