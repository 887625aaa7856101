"""The columns of the results are the scene's JSON."""

import pyarrow as pa
import pytest

from howfar.batch.schema import picture_row, picture_schema
from howfar.errors import SourceError
from howfar.pipeline.spec import RangefinderSpec
from howfar.scene import Scene
from howfar.scene.schema import scene_schema
from tests.pipeline.stand_ins import halves


def column(path: str) -> pa.DataType:
    """The type at a path such as `objects.depth_m`."""
    first, *rest = path.split(".")
    kind = picture_schema().field(first).type
    for name in rest:
        kind = (kind.value_type if pa.types.is_list(kind) else kind).field(name).type
    return kind


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        pytest.param("index", pa.int64(), id="the place in the list"),
        pytest.param("camera.fx_px", pa.float32(), id="a number"),
        pytest.param("camera.origin", pa.string(), id="one of some words"),
        pytest.param("camera.doubt.reason", pa.string(), id="what a picture need not have"),
        pytest.param("models.anchor", pa.string(), id="a network that need not be there"),
        pytest.param("alignment.evidence", pa.list_(pa.string()), id="a list in what may be null"),
        pytest.param("objects.position_m", pa.list_(pa.float32()), id="a list that may be null"),
        pytest.param("objects.cues.weight", pa.float32(), id="a cue of an object"),
        pytest.param("objects.mixed", pa.bool_(), id="yes or no"),
        pytest.param("objects.nearness_rank", pa.int32(), id="a whole number"),
    ],
)
def test_a_field_has_the_type_of_the_json_schema(path: str, kind: pa.DataType) -> None:
    assert column(path) == kind


def test_every_field_of_a_picture_is_a_column_but_what_differs_each_time() -> None:
    assert {*scene_schema()["required"]} - {*picture_schema().names} == {"timing_ms"}
    objects = scene_schema()["properties"]["objects"]["items"]["required"]
    assert [each.name for each in column("objects").value_type] == objects


def test_a_row_is_read_back_as_the_scene(spec: RangefinderSpec) -> None:
    scene = spec.open().look(halves(2, 5)).to_dict()
    batch = pa.RecordBatch.from_pylist([picture_row(7, "photo.jpg", scene, None)], picture_schema())
    (row,) = batch.to_pylist()
    assert (row["index"], row["source"], row["error"]) == (7, "photo.jpg", None)
    models = {role: name for role, name in row["models"].items() if name is not None}
    camera = {name: each for name, each in row["camera"].items() if name != "doubt"}
    read = Scene.from_dict({**row, "models": models, "camera": camera, "timing_ms": {}})
    assert [(each.label, each.depth_m) for each in read] == [
        (each["label"], pytest.approx(each["depth_m"])) for each in scene["objects"]
    ]


def test_a_failure_is_a_row_of_nothing_but_its_error() -> None:
    batch = pa.RecordBatch.from_pylist([picture_row(7, "a.jpg", None, SourceError("No picture."))], picture_schema())
    (row,) = batch.to_pylist()
    assert {name: each for name, each in row.items() if each is not None} == {
        "index": 7,
        "source": "a.jpg",
        "error": "No picture.",
        "error_kind": "SourceError",
    }
