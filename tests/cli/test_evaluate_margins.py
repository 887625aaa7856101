"""`howfar evaluate margins`."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from howfar.errors import OutputError, SettingError, SourceError
from howfar.evaluation.margins import quantiles
from howfar.models.card_reading import read_card
from tests.cli.evaluating import run
from tests.datasets.folders import STREETS_HEADER, kitti_line, write_streets
from tests.models.onnx_files import constant_detector, mean_depth


def drives(folder: Path, count: int = 4) -> Path:
    """Drives with a picture each, and ten cars, each 19 m away at its face."""
    root = write_streets(folder / "town", "")
    boxes = [(4 * column, 10 * row, 4 * column + 4, 10 * row + 9) for column in range(5) for row in range(2)]
    (root / "label_2" / "000001.txt").write_text("".join(kitti_line(box=box) for box in boxes))
    rows = (
        f"street,{number},left/000001.png,,depth/000001.png,,label_2/000001.txt,50,51,32,24,,drive_{number},\n"
        for number in range(count)
    )
    (root / "index.csv").write_text(STREETS_HEADER + "".join(rows))
    return grey(root)


def grey(root: Path) -> Path:
    """The same streets with pictures of grey, whose depth by the network is 20 m."""
    for path in (root / "left").iterdir():
        Image.new("RGB", (64, 48), (200, 200, 200)).save(path)
    return root


def detector(folder: Path) -> tuple[str | Path, ...]:
    found = np.array([[[0, 0, 12, 12, 0.9, 0]]], dtype=np.float32)
    card = 'layout = "end2end"\nclasses = ["car"]\nscore = 0.3'
    return "--detector", constant_detector(folder, {"found": found}, card, fit="stretch")


def network(folder: Path, kind: str = "metres") -> Path:
    return mean_depth(folder, f'kind = "{kind}"')


def test_margins_are_written_into_the_networks_card(tmp_path: Path) -> None:
    card = tmp_path / "new.toml"
    output = run("margins", network(tmp_path), drives(tmp_path), *detector(tmp_path), "--card", card)
    assert "Margins of depth" in output
    spec = read_card(card).depth
    assert read_card(card).results[-1].startswith("truths in the 80 % intervals, in places left out: ")
    assert spec is not None
    assert spec.margins is not None
    (outdoors,) = spec.margins.domains
    assert (outdoors.domain, outdoors.objects, outdoors.places) == ("outdoors", (40,), 4)
    assert outdoors.data == ("town:all",)


def test_the_quantile_of_the_surface_is_told_and_kept_in_the_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quantiles, "surface_quantiles", lambda measured: {"outdoors": 0.3, "rooms": 0.4})
    card = tmp_path / "new.toml"
    assert "surface" in run("margins", network(tmp_path), drives(tmp_path), *detector(tmp_path), "--card", card)
    spec = read_card(card).depth
    assert spec is not None
    assert spec.margins is not None
    assert [each.surface_quantile for each in spec.margins.domains] == [0.3]


def test_pictures_named_twice_are_refused(tmp_path: Path) -> None:
    root = drives(tmp_path)
    with pytest.raises(SettingError, match="town:drive_1 is named twice"):
        run("margins", network(tmp_path), f"{root}:drive_0", f"{root}:drive_1", "--learned", f"{root}:drive_1")


def test_of_pictures_that_it_has_learned_from_the_other_cues_are_measured(tmp_path: Path) -> None:
    card, root = tmp_path / "new.toml", drives(tmp_path, 8)
    unseen = [f"{root}:drive_{number}" for number in range(3)]
    learned = [word for number in range(3, 8) for word in ("--learned", f"{root}:drive_{number}")]
    run("margins", network(tmp_path), *unseen, *learned, *detector(tmp_path), "--card", card)
    spec = read_card(card).depth
    assert spec is not None
    assert spec.margins is not None
    (outdoors,) = spec.margins.domains
    assert (outdoors.objects, outdoors.places, outdoors.data) == ((30,), 3, tuple(f"town:drive_{n}" for n in range(3)))
    by_cue = {each.of: (each.objects, each.places) for each in spec.margins.spreads}
    assert by_cue["size"] == (40, 8), "of each drive, five are not cut by the frame"


def test_a_drive_without_labels_is_measured_on_its_depth(tmp_path: Path) -> None:
    town = grey(write_streets(tmp_path / "town"))
    rows = (tmp_path / "town" / "index.csv").read_text().replace("label_2/000001.txt", "")
    (tmp_path / "town" / "index.csv").write_text(rows)
    with pytest.raises(SettingError, match="there are 1 objects in all"):
        run("margins", network(tmp_path), f"{town}:drive_a", *detector(tmp_path))


@pytest.mark.parametrize(
    ("kind", "data", "refusal"),
    [
        ("relative_depth", "town", SettingError),
        ("metres", "nowhere", SourceError),
        ("metres", "town:drive_9", SettingError),
    ],
    ids=["a relative network", "data that are not there", "a drive that is not there"],
)
def test_what_cannot_be_measured_is_refused(tmp_path: Path, kind: str, data: str, refusal: type[Exception]) -> None:
    drives(tmp_path)
    with pytest.raises(refusal):
        run("margins", network(tmp_path, kind), tmp_path / data, *detector(tmp_path))


def test_a_card_that_is_there_is_kept(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        run("margins", network(tmp_path), drives(tmp_path), "--card", network(tmp_path).with_suffix(".toml"))
