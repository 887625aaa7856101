"""Results as text."""

import csv
import io
import math
from dataclasses import replace

import pytest
from rich.console import Console

from howfar.drawing.tables import CSV_HEADER, caption, csv_text, explanation, table
from howfar.scene import Camera, Cue
from howfar.scene.depth_alignment import DepthAlignment
from howfar.scene.line import Line
from tests.drawing.scenes import ranked, scene, thing

METRIC = {"alignment": DepthAlignment("relative_inverse", Line(), 0.2, ("known", "anchor"), 1201)}


def printed(one, units="m", width=140) -> str:
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(table(one, units))
    return console.export_text()


def test_a_table_has_a_row_an_object() -> None:
    text = printed(scene(thing(), thing("dog", 12.3, low_m=10.0, high_m=15.0)))
    assert "chair" in text
    assert "2.3 m" in text
    assert "12 m (10 to 15)" in text, "with the interval where there is one"
    assert "0.88" in text


@pytest.mark.parametrize("unknown", [False, True], ids=["all known", "one unknown"])
def test_a_table_fits_a_terminal_of_80_columns(unknown: bool) -> None:
    objects = [thing("traffic light", 9.12, low_m=6.2, high_m=13.0), thing("car", 49.3, low_m=34.0, high_m=71.0)]
    objects = [replace(each, distance=replace(each.distance, method="auto+size")) for each in objects]
    objects += [thing(depth_m=math.nan)] * unknown
    lines = printed(scene(*objects), width=80).splitlines()
    assert {len(line) for line in lines} == {len(lines[0])}
    assert all(line[-1] in "┓┃┩│┘┛" for line in lines)
    assert unknown or "9.1 m (6.2 to 13)" in "\n".join(lines)


def test_a_distance_by_a_doubtful_map_is_marked() -> None:
    doubtful = scene(thing(cues=(Cue("depth", 2.3, 0.3, 1.0, "an odd lens"),)))
    assert "~2.3 m" in printed(doubtful)
    assert "~ The depth map is doubtful there" in caption(doubtful)
    assert "~" not in printed(scene(thing())) + caption(scene(thing()))


def test_a_table_in_feet() -> None:
    assert "7.7 ft" in printed(scene(thing()), units="ft")


def test_an_explanation_has_a_row_a_cue() -> None:
    cues = (Cue("depth", 3.0, 2.0, 0.01, "doubtful"), Cue("size", 12.0, 0.1, 0.99), Cue.unknown("ground", "no foot"))
    console = Console(width=140, file=io.StringIO(), record=True)
    console.print(explanation(scene(thing("car", 12.3, cues=cues)), "m"))
    lines = [line.replace("│", " ").split() for line in console.export_text().splitlines()]
    assert ["depth", "3.0", "m", "×÷7.4", "1%", "doubtful"] in lines
    assert ["size", "12", "m", "±11%", "99%"] in lines
    assert ["ground", "no", "foot"] in lines


def test_a_bound_is_explained_as_one() -> None:
    cues = (Cue("depth", 5.1, 0.2, 1.0), Cue.bound("size", 5.4, 0.1, "cut"))
    console = Console(width=140, file=io.StringIO(), record=True)
    console.print(explanation(scene(thing("car", 4.6, cues=cues)), "m"))
    lines = [line.replace("│", " ").split() for line in console.export_text().splitlines()]
    assert ["size", "≤", "5.4", "m", "±11%", "cut"] in lines


def test_unknown_says_why() -> None:
    assert "no usable depth" in printed(scene(thing(depth_m=math.nan)))


def test_without_metres_there_is_the_order() -> None:
    text = printed(scene(ranked("chair", 1), ranked("dog", 2), ranked("cup", None), no_metres="nobody knows"))
    rows = [line.replace("│", " ").replace("┃", " ").split()[:2] for line in text.splitlines()]
    assert [row for row in rows if len(row) == 2][:4] == [
        ["object", "nearness"],
        ["chair", "1st"],
        ["dog", "2nd"],
        ["cup", "?"],
    ]
    assert "range" not in text


