"""What the tools answer, by stand-ins whose distances are known."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from PIL import Image

from howfar.errors import HowfarError, SettingError, SourceError
from howfar.pipeline.rangefinder import Rangefinder
from howfar.ranging import parse_method
from howfar.ranging.cues.joining import parse_cues
from howfar.ranging.settings import Ranging
from howfar.scene import DepthFacts, Frame, Query
from howfar.scene.camera import FocalDoubt
from tests.pipeline.stand_ins import CAMERA, CUP, DOG, Finds, GivesDepth, halves

pytest.importorskip("starlette", reason="needs the extra `mcp` or `serve`")

from howfar.pipeline.perceivers import TwoNetworks
from howfar.pipeline.scenes import view_of
from howfar.serve.settings import ServeSettings
from howfar.serve.tools.allowed_folders import AllowedFolders
from howfar.serve.tools.calls import CALLS, NO_OBJECTS, Tools, _span
from howfar.serve.tools.schemas import depth_input, depth_output, look_input, measure_input, scene_output

SCHEMAS = {
    "look": (look_input(), scene_output()),
    "depth": (depth_input(), depth_output()),
    "measure": (measure_input(), scene_output()),
}


class Counts(Finds):
    """A detector that counts how often it is run."""

    runs = 0

    def detect(self, frame: Frame, query: Query):
        Counts.runs += 1
        return super().detect(frame, query)


def tools(folder: Path, kind: str = "metres", **limits: Any) -> Tools:
    """Tools on a folder with a picture that is 2 m away on the left and 5 m on the right."""
    Image.fromarray(halves(2.0, 5.0)).save(folder / "two.png")
    ranging = Ranging((parse_method("median"),), parse_cues("depth"), 4.0)
    seer = TwoNetworks(Counts(), GivesDepth(DepthFacts("mapper", kind)))
    limits = ServeSettings(**limits)
    return Tools(Rangefinder.of(seer, ranging=ranging), AllowedFolders.of([folder], limits.max_bytes), limits)


CALLED = [
    pytest.param("look", {}, ["1 object, nearest first (1 more beyond", "1. cup: 2.0 m ± 0.5 m (four times in five "
                              "between 1.5 m and 2.6 m)", "Note: The camera is assumed"], id="look"),
    pytest.param("look", {"max_depth": 9, "focal_px": 50}, ["2 objects", "2. dog: 5.0 m ± 1.4 m"], id="look far"),
    pytest.param("look", {"max_depth": 1}, ["no objects were found"], id="look where there is nothing so near"),
    pytest.param("measure", {"boxes": [{"box_xyxy_px": [*DOG], "label": "crate"}]}, ["1 place", "1. crate: 5.0 m ±"],
                 id="measure a box beyond the maximum"),
    pytest.param("measure", {"points": [[48, 24], [16, 24]]}, ["2 places", "1. point 2: 2.0 m ±", "2. point 1: 5.0 m"],
                 id="measure points"),
    pytest.param("depth", {}, ["nearest: 2.0 m ± 0.5 m", "farthest: 5.0 m ± 1.3 m", "Note: "], id="depth"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "says"), CALLED)
def test_numbers_have_units_and_margins_and_the_data_obey_the_schema(
    tmp_path: Path, name: str, arguments: dict[str, Any], says: list[str]
) -> None:
    takes, gives = SCHEMAS[name]
    arguments = {"picture": "two.png", **arguments}
    jsonschema.validate(arguments, takes)
    answer = CALLS[name](tools(tmp_path), arguments)
    for part in says:
        assert part in answer.text, answer.text
    jsonschema.validate(answer.content, gives)
    assert (answer.png is not None) == (name == "depth")


def test_a_place_is_measured_without_the_detector(tmp_path: Path) -> None:
    Counts.runs = 0
    tools(tmp_path).measure({"picture": "two.png", "boxes": [{"box_xyxy_px": [*CUP]}]})
    tools(tmp_path).depth({"picture": "two.png"})
    assert Counts.runs == 0


def test_the_cells_of_the_map_are_told_row_by_row(tmp_path: Path) -> None:
    cells = tools(tmp_path).depth({"picture": "two.png"}).content["cells_m"]
    assert cells == [[2.0] * 4 + [5.0] * 4] * 6


def test_a_map_without_metres_says_so(tmp_path: Path) -> None:
    relative = tools(tmp_path, "relative_inverse")
    answer = relative.depth({"picture": "two.png"})
    assert "There are no metres" in answer.text
    assert answer.content["median"] == {"depth_m": None, "low_m": None, "high_m": None}
    measured = relative.measure({"picture": "two.png", "boxes": [{"box_xyxy_px": [*CUP]}]})
    assert "distance unknown" in measured.text
    jsonschema.validate(measured.content, scene_output())


def test_a_focal_length_that_is_in_doubt_widens_the_interval(tmp_path: Path) -> None:
    frame = Frame(halves(2.0, 2.0), "two.png", CAMERA, detections=NO_OBJECTS)
    sure = view_of(tools(tmp_path).finder.perceive(frame))
    doubt = FocalDoubt("it was zoomed", 0.5, 2.0)
    doubtful = replace(sure, camera=replace(sure.camera, doubt=doubt))
    narrow, wide = (_span(2.0, view) for view in (sure, doubtful))
    assert wide["low_m"] == pytest.approx(narrow["low_m"] / 2, abs=1e-3)
    assert wide["high_m"] == pytest.approx(narrow["high_m"] * 2, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "arguments", "error", "says"),
    [
        pytest.param("look", {"picture": "/etc/passwd"}, SourceError, "not in the allowed folders", id="elsewhere"),
        pytest.param("look", {"picture": "note.txt"}, SourceError, "This is no picture that is read", id="a text"),
        pytest.param("look", {"score": 7}, SettingError, "score must lie between 0 and 1", id="a score of 7"),
        pytest.param("look", {"classes": "cat", "score": 2}, SettingError, "between 0 and 1", id="two wrong ones"),
        pytest.param("look", {"focal_px": 9, "fov_deg": 9}, SettingError, "Give the camera once", id="two cameras"),
        pytest.param("measure", {}, SettingError, "either boxes or points", id="nothing to measure"),
        pytest.param("measure", {"points": [[1, 2]], "boxes": [{"box_xyxy_px": [1, 2, 3, 4]}]}, SettingError,
                     "either boxes or points", id="boxes and points"),
        pytest.param("measure", {"points": [[640, 2]]}, SettingError, "640, 2 lies outside", id="a point outside"),
        pytest.param("measure", {"boxes": [{"box_xyxy_px": [9, 2, 3, 4]}]}, SettingError, "ends before", id="swapped"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_told_in_a_sentence(
    tmp_path: Path, name: str, arguments: dict[str, Any], error: type[HowfarError], says: str
) -> None:
    (tmp_path / "note.txt").write_text("secret words")
    with pytest.raises(error, match=says) as refusal:
        CALLS[name](tools(tmp_path), {"picture": "two.png", **arguments})
    assert "secret" not in str(refusal.value)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"64×48 pixels, and at most 0\.001 megapixels"):
        tools(tmp_path, max_pixels=1000).look({"picture": "two.png"})


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({}, id="no picture"),
        pytest.param({"picture": 7}, id="a number as a picture"),
        pytest.param({"picture": "a", "points": [[1]]}, id="half a point"),
        pytest.param({"picture": "a", "boxes": [[1, 2, 3, 4]]}, id="a bare box"),
        pytest.param({"picture": "a", "points": [[1, 2]] * 101}, id="too many points"),
        pytest.param({"picture": "a", "path": "b"}, id="an unknown argument"),
    ],
)
def test_other_arguments_are_against_the_schema(arguments: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(arguments, measure_input())
