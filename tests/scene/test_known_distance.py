"""Distances that the user knows."""

import pytest

from howfar.errors import SettingError
from howfar.scene.known_distance import Known, places_of

LABELS = ("chair", "chair", "dining table")


@pytest.mark.parametrize(
    ("text", "known"),
    [
        pytest.param("chair=2.30", Known("chair", 2.3), id="a class"),
        pytest.param("3=2.30", Known(3, 2.3), id="a number"),
        pytest.param("dining table = 2.3 m", Known("dining table", 2.3), id="spaces and a unit"),
    ],
)
def test_a_known_distance_in_words(text: str, known: Known) -> None:
    assert Known.parse(text) == known


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("chair", "written as chair=2.30", id="no distance"),
        pytest.param("=2.3", "written as chair=2.30", id="no object"),
        pytest.param("chair=far", "written as chair=2.30", id="a distance in letters"),
        pytest.param("chair=2,30", "written as chair=2.30", id="a comma"),
        pytest.param("chair=0", "above 0 metres", id="no distance at all"),
        pytest.param("3=-2", "above 0 metres", id="a negative distance"),
        pytest.param("chair=nan", "above 0 metres", id="a distance that is NaN"),
        pytest.param("chair=inf", "above 0 metres", id="an infinite distance"),
    ],
)
def test_what_is_no_known_distance_is_refused(text: str, says: str) -> None:
    with pytest.raises(SettingError, match=says):
        Known.parse(text)


def test_objects_are_named_by_number_or_by_a_class_that_is_there_once() -> None:
    assert places_of([Known("Dining Table", 4.0), Known(1, 2.0)], LABELS) == [2, 0]


@pytest.mark.parametrize(
    ("known", "labels", "says"),
    [
        pytest.param([Known("chair", 2)], LABELS, r"2 objects of the class chair: .* \(1, 2\)", id="two of the class"),
        pytest.param([Known("sofa", 2)], LABELS, r"no sofa .* 3 \(dining table\)", id="none of the class"),
        pytest.param([Known(4, 2)], LABELS, "no object 4", id="a number too high"),
        pytest.param([Known(0, 2)], LABELS, "no object 0", id="a number too low"),
        pytest.param([Known(1, 2)], [], "nothing was found", id="an empty picture"),
        pytest.param([Known(3, 2), Known("dining table", 2)], LABELS, "two known distances", id="one object twice"),
    ],
)
def test_an_object_that_cannot_be_told_is_refused(known: list[Known], labels: list[str], says: str) -> None:
    with pytest.raises(SettingError, match=says):
        places_of(known, labels)
