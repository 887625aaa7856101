"""`howfar evaluate objects`."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from howfar.cli.evaluate_objects import COMPARED
from howfar.errors import MissingExtraError, ModelError, OutputError, SettingError, SourceError
from howfar.io.depth_folder import DepthFolder
from howfar.pipeline.open_methods import DEFAULT_METHOD
from howfar.scene import DepthMap
from tests.cli.evaluating import rows, run
from tests.datasets.folders import distance_table, kitti_line, write_coco, write_kitti_objects, write_nyu_objects
from tests.models.onnx_files import constant_detector, mean_depth

CARD = 'kind = "metres"'
BED, PILLOW = 3, 17


def rooms(folder: Path) -> Path:
    """NYU's layout; picture 0001 has a bed and a pillow, both 0.8036 m away and of grey 1, that is 0.1 m."""
    classes = np.full((480, 640), 39, dtype=np.uint8)
    classes[100:300, 100:300] = BED
    classes[100:300, 400:500] = PILLOW
    return write_nyu_objects(folder / "rooms", classes)


def finder(folder: Path, name: str, box: tuple[float, ...]) -> Path:
    """A detector that finds one object in every picture; its input is 64×48 pixels."""
    found = np.array([[[*box, 0.9, 0]]], dtype=np.float32)
    return constant_detector(
        folder, {"found": found}, f'layout = "end2end"\nclasses = ["{name}"]\nscore = 0.3', fit="stretch"
    )


def words(output: str) -> str:
    return " ".join(output.replace("│", " ").split())


def test_with_true_depth_every_method_is_right_on_a_flat_picture(tmp_path: Path) -> None:
    output = run("objects", "--data", rooms(tmp_path), "--depth", "true", "--csv", tmp_path / "a.csv")
    assert "2, in 1 of 2 pictures" in words(output)
    (row,) = rows(tmp_path / "a.csv")
    assert (row["boxes"], row["depth"], row["truth"], row["images"]) == ("true", "true", "centre", "2")
    for method in {*COMPARED, DEFAULT_METHOD}:
        assert float(row[f"{method}_rel"]) == pytest.approx(0.0, abs=1e-6)
        assert row[f"{method}_coverage"] == "1.0"


def test_without_a_method_the_default_of_look_is_the_last_one(tmp_path: Path) -> None:
    run("objects", "--data", rooms(tmp_path), "--depth", "true", "--csv", tmp_path / "a.csv")
    methods = list(dict.fromkeys(row["method"] for row in rows(tmp_path / "a-groups.csv")))
    assert (set(methods), methods[-1]) == ({*COMPARED, DEFAULT_METHOD}, DEFAULT_METHOD)


def test_the_networks_depth_is_measured_with_the_methods_named(tmp_path: Path) -> None:
    run(
        *("objects", "--data", rooms(tmp_path), "--model", mean_depth(tmp_path, CARD), "--method", "mean, mode"),
        *("--csv", tmp_path / "a.csv"),
    )
    (row,) = rows(tmp_path / "a.csv")
    assert (row["depth"], float(row["mode_rel"])) == ("depth", pytest.approx(1 - 0.1 / 0.803557, abs=1e-4))
    assert {row["method"] for row in rows(tmp_path / "a-groups.csv")} == {"mean", "mode"}
    assert [row["class"] for row in rows(tmp_path / "a-objects.csv")] == ["bed", "pillow"]


def test_maps_of_a_folder_are_measured_on_by_their_pictures_names(tmp_path: Path) -> None:
    data = rooms(tmp_path)
    for name in ("0000", "0001"):
        DepthFolder(tmp_path / "maps").write(name, DepthMap(np.full((6, 8), 1.6072, dtype=np.float32), "metres"))
    run("objects", "--data", data, "--depth", tmp_path / "maps", "--method", "median", "--csv", tmp_path / "a.csv")
    (row,) = rows(tmp_path / "a.csv")
    assert (row["depth"], float(row["median_rel"])) == ("the maps in maps", pytest.approx(1.0, abs=1e-3))


