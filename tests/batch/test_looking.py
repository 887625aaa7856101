"""Pictures' names in, rows out, by a class that any framework calls."""

import pickle
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import fsspec
import pyarrow as pa
import pytest

from howfar.batch import BatchRangefinder, picture_schema
from howfar.errors import ModelError, SettingError
from howfar.pipeline.rangefinder import Rangefinder
from howfar.pipeline.spec import RangefinderSpec
from howfar.scene import Frame


@pytest.fixture
def looker(spec: RangefinderSpec) -> BatchRangefinder:
    """What makes rows of the tiny networks."""
    return BatchRangefinder(spec)


def test_each_picture_has_a_row_in_its_place(looker: BatchRangefinder, photos: Path) -> None:
    sources = [str(photos / name) for name in ("03.png", "02.png", "missing.png", "00.png")]
    rows = looker(pa.table({"source": sources, "index": [5, 6, 7, 8]}))
    assert rows.schema == picture_schema()
    assert rows.column("index").to_pylist() == [5, 6, 7, 8]
    assert rows.column("source").to_pylist() == sources
    assert rows.column("error_kind").to_pylist() == [None, "SourceError", "SourceError", None]
    assert "There is no file" in rows.column("error").to_pylist()[2]
    depths = [None if each is None else [one["depth_m"] for one in each] for each in rows.column("objects").to_pylist()]
    assert depths == [pytest.approx([2.3, 5.0], rel=1e-3), None, None, pytest.approx([2.0, 5.0], rel=1e-3)]


def test_rows_are_counted_where_they_have_no_numbers(looker: BatchRangefinder, photos: Path) -> None:
    batch = pa.RecordBatch.from_pydict({"source": [str(photos / "00.png"), str(photos / "01.png")]})
    assert looker(batch).column("index").to_pylist() == [0, 1]


def test_no_pictures_are_no_rows(looker: BatchRangefinder) -> None:
    assert looker(pa.table({"source": pa.array([], pa.string())})).num_rows == 0


def test_pictures_of_a_store_are_fetched(looker: BatchRangefinder, photos: Path) -> None:
    memory = fsspec.filesystem("memory")
    sources = [f"memory://fetched/{index:02d}.png" for index in range(15)]
    for index, source in enumerate(sources):
        memory.pipe(source, (photos / f"{index:02d}.png").read_bytes())
    memory.rm("/fetched/04.png")
    there = looker(pa.table({"source": sources}))
    here = looker(pa.table({"source": [str(photos / f"{index:02d}.png") for index in range(15)]}))
    failed = [index for index, each in enumerate(there.column("error").to_pylist()) if each]
    assert failed == [2, 4]
    assert there.drop(["source", "error"]).filter(pa.array(index != 4 for index in range(15))) == here.drop(
        ["source", "error"]
    ).filter(pa.array(index != 4 for index in range(15)))


def test_a_password_is_in_no_row(looker: BatchRangefinder) -> None:
    rows = looker(pa.table({"source": ["odd://me:secret@host/1.jpg"]}))
    assert "secret" not in str(rows.to_pylist())


def test_it_is_sent_without_open_networks(looker: BatchRangefinder, photos: Path) -> None:
    table = pa.table({"source": [str(photos / "00.png")]})
    first = looker(table)
    sent = pickle.dumps(looker)
    assert len(sent) < 5000
    assert pickle.loads(sent)(table) == first


def test_one_thread_is_what_it_takes_unless_told(spec: RangefinderSpec) -> None:
    assert BatchRangefinder(spec).spec.threads == 1
    assert BatchRangefinder(replace(spec, threads=3)).spec.threads == 3


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        pytest.param({"method": ("median", "mean")}, "one ranging method", id="two methods"),
        pytest.param({"focal_px": 500.0}, "pictures of one size", id="a focal length of one size"),
        pytest.param({"horizon_px": 100.0}, "pictures of one size", id="a horizon of one size"),
    ],
)
def test_what_no_batch_can_have_is_refused_at_once(
    spec: RangefinderSpec, setting: dict[str, object], says: str
) -> None:
    with pytest.raises(SettingError, match=says):
        BatchRangefinder(replace(spec, **setting))


class TestWhatGoesWrong:
    @pytest.fixture
    def failing(self, looker: BatchRangefinder, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Exception]]:
        errors: list[Exception] = []
        look = Rangefinder.look

        def fail(self: Rangefinder, frame: Frame) -> object:
            if frame.source.endswith("01.png"):
                raise errors[0]
            return look(self, frame)

        monkeypatch.setattr(Rangefinder, "look", fail)
        return errors

    def test_an_error_that_nobody_expected_is_its_pictures(
        self, looker: BatchRangefinder, photos: Path, failing: list[Exception]
    ) -> None:
        failing.append(ZeroDivisionError())
        rows = looker(pa.table({"source": [str(photos / f"{index:02d}.png") for index in (0, 1, 3)]}))
        assert rows.column("error_kind").to_pylist() == [None, "ZeroDivisionError", None]
        assert rows.column("error").to_pylist()[1] == "ZeroDivisionError()"

    def test_a_network_that_fails_is_no_pictures_fault(
        self, looker: BatchRangefinder, photos: Path, failing: list[Exception]
    ) -> None:
        failing.append(ModelError("The device is gone."))
        with pytest.raises(ModelError, match="The device is gone"):
            looker(pa.table({"source": [str(photos / "01.png")]}))


def test_a_picture_that_ends_processes_is_not_looked_at(looker: BatchRangefinder, photos: Path) -> None:
    pictures = [(index, str(photos / f"{index:02d}.png")) for index in (3, 4, 5)]
    rows = list(looker.rows(pictures, deadly={4}))
    assert [row.get("error_kind") for row in rows] == [None, "DeadlyPictureError", None]
    assert "ended the process that looked at it, twice" in rows[1]["error"]
