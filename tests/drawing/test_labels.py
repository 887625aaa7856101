"""What stands at each object in the annotated picture."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.drawing.labels import label_text, ordinal, place_labels
from howfar.drawing.style import DrawStyle
from howfar.drawing.text import line_height, text_width
from howfar.drawing.units import Units
from howfar.scene import Cue
from tests.drawing.scenes import GREY, ranked, thing

SURE = {"low_m": 1.84, "high_m": 2.91}


@pytest.mark.parametrize(
    ("one", "assumed", "text"),
    [
        pytest.param(thing(), False, "chair 2.3 m", id="class and distance"),
        pytest.param(thing(), True, "chair ~2.3 m", id="an assumed camera shows"),
        pytest.param(
            thing(cues=(Cue("depth", 2.3, 0.3, 1.0, "an odd lens"),)), False, "chair ~2.3 m", id="a doubtful map shows"
        ),
        pytest.param(thing(mixed=True), False, "chair 2.3 m*", id="two depths show"),
        pytest.param(thing(conflict=True), False, "chair 2.3 m!", id="a contradiction shows"),
        pytest.param(thing(depth_m=math.nan), True, "chair ? m", id="unknown is a question mark"),
        pytest.param(ranked("chair", 1), True, "chair 1st", id="a rank stands for metres"),
        pytest.param(ranked("wine\nglass", 22), False, "wine glass 22nd", id="a rank of a label on one line"),
        pytest.param(ranked("chair", None), False, "chair ? m", id="unknown without a rank too"),
        pytest.param(thing("wine\nglass"), False, "wine glass 2.3 m", id="a label stays on one line"),
        pytest.param(thing(**SURE), False, "chair 2.3 m", id="an interval only on request"),
    ],
)
def test_labels(one, assumed: bool, text: str) -> None:
    assert label_text(one, DrawStyle(), assumed=assumed) == text


@pytest.mark.parametrize(
    ("rank", "text"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (112, "112th"),
    ],
)
def test_ranks_in_print(rank: int, text: str) -> None:
    assert ordinal(rank) == text


@pytest.mark.parametrize(
    ("one", "units", "text"),
    [
        pytest.param(thing(**SURE), "m", "chair ~2.3 m (1.8–2.9)", id="metres"),
        pytest.param(thing(**SURE), "ft", "chair ~7.7 ft (6.0–9.5)", id="feet"),
        pytest.param(thing(mixed=True, **SURE), "m", "chair ~2.3 m* (1.8–2.9)", id="beside the mark of two depths"),
        pytest.param(thing(), "m", "chair ~2.3 m", id="none where none is known"),
        pytest.param(thing(depth_m=math.nan), "m", "chair ? m", id="none where the distance is unknown"),
    ],
)
def test_labels_with_an_interval(one, units: Units, text: str) -> None:
    assert label_text(one, DrawStyle(units, show_interval=True), assumed=True) == text


corners = st.tuples(st.floats(-50, 300), st.floats(-50, 220), st.floats(5, 200), st.floats(5, 200))


@given(boxes=st.lists(corners, min_size=1, max_size=6))
def test_every_label_fits_its_text_and_lies_in_the_picture(boxes: list[tuple[float, float, float, float]]) -> None:
    things = [thing(box=(x, y, x + width, y + height)) for x, y, width, height in boxes]
    for label in place_labels([(each, "chair 2.3 m (1.8–2.9)") for each in things], GREY, 12):
        x1, y1, x2, y2 = label.plate
        assert 0 <= x1 < x2 <= 320
        assert 0 <= y1 < y2 <= 240
        assert x2 - x1 >= text_width(label.text, label.size_px)
        assert y2 - y1 == line_height(label.size_px)


def test_no_label_where_there_is_no_room_for_letters() -> None:
    tiny = np.zeros((6, 10, 3), dtype=np.uint8)
    assert place_labels([(thing(box=(0.0, 0.0, 10.0, 6.0)), "chair 2.3 m")], tiny, 12) == []
