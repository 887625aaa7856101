"""Shards by processes: what they say, and what happens when they end."""

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from howfar.batch import processes
from howfar.batch.folder import ResultFolder
from howfar.batch.identity import Identity
from howfar.batch.looking import BatchRangefinder
from howfar.batch.plan import Plan, listed, planned
from howfar.batch.processes import on_processes, work
from howfar.batch.run import Progress, run_batch
from howfar.batch.shards import Written
from howfar.errors import OutputError
from howfar.pipeline.spec import RangefinderSpec
from tests.batch.conftest import here
from tests.batch.deadly import Deadly, NeverOpens, Slow


@pytest.fixture
def plan(photos: Path, tmp_path: Path, spec: RangefinderSpec) -> Plan:
    """Twenty pictures in three shards."""
    names = [str(photos / ("more" if index >= 15 else "") / f"{index:02d}.png") for index in range(20)]
    with listed(names) as listing:
        return planned(ResultFolder(str(tmp_path / "out")), listing, Identity.of(spec, spec.open()))


class TestOneProcess:
    @pytest.fixture
    def pipe(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Connection, Connection]]:
        monkeypatch.setattr(signal, "signal", lambda *_: None)  # it is this process that works
        ends = multiprocessing.Pipe()
        yield ends
        for end in ends:
            end.close()

    @staticmethod
    def heard(connection: Connection) -> list[object]:
        said = []
        while connection.poll():
            said.append(connection.recv())
        return said

    def test_it_writes_the_shards_that_it_is_told_and_says_how_far_it_is(
        self, pipe: tuple[Connection, Connection], plan: Plan, spec: RangefinderSpec
    ) -> None:
        ours, its = pipe
        for told in ((2, frozenset()), (0, frozenset({1})), None):
            ours.send(told)
        work(its, plan, BatchRangefinder(spec))
        said = self.heard(ours)
        assert said == ["open", *range(1, 5), Written(2, 4, 0), *range(1, 9), Written(0, 8, 2)]
        assert plan.missing() == [1]

    def test_it_says_why_it_cannot_go_on(
        self, pipe: tuple[Connection, Connection], plan: Plan, spec: RangefinderSpec, tmp_path: Path
    ) -> None:
        ours, its = pipe
        ours.send((0, frozenset()))
        (tmp_path / "out" / "part-000000.parquet").mkdir()
        work(its, plan, BatchRangefinder(spec))
        error = self.heard(ours)[-1]
        assert isinstance(error, OutputError)
        assert "part-000000.parquet could not be written" in str(error)

    def test_it_ends_when_nobody_is_there(
        self,
        pipe: tuple[Connection, Connection],
        plan: Plan,
        spec: RangefinderSpec,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        ours, its = pipe
        ended: list[int] = []
        monkeypatch.setattr(os, "_exit", ended.append)
        ours.send((0, frozenset()))
        ours.close()
        work(its, plan, BatchRangefinder(spec))
        assert ended == [1]
        assert plan.missing() == [0, 1, 2]


@pytest.mark.slow
class TestProcesses:
    def run(self, plan: Plan, looker: BatchRangefinder, number: int = 2) -> list[object]:
        return list(on_processes(plan, plan.missing(), looker, number))

    def rows(self, plan: Plan) -> list[tuple[int, str | None]]:
        table = pq.read_table(plan.folder.name)
        return list(zip(table.column("index").to_pylist(), table.column("error_kind").to_pylist(), strict=True))

    def test_two_write_what_one_writes(self, plan: Plan, spec: RangefinderSpec, photos: Path, tmp_path: Path) -> None:
        run = partial(on_processes, processes=2)
        told = list(run_batch([str(photos)], str(tmp_path / "two"), spec, runner=run))
        list(run_batch([str(photos)], str(tmp_path / "one"), spec, runner=here()))
        assert told[-1] == Progress(20, 20, 1, 3, 3)
        assert max(each.under_way for each in told) > 0
        for one in (tmp_path / "one").glob("part-*"):
            assert one.read_bytes() == (tmp_path / "two" / one.name).read_bytes()

    @pytest.mark.parametrize(
        ("times", "kind"),
        [
            pytest.param(1, None, id="once: it is looked at by another one"),
            pytest.param(5, "DeadlyPictureError", id="whenever: it is a row that failed"),
        ],
    )
    def test_a_picture_that_ends_its_process_does_not_end_the_batch(
        self, plan: Plan, spec: RangefinderSpec, tmp_path: Path, times: int, kind: str | None
    ) -> None:
        (tmp_path / "marks").mkdir()
        self.run(plan, Deadly(spec, "05.png", tmp_path / "marks", times))
        assert self.rows(plan) == [(index, {2: "SourceError", 5: kind}.get(index)) for index in range(20)]
        assert len(list((tmp_path / "marks").iterdir())) == min(times, processes.TRIES)

    def test_processes_that_never_open_end_it_with_a_sentence(self, plan: Plan, spec: RangefinderSpec) -> None:
        with pytest.raises(OutputError, match="end before they have opened the networks"):
            self.run(plan, NeverOpens(spec), 1)

    def test_what_stops_one_stops_all_and_is_told(self, plan: Plan, spec: RangefinderSpec, tmp_path: Path) -> None:
        (tmp_path / "out" / "part-000000.parquet").mkdir()
        with pytest.raises(OutputError, match="could not be written"):
            list(on_processes(plan, [0, 1, 2], BatchRangefinder(spec), 2))

    def test_whoever_stops_early_leaves_no_process_behind(self, plan: Plan, spec: RangefinderSpec) -> None:
        events = on_processes(plan, plan.missing(), Slow(spec), 2)
        next(events)
        began = time.monotonic()
        events.close()
        assert time.monotonic() - began < processes.PATIENCE_S
        assert multiprocessing.active_children() == []
