"""Distances that the user knows."""

import pytest

from howfar.errors import SettingError
from howfar.scene.known_distance import KnownDistance


@pytest.mark.parametrize(
    ("text", "known"),
    [
        pytest.param("chair=2.30", KnownDistance("chair", 2.3), id="a class"),
        pytest.param("3=2.30", KnownDistance(3, 2.3), id="a number"),
        pytest.param(f"{'9' * 5000}=2.3", KnownDistance("9" * 5000, 2.3), id="a class of five thousand digits"),
        pytest.param("dining table = 2.3 m", KnownDistance("dining table", 2.3), id="spaces and a unit"),
    ],
)
def test_a_known_distance_in_words(text: str, known: KnownDistance) -> None:
    assert KnownDistance.parse(text) == known


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("chair", "written as chair=2.30", id="no distance"),
        pytest.param("=2.3", "written as chair=2.30", id="no object"),
        pytest.param("chair=far", "written as chair=2.30", id="a distance in letters"),
        pytest.param("chair=2,30", "written as chair=2.30", id="a comma"),
        pytest.param("chair=0", "above 0 metres", id="no distance at all"),
        pytest.param("3=-2", "above 0 metres", id="a negative distance"),
        pytest.param("chair=nan", "a finite number", id="a distance that is NaN"),
        pytest.param("chair=inf", "a finite number", id="an infinite distance"),
    ],
)
def test_what_is_no_known_distance_is_refused(text: str, says: str) -> None:
    with pytest.raises(SettingError, match=says):
        KnownDistance.parse(text)