def test_where_another_cue_has_metres_the_rest_have_their_rank_beside_them() -> None:
    text = printed(scene(thing(), ranked("dog", 2), no_metres="nobody knows"))
    assert "2.3 m" in text
    assert "? m (2nd nearest)" in text


def test_brackets_in_a_label_are_no_markup() -> None:
    assert "[bold]cup" in printed(scene(thing("[bold]cup")))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({}, "camera is given", id="a given camera"),
        pytest.param({"camera": Camera.assumed(320, 240)}, "assumed, and so is the scale", id="an assumed camera"),
        pytest.param({"camera": Camera.from_focal(320, 240, 300, "exif")}, "read from EXIF", id="a camera from EXIF"),
        pytest.param({"depth_scale": 1.25}, "scaled by 1.25, from known distances", id="a known scale"),
        pytest.param(
            {"camera": Camera.assumed(320, 240), "depth_scale": 1.25},
            "assumed; depth is scaled",
            id="of an assumed camera",
        ),
        pytest.param({"undistorted": True}, "boxes belong to the undistorted picture", id="an undistorted picture"),
        pytest.param({"objects": (thing(mixed=True),)}, "holds two depths", id="two depths"),
        pytest.param({"objects": (thing(conflict=True),)}, "contradict each other", id="cues in conflict"),
        pytest.param({"no_metres": "nobody knows"}, "1st the nearest, from z: nobody knows.", id="why no metres"),
        pytest.param(
            {**METRIC, "models": {"depth": "z", "anchor": "a"}},
            "from z, aligned to known distances and the map of a metric network (a): 1,201 points, ±22%.",
            id="what a map was aligned to",
        ),
        pytest.param(
            {**METRIC, "models": {"depth": "z", "anchor": "a"}, "camera": Camera.assumed(320, 240)},
            "The camera is assumed.",
            id="an assumed camera that a measured scale does not hang on",
        ),
        pytest.param({"beyond": (thing(),)}, "Not shown: 1", id="objects beyond the maximum"),
    ],
)
def test_the_caption_says_what_the_numbers_rest_on(changes: dict, says: str) -> None:
    assert says in caption(scene(**changes))


def test_csv_has_the_numbers_in_metres_and_leaves_the_unknown_empty() -> None:
    text = csv_text(scene(thing(), thing(depth_m=math.nan), frame=4, time_s=0.16), header=True)
    chair, ghost = csv.DictReader(io.StringIO(text))
    assert tuple(chair) == CSV_HEADER
    assert (chair["depth_m"], chair["frame"], chair["time_s"], chair["mixed"]) == ("2.34", "4", "0.16", "false")
    assert (ghost["depth_m"], ghost["x_m"], ghost["low_m"]) == ("", "", "")


@pytest.mark.parametrize(
    ("weights", "says"),
    [
        ((1.0, 0.0), "from z."),
        ((0.4, 0.6), "from z."),
        ((0.0, 1.0), "from the sizes of things, and the ground."),
    ],
    ids=["the map alone", "both", "the size alone"],
)
def test_the_caption_names_the_map_only_where_it_was_heard(weights: tuple[float, float], says: str) -> None:
    cues = tuple(Cue(name, 2.3, 0.2, weight) for name, weight in zip(("depth", "size"), weights, strict=True))
    assert says in " ".join(caption(scene(thing(cues=cues))).split())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({}, "The camera is assumed: it may have been cut.", id="what is doubted is said"),
        pytest.param(METRIC, "The camera is assumed.", id="not where the metres were measured"),
    ],
)
def test_what_is_odd_about_a_picture_is_said(changes: dict, said: str) -> None:
    doubted = Camera.between(64, 48, (50.0, 25.0, 100.0), "it may have been cut")
    models = {"detector": "d", "depth": "z", "anchor": "a"}
    assert said in caption(scene(thing(), camera=doubted, models=models, **changes)).splitlines()
