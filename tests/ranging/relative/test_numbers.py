"""Objects by their numbers or classes, as users name them."""

import pytest

from howfar.errors import SettingError
from howfar.ranging.relative.ordinal import indices_of
from howfar.scene.known_distance import KnownDistance

LABELS = ("chair", "chair", "dining table")


def test_objects_are_named_by_number_or_by_a_class_that_is_there_once() -> None:
    assert indices_of([KnownDistance("Dining Table", 4.0), KnownDistance(1, 2.0)], LABELS) == [2, 0]


@pytest.mark.parametrize(
    ("known", "labels", "says"),
    [
        pytest.param(
            [KnownDistance("chair", 2)], LABELS, r"2 objects of the class chair: .* \(1, 2\)", id="two of the class"
        ),
        pytest.param([KnownDistance("sofa", 2)], LABELS, r"no sofa .* 3 \(dining table\)", id="none of the class"),
        pytest.param([KnownDistance(4, 2)], LABELS, "no object 4", id="a number too high"),
        pytest.param([KnownDistance(0, 2)], LABELS, "no object 0", id="a number too low"),
        pytest.param([KnownDistance(1, 2)], [], "nothing was found", id="an empty picture"),
        pytest.param(
            [KnownDistance(3, 2), KnownDistance("dining table", 2)],
            LABELS,
            "two known distances",
            id="one object twice",
        ),
    ],
)
def test_an_object_that_cannot_be_told_is_refused(known: list[KnownDistance], labels: list[str], says: str) -> None:
    with pytest.raises(SettingError, match=says):
        indices_of(known, labels)
