"""`howfar evaluate photos`."""

from pathlib import Path

import pytest

from howfar.errors import OutputError, SettingError, SourceError
from tests.cli.evaluating import run
from tests.datasets.folders import write_coco, write_yolo
from tests.models.onnx_files import mean_depth


def network(folder: Path, kind: str = "metres") -> Path:
    return mean_depth(folder, f'kind = "{kind}"')


@pytest.mark.parametrize(("ids", "count"), [("all", 2), ("even", 0), ("odd", 2)], ids=str)
def test_photos_are_chosen_by_their_numbers(tmp_path: Path, ids: str, count: int) -> None:
    _, file = write_coco(tmp_path / "photos")
    output = run("photos", file, "--model", network(tmp_path), "--ids", ids, "--html", tmp_path / "a.html")
    assert f"{count} photos" in " ".join(output.split())
    assert "Photos judged by sizes" in (tmp_path / "a.html").read_text(encoding="utf-8")


def test_a_part_is_named_after_a_colon(tmp_path: Path) -> None:
    data = write_yolo(tmp_path / "photos")
    with pytest.raises(SettingError):
        run("photos", f"{data}:moon", "--model", network(tmp_path))


@pytest.mark.parametrize(
    ("data", "kind", "refusal"),
    [("nowhere", "metres", SourceError), ("photos/instances.json", "relative_depth", SettingError)],
    ids=["photos that are not there", "a relative network"],
)
def test_what_cannot_be_judged_is_refused(tmp_path: Path, data: str, kind: str, refusal) -> None:
    _, file = write_coco(tmp_path / "photos")
    named = file if data.startswith("photos") else tmp_path / data
    with pytest.raises(refusal):
        run("photos", named, "--model", network(tmp_path, kind))


def test_a_page_that_is_there_is_kept(tmp_path: Path) -> None:
    _, file = write_coco(tmp_path / "photos")
    (tmp_path / "a.html").write_text("mine")
    with pytest.raises(OutputError):
        run("photos", file, "--model", network(tmp_path), "--html", tmp_path / "a.html")