def test_a_folder_of_maps_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="true, network, or a folder of depth maps, and nowhere is none"):
        run("objects", "--data", rooms(tmp_path), "--depth", "nowhere")


def test_in_the_detectors_boxes_classes_that_it_does_not_know_are_left_out(tmp_path: Path) -> None:
    output = run(
        *("objects", "--data", rooms(tmp_path), "--boxes", "detector", "--depth", "true", "--score", "0.2"),
        *("--detector", finder(tmp_path, "bed", (10, 10, 30, 30)), "--csv", tmp_path / "a.csv"),
    )
    assert "pillow (1), as the detector does not know them" in words(output)
    (row,) = rows(tmp_path / "a.csv")
    assert (row["boxes"], row["score"], row["class_map"], row["left_out"]) == ("detector", "0.2", "bed=bed", "1")
    (row,) = rows(tmp_path / "a-objects.csv")
    assert (row["found"], row["measured_x2_px"], float(row["confidence"])) == ("1", "300.0", pytest.approx(0.9))


def test_kitti_is_compared_with_the_nearest_face_and_as_disparities(tmp_path: Path) -> None:
    data = write_kitti_objects(tmp_path / "kitti", {"000000": kitti_line(), "000001": kitti_line(occluded=2)})
    output = run(
        *("objects", "--data", data, "--truth", "nearest", "--baseline-m", "0.54", "--model"),
        *(mean_depth(tmp_path, CARD), "--csv", tmp_path / "a.csv"),
    )
    assert "largely occluded" in words(output)
    assert "0.54 m apart" in words(output)
    first, second = rows(tmp_path / "a-objects.csv")
    assert (first["truth_m"], first["occlusion"], second["occlusion"]) == (first["nearest_m"], "0", "2")


def test_a_json_file_with_distances_is_measured(tmp_path: Path) -> None:
    _, annotations = write_coco(tmp_path, distance_table())
    run("objects", "--data", annotations, "--model", mean_depth(tmp_path, CARD), "--csv", tmp_path / "a.csv")
    (row,) = rows(tmp_path / "a-objects.csv")
    assert (row["class"], row["truth_m"]) == ("toothbrush", "2.5")


def test_the_page_has_a_plot_for_each_method_and_the_worst_objects(tmp_path: Path) -> None:
    folder, page = tmp_path / "pictures", tmp_path / "a.html"
    run(
        *("objects", "--data", rooms(tmp_path), "--model", mean_depth(tmp_path, CARD), "--method", "mean,median"),
        *("--html", page, "--pictures", folder),
    )
    assert sorted(path.name for path in folder.iterdir()) == [
        "scatter-mean.png",
        "scatter-median.png",
        "worst-01-0001.png",
        "worst-02-0001.png",
    ]
    text = page.read_text(encoding="utf-8")
    assert (text.count("<svg"), text.count("<img ")) == (2, 2)
    assert "worst-01: 0001, bed, truth 0.80 m, median 0.10 m (-88 %)" in text


def test_a_relative_network_covers_nothing_and_no_error_is_printed(tmp_path: Path) -> None:
    model = mean_depth(tmp_path, 'kind = "relative_inverse"')
    page = tmp_path / "a.html"
    output = run("objects", "--data", rooms(tmp_path), "--model", model, "--method", "median", "--html", page)
    assert "median 2 0.0 % – – – – –" in words(output)
    assert "<img " not in page.read_text(encoding="utf-8")


def test_every_nth_picture_is_taken_and_the_table_says_so(tmp_path: Path) -> None:
    output = run("objects", "--data", rooms(tmp_path), "--depth", "true", "--every", "2")
    assert "one picture in 2" in words(output)
    assert "0, in 0 of 1 pictures" in words(output)


