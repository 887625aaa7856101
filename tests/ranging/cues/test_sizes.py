"""The table of real sizes, and the user's own."""

from pathlib import Path

import pytest

from howfar.errors import SettingError
from howfar.models.card import coco80
from howfar.ranging.cues.sizes import default_sizes, read_sizes
from howfar.scene.domain import OUTDOORS, ROOMS

OTHERS = {"cyclist", "pedestrian", "night stand", "person_sitting"}
"""Names of data sets that COCO does not have."""


def own(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_height_has_a_source_and_every_class_is_known_to_somebody() -> None:
    for size in default_sizes():
        # How boxes were measured the table says once for all that have no source of their own.
        assert size.source or not size.sized_kinds
        assert not size.source or size.sized_kinds or size.box_m
        assert not (size.sized_kinds and size.box_m), "only the height would be used"
        assert size.name in coco80() or size.name in OTHERS
        assert "kitti" not in size.source.lower()


@pytest.mark.parametrize("label", ["Car", "car", "Cyclist", "Pedestrian", "person"])
def test_classes_are_found_whatever_their_case(label: str) -> None:
    size = default_sizes().find(label)
    assert size is not None
    assert size.on_ground


@pytest.mark.parametrize("label", ["tv", "clock", "umbrella", "Misc"])
def test_what_is_met_anywhere_and_stands_on_no_ground_is_not_in_the_table(label: str) -> None:
    assert default_sizes().find(label) is None


@pytest.mark.parametrize(
    "label",
    [
        *("car", "train", "tram", "traffic light", "fire hydrant", "elephant", "giraffe", "cow", "airplane", "boat"),
        *("kite", "bench", "motorcycle", "bird", "tennis racket", "sports ball", "skateboard", "frisbee"),
    ],
)
def test_what_is_met_outdoors_alone_is_known_for_it(label: str) -> None:
    size = default_sizes().find(label)
    assert size is not None
    assert size.outdoors


@pytest.mark.parametrize("label", ["person", "bicycle", "dog", "bottle", "chair"])
def test_what_is_met_in_rooms_too_is_not(label: str) -> None:
    size = default_sizes().find(label)
    assert size is not None
    assert not size.outdoors


def test_no_height_is_wider_than_a_third() -> None:
    assert all(size.log_sd <= 0.35 for size in default_sizes() if size.log_sd is not None)


def test_a_class_can_be_a_mixture_of_kinds(tmp_path: Path) -> None:
    truck, car, chair = (default_sizes().find(name) for name in ("truck", "car", "chair"))
    assert sum(kind.share for kind in truck.kinds) == pytest.approx(1)
    assert truck.sized_kinds == truck.kinds
    assert (car.sized_kinds, chair.sized_kinds) == ((car,), ())


def test_own_sizes_go_before_the_built_in_ones(tmp_path: Path) -> None:
    mine = read_sizes(own(tmp_path, "[car]\nheight_m = 1\nlog_sd = 0.05\n[robot]\nheight_m = 0.4\nlog_sd = 0.1\n"))
    both = default_sizes().with_own(mine)
    assert [both.find(name).height_m for name in ("car", "robot", "bus")] == [1, 0.4, 3.45]
    assert both.find("car").length_m is None


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("car = 1.5", "write each class as a table", id="a number in place of a table"),
        pytest.param("[car]\nheigth_m = 1.5\nlog_sd = 0.1", "unknown field 'heigth_m'", id="a misspelt field"),
        pytest.param("[car]\nheight_m = -1.5\nlog_sd = 0.1", "above 0, not -1.5", id="a negative height"),
        pytest.param(
            "[car]\nheight_m = inf\nlog_sd = 0.1", "it holds inf, which is no finite number", id="an infinite height"
        ),
        pytest.param("[car]\nheight_m = 1.5", "height_m and log_sd go together", id="a height without its spread"),
        pytest.param("[car]\nlength_m = 4", "length_m and width_m go together", id="a length without a width"),
        pytest.param("[cup]\nbox_m = 0.1", "box_m and box_log_sd go together", id="a box without its spread"),
        pytest.param(
            "[cup]\nbox_m = 0.1\nbox_log_sd = 0.3\nbox_side = 'depth'", "width, height, longer", id="a side it lacks"
        ),
        pytest.param("[cup]\nbox_side = 3", "should be a text", id="a number for a side"),
        pytest.param("[car]\nheight_m = 'tall'", "should be a number", id="a word for a number"),
        pytest.param("[car]\non_ground = 1", "should be true or false", id="a number for yes or no"),
        pytest.param("[car]\nalso = 'auto'", "should be a list of names", id="a word for a list"),
        pytest.param("[car]\nsource = 3", "should be a text", id="a number for a text"),
        pytest.param("[car]\nkinds = [1]", "should be tables, each with a name", id="a number for a kind"),
        pytest.param("[[car.kinds]]\nname = 'van'\nlong = 1", "unknown field 'long'", id="a misspelt field of a kind"),
        pytest.param(
            "[car]\nheight_m = 1.5\nlog_sd = 0.1\n[[car.kinds]]\nname = 'van'", "no kinds", id="one size and kinds"
        ),
        pytest.param("[car]\noverhang_m = -1", "above 0, not -1", id="a negative overhang"),
        pytest.param("[car", "cannot be read", id="no TOML"),
    ],
)
def test_a_table_that_cannot_be_is_refused_in_one_sentence(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(SettingError, match=complaint):
        read_sizes(own(tmp_path, text))


def test_a_missing_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="no table of sizes"):
        read_sizes(tmp_path / "none.toml")


def test_what_is_met_outdoors_alone_is_evidence_of_the_domain_too() -> None:
    met_outdoors = {name for name, size in default_sizes().by_name.items() if size.outdoors}
    assert met_outdoors <= OUTDOORS
    assert not met_outdoors & ROOMS


def test_a_class_goes_by_its_own_name_or_by_the_other_one() -> None:
    names = {"Car": "vehicle", "Thing": "person"}
    assert [default_sizes().name_of(label, names) for label in ("Car", "Thing", "Box")] == ["Car", "person", "Box"]
