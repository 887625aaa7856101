"""`howfar evaluate depth`."""

from pathlib import Path

import pytest
from PIL import Image

from howfar.errors import ModelError, OutputError, SettingError, SourceError
from tests.cli.evaluating import rows, run
from tests.datasets.folders import write_described_depth, write_kitti, write_nyu
from tests.models.onnx_files import mean_depth

CARD = 'kind = "metres"'
LINE = "day/0.png depth/0.png 721.5\n"


def test_the_table_is_printed_and_written_as_csv(tmp_path: Path) -> None:
    data, model = write_nyu(tmp_path / "nyu"), mean_depth(tmp_path, CARD)
    output = run("depth", "--data", data, "--model", model, "--csv", tmp_path / "a.csv", "--crop", "square")
    assert "nyu-eigen" in output
    assert "square, 480×480 px" in output
    assert "as published" in " ".join(output.split())
    (row,) = rows(tmp_path / "a.csv")
    assert (row["images"], row["crop"], row["model"]) == ("2", "square", "depth")
    # Picture 0 is black, so that its depth is unknown; picture 1 has grey 1, that is 0.1 m, and 0.8036 m is true.
    assert float(row["coverage"]) == 0.5
    assert float(row["rel_over_images"]) == pytest.approx(1 - 0.1 / 0.803557, abs=1e-4)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        # Grey 0 is 0 m of 0.4116 m, and grey 1 is 0.1 m of 0.8036 m.
        pytest.param(("--protocol", "nyu-hybrid"), (1 + (1 - 0.1 / 0.803557)) / 2, id="the Hybrid CNN's protocol"),
        pytest.param(("--align", "median"), 0.0, id="a constant prediction with the median of a constant truth"),
        pytest.param(("--flip",), 1 - 0.1 / 0.803557, id="a symmetric prediction is not changed by a flip"),
        pytest.param(("--split", "train"), 1 - 0.2 / 1.195538, id="another split: grey 2 of 1.1955 m"),
    ],
)
def test_options_reach_the_measurement(tmp_path: Path, options: tuple[str, ...], expected: float) -> None:
    data, model = write_nyu(tmp_path / "nyu"), mean_depth(tmp_path, CARD)
    run("depth", "--data", data, "--model", model, *options, "--csv", tmp_path / "a.csv")
    (row,) = rows(tmp_path / "a.csv")
    assert float(row["rel_over_pixels"]) == pytest.approx(expected, abs=1e-3)


def test_kitti_is_measured_by_a_list_of_files(tmp_path: Path) -> None:
    root, files = write_kitti(tmp_path / "kitti", LINE)
    run(
        *("depth", "--data", root, "--list", files, "--protocol", "kitti-garg", "--model", mean_depth(tmp_path, CARD)),
        *("--csv", tmp_path / "a.csv"),
    )
    (row,) = rows(tmp_path / "a.csv")
    # Grey 100 is 10 m, and 10 to 10.04 m are true.
    assert (row["data"], row["protocol"], row["most_m"]) == ("KITTI, files.txt", "kitti-garg", "80.0")
    assert 0 < float(row["rel_over_images"]) < 0.01


def test_any_folder_is_measured_in_full_with_its_boundaries(tmp_path: Path) -> None:
    data = write_described_depth(tmp_path / "set")
    for picture in (data / "rgb").iterdir():
        Image.new("RGB", (64, 48), (10, 10, 10)).save(picture)
    run(
        *("depth", "--data", data, "--split", "all", "--protocol", "full", "--cap-m", "5", "--boundaries", "picture"),
        *("--model", mean_depth(tmp_path, CARD), "--csv", tmp_path / "a.csv"),
    )
    (row,) = rows(tmp_path / "a.csv")
    # Grey 10 is 1 m, and 2 m are true everywhere: there is no step to find.
    assert (row["protocol"], row["most_m"], row["images"]) == ("full", "5.0", "3")
    assert float(row["rel_over_images"]) == pytest.approx(0.5, abs=1e-3)
    assert row["boundary_f1_over_images"] == ""


def test_every_nth_picture_is_taken_and_the_table_says_so(tmp_path: Path) -> None:
    data, model = write_nyu(tmp_path / "nyu"), mean_depth(tmp_path, CARD)
    output = run("depth", "--data", data, "--model", model, "--every", "2")
    assert "one picture in 2" in " ".join(output.replace("│", " ").split())


def test_worst_and_best_pictures_go_to_the_folder_and_into_the_page(tmp_path: Path) -> None:
    data, model = write_nyu(tmp_path / "nyu", test=("0011", "0012", "0013")), mean_depth(tmp_path, CARD)
    page, folder = tmp_path / "a.html", tmp_path / "pictures"
    run("depth", "--data", data, "--model", model, "--pictures", folder, "--html", page)
    # The depth is 1.1, 1.2 and 1.3 m where 4.72, 5.11 and 5.51 m are true: the errors differ by little.
    assert [path.name for path in sorted(folder.iterdir())] == [
        "worst-1-0011.png",
        "worst-2-0012.png",
        "worst-3-0013.png",
    ]
    text = page.read_text(encoding="utf-8")
    assert text.count("<img ") == 3
    assert "worst-1: 0011" in text
    assert "Harsányi et al. 2018, Table I" in text


def test_without_a_folder_no_picture_of_the_data_gets_into_the_page(tmp_path: Path) -> None:
    data, model = write_nyu(tmp_path / "nyu"), mean_depth(tmp_path, CARD)
    run("depth", "--data", data, "--model", model, "--html", tmp_path / "a.html")
    assert "<img" not in (tmp_path / "a.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        pytest.param(("--data", "{}"), SourceError, id="a folder that is no data set"),
        pytest.param(("--data", "{}/gone"), SourceError, id="a folder that is not there"),
        pytest.param(("--data", "{}/nyu", "--split", "valid"), SettingError, id="an unknown split"),
        pytest.param(("--data", "{}/nyu", "--model", "gone"), ModelError, id="an unknown model"),
        pytest.param(("--data", "{}/nyu", "--model", "nanodet-g"), ModelError, id="a model for detection"),
        pytest.param(("--data", "{}/nyu", "--protocol", "kitti"), SettingError, id="an unknown protocol"),
        pytest.param(("--data", "{}/nyu", "--protocol", "kitti-garg"), SettingError, id="KITTI without a list"),
        pytest.param(("--data", "{}/nyu", "--list", "{}/there.csv"), SettingError, id="a list without KITTI"),
        pytest.param(
            ("--data", "{}/nyu", "--protocol", "nyu-hybrid", "--crop", "wide"), SettingError, id="a crop of a crop"
        ),
        pytest.param(("--data", "{}/nyu", "--cap-m", "5"), SettingError, id="a cap for a protocol that has one"),
        pytest.param(("--data", "{}/nyu", "--csv", "{}/there.csv"), OutputError, id="a CSV that is there"),
        pytest.param(("--data", "{}/nyu", "--html", "{}/there.csv"), OutputError, id="a page that is there"),
        pytest.param(("--data", "{}/nyu", "--pictures", "{}/nyu"), OutputError, id="a folder that is not empty"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(tmp_path: Path, arguments: tuple[str, ...], refusal: type) -> None:
    write_nyu(tmp_path / "nyu")
    (tmp_path / "there.csv").touch()
    with pytest.raises(refusal) as refused:
        run("depth", *(argument.format(tmp_path) for argument in arguments))
    assert "\n" not in str(refused.value)