def test_of_several_parts_one_is_chosen_unless_there_is_a_test_part(tmp_path: Path) -> None:
    data = write_kitti_objects(tmp_path / "kitti", {"000000": kitti_line(), "000001": kitti_line()})
    (data / "ImageSets").mkdir()
    (data / "ImageSets" / "train.txt").write_text("000000\n")
    model = mean_depth(tmp_path, CARD)
    with pytest.raises(SettingError, match=r"several parts: choose one by --split, of all, train\."):
        run("objects", "--data", data, "--model", model)
    run("objects", "--data", data, "--split", "train", "--model", model, "--csv", tmp_path / "a.csv")
    assert rows(tmp_path / "a.csv")[0]["data"] == "KITTI objects in kitti, train"


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        pytest.param(("--data", "{}/gone"), SourceError, id="data that are not there"),
        pytest.param(("--data", "{}/empty"), SourceError, id="a folder that is no data set"),
        pytest.param(("--data", "{}/rooms", "--split", "moon"), SettingError, id="an unknown part"),
        pytest.param(("--data", "{}/rooms", "--method", "guess"), SettingError, id="an unknown method"),
        pytest.param(("--data", "{}/rooms", "--method", "mean,mean"), SettingError, id="a method twice"),
        pytest.param(("--data", "{}/rooms", "--truth", "nearest", "--depth", "true"), SettingError, id="no such truth"),
        pytest.param(("--data", "{}/instances.json", "--depth", "true"), SettingError, id="no true depth"),
        pytest.param(("--data", "{}/rooms", "--score", "2"), SettingError, id="a score of 2"),
        pytest.param(("--data", "{}/rooms", "--baseline-m", "0"), SettingError, id="a baseline of 0"),
        pytest.param(("--data", "{}/rooms", "--model", "gone"), ModelError, id="an unknown depth network"),
        pytest.param(
            ("--data", "{}/rooms", "--boxes", "detector", "--detector", "gone"), ModelError, id="an unknown detector"
        ),
        pytest.param(("--data", "{}/rooms", "--csv", "{}/there.csv"), OutputError, id="a CSV that is there"),
        pytest.param(("--data", "{}/rooms", "--csv", "{}/other.csv"), OutputError, id="a CSV whose part is there"),
        pytest.param(("--data", "{}/rooms", "--html", "{}/there.csv"), OutputError, id="a page that is there"),
        pytest.param(("--data", "{}/rooms", "--pictures", "{}/rooms"), OutputError, id="a folder that is filled"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(tmp_path: Path, arguments: tuple[str, ...], refusal: type) -> None:
    rooms(tmp_path)
    write_coco(tmp_path, json.loads(json.dumps(distance_table())))
    (tmp_path / "empty").mkdir()
    (tmp_path / "there.csv").touch()
    (tmp_path / "other-objects.csv").touch()
    with pytest.raises(refusal) as refused:
        run("objects", *(argument.format(tmp_path) for argument in arguments))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("option", ["--html", "--pictures"])
def test_without_matplotlib_it_stops_before_the_long_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"howfar\[eval\]"):
        run("objects", "--data", tmp_path / "not looked at", option, tmp_path / "out")


@pytest.mark.slow
def test_the_methods_of_zhou_et_al_are_as_far_off_as_they_should_be_on_nyu(shared: Path, tmp_path: Path) -> None:
    run(
        *("objects", "--data", shared / "data" / "nyu_depth_v2", "--depth", "true", "--csv", tmp_path / "a.csv"),
        *("--method", "mean,central-mean,median,percentile:40"),
    )
    (row,) = rows(tmp_path / "a.csv")
    assert row["mean_objects"] == "2253"
    expected = {"mean": (9.4, 30), "central-mean": (5.8, 16), "median": (4.8, 13), "percentile:40": (3.5, 8.7)}
    for method, (rel, over10) in expected.items():
        assert 100 * float(row[f"{method}_rel"]) == pytest.approx(rel, abs=0.1)
        assert 100 * float(row[f"{method}_over10"]) == pytest.approx(over10, abs=0.5)
