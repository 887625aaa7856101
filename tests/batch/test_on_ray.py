"""Shards by a cluster: Ray's actors on this machine."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from howfar.batch.folder import ResultFolder
from howfar.batch.identity import Identity
from howfar.batch.looking import BatchRangefinder
from howfar.batch.on_ray import ShardWriter, on_ray
from howfar.batch.plan import Plan, listed, planned
from howfar.batch.run import Progress, run_batch
from howfar.errors import HowfarError, MissingExtraError, SettingError
from howfar.pipeline.spec import RangefinderSpec
from tests.batch.conftest import here
from tests.batch.deadly import Deadly

try:
    import ray
except ImportError:
    ray = None

needs_ray = pytest.mark.skipif(ray is None, reason="needs Ray (pip install 'howfar[cluster]'), which is not installed")


@pytest.fixture
def plan(photos: Path, tmp_path: Path, spec: RangefinderSpec) -> Plan:
    """Fifteen pictures in two shards."""
    with listed([str(photos / f"{index:02d}.png") for index in range(15)]) as listing:
        return planned(ResultFolder(str(tmp_path / "out")), listing, Identity.of(spec, spec.open()))


def test_an_actor_writes_the_shards_that_it_is_told(plan: Plan, spec: RangefinderSpec) -> None:
    told = ShardWriter(plan, BatchRangefinder(spec))({"shard": np.array([0])})
    assert told == {"shard": [0], "pictures": [8], "failed": [1], "error": [""]}
    assert plan.missing() == [1]


def test_an_actor_says_why_it_cannot_go_on(plan: Plan, spec: RangefinderSpec, tmp_path: Path) -> None:
    (tmp_path / "out" / "part-000001.parquet").mkdir()
    (error,) = ShardWriter(plan, BatchRangefinder(spec))({"shard": np.array([1])})["error"]
    assert "part-000001.parquet could not be written" in str(error)


@pytest.mark.skipif(ray is not None, reason="is for where Ray is not installed")
def test_without_ray_it_says_what_to_install(plan: Plan, spec: RangefinderSpec) -> None:
    with pytest.raises(MissingExtraError, match=r"howfar\[cluster\]"):
        next(on_ray(plan, [0], BatchRangefinder(spec), address=None, processes=1))


@needs_ray
@pytest.mark.slow
class TestRay:
    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def cluster(cls) -> Iterator[None]:
        """Two cores, which all tests use."""
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="error")
        yield
        ray.shutdown()

    def test_two_actors_write_to_the_last_digit_what_a_process_writes(
        self, photos: Path, tmp_path: Path, spec: RangefinderSpec
    ) -> None:
        runner = partial(on_ray, address=None, processes=2)
        told = list(run_batch([str(photos)], str(tmp_path / "ray"), spec, runner=runner))
        list(run_batch([str(photos)], str(tmp_path / "here"), spec, runner=here()))
        assert told[-1] == Progress(20, 20, 1, 3, 3)
        for one in (tmp_path / "here").glob("part-*"):
            assert one.read_bytes() == (tmp_path / "ray" / one.name).read_bytes()

    def test_an_actor_that_is_killed_in_the_middle_loses_no_row(
        self, plan: Plan, spec: RangefinderSpec, tmp_path: Path
    ) -> None:
        (tmp_path / "marks").mkdir()
        list(on_ray(plan, [0, 1], Deadly(spec, "05.png", tmp_path / "marks", 1), address=None, processes=2))
        assert len(list((tmp_path / "marks").iterdir())) == 1
        table = pq.read_table(plan.folder.name)
        assert table.column("index").to_pylist() == list(range(15))
        assert [index for index, each in enumerate(table.column("error").to_pylist()) if each] == [2]

    def test_what_stops_an_actor_is_told(self, plan: Plan, spec: RangefinderSpec, tmp_path: Path) -> None:
        (tmp_path / "out" / "part-000000.parquet").mkdir()
        with pytest.raises(HowfarError, match="could not be written"):
            list(on_ray(plan, [0, 1], BatchRangefinder(spec), address=None, processes=1))


@needs_ray
@pytest.mark.slow
def test_a_cluster_that_is_not_there_is_told(plan: Plan, spec: RangefinderSpec) -> None:
    with pytest.raises(SettingError, match="No Ray cluster answers at auto"):
        next(on_ray(plan, [0], BatchRangefinder(spec), address="auto", processes=1))
