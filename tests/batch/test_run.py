"""A batch from its beginning to its end, and after any end before that."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import fsspec
import pyarrow.parquet as pq
import pytest

from howfar.batch import read_objects
from howfar.batch.folder import ResultFolder
from howfar.batch.plan import LEAST_OF_A_SHARD, MOST_OF_A_SHARD, Plan, shard_pictures_for
from howfar.batch.run import Progress, run_batch
from howfar.errors import OutputError, SettingError, SourceError
from howfar.pipeline.spec import RangefinderSpec
from tests.batch.conftest import here


def results(folder: Path) -> dict[str, bytes]:
    """The names and bytes of the files that readers see."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def run(photos: Path, out: Path, spec: RangefinderSpec, **more: object) -> list[Progress]:
    return list(run_batch([str(photos)], str(out), spec, **{"runner": here(), **more}))


def test_every_picture_is_one_row(photos: Path, tmp_path: Path, spec: RangefinderSpec) -> None:
    told = run(photos, tmp_path / "out", spec)
    assert sorted(results(tmp_path / "out")) == ["_SUCCESS", *(f"part-00000{shard}.parquet" for shard in range(3))]
    table = pq.read_table(tmp_path / "out")
    assert table.column("index").to_pylist() == list(range(20))
    names = [str(Path(source).relative_to(photos)) for source in table.column("source").to_pylist()]
    assert names == [f"{index:02d}.png" for index in range(15)] + [f"more/{index:02d}.png" for index in range(15, 20)]
    assert told[0] == Progress(20, 0, 0, 3, 0)
    assert told[-1] == Progress(20, 20, 1, 3, 3)


def test_the_footer_says_what_the_numbers_hang_on(photos: Path, tmp_path: Path, spec: RangefinderSpec) -> None:
    run(photos, tmp_path / "out", replace(spec, max_depth_m=3.0))
    footer = pq.read_metadata(tmp_path / "out" / "part-000001.parquet").metadata
    told = {name.decode(): each.decode() for name, each in footer.items() if name.startswith(b"howfar.")}
    assert told["howfar.schema_version"] == "1"
    assert json.loads(told["howfar.settings"])["max_depth_m"] == 3.0
    models = json.loads(told["howfar.models"])
    assert {role: each["engine"] for role, each in models.items()} == {
        "detector": "onnxruntime",
        "depth": "onnxruntime",
    }
    assert len(models["depth"]["sha256"]) == 64
    assert {"howfar.version", "howfar.plan"} < {*told}


@pytest.mark.parametrize("written", [0, 1, 2])
def test_what_is_missing_is_done_and_nothing_else(
    photos: Path, tmp_path: Path, spec: RangefinderSpec, written: int
) -> None:
    run(photos, tmp_path / "whole", spec)
    with pytest.raises(KeyboardInterrupt):
        run(photos, tmp_path / "out", spec, runner=here(most=written))
    assert "_SUCCESS" not in results(tmp_path / "out")
    done: list[int] = []
    told = run(photos, tmp_path / "out", spec, runner=here(watch=done.append))
    assert done == [*range(written, 3)]
    assert told[0].written == min(20, 8 * written)
    assert results(tmp_path / "out") == results(tmp_path / "whole")
    assert told[-1] == Progress(20, 20, 1, 3, 3)


def test_a_shard_from_the_middle_that_is_missing_is_done(photos: Path, tmp_path: Path, spec: RangefinderSpec) -> None:
    run(photos, tmp_path / "out", spec)
    before = results(tmp_path / "out")
    (tmp_path / "out" / "part-000001.parquet").unlink()
    (tmp_path / "out" / "_SUCCESS").unlink()
    run(photos, tmp_path / "out", spec)
    assert results(tmp_path / "out") == before


def test_an_end_before_the_plan_was_written_leaves_a_beginning(
    photos: Path, tmp_path: Path, spec: RangefinderSpec
) -> None:
    (tmp_path / "out" / "_plan").mkdir(parents=True)
    (tmp_path / "out" / "_plan" / "pictures.parquet").write_text("half of a list")
    assert run(photos, tmp_path / "out", spec)[-1].written == 20


class TestAnotherBeginning:
    @pytest.fixture
    def begun(self, photos: Path, tmp_path: Path, spec: RangefinderSpec) -> Path:
        """Results of a run that was stopped."""
        with pytest.raises(KeyboardInterrupt):
            run(photos, tmp_path / "out", spec, runner=here(most=1))
        return tmp_path / "out"

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            pytest.param({"max_depth_m": 3.0}, "of the settings, max_depth_m was not given and is 3.0", id="a setting"),
            pytest.param({"method": "mean"}, "method was median and is mean", id="a method"),
            pytest.param({"classes": ("cup",)}, r"classes was not given and is \['cup'\]", id="classes"),
        ],
    )
    def test_other_settings_are_refused(
        self, begun: Path, photos: Path, spec: RangefinderSpec, change: dict[str, object], says: str
    ) -> None:
        before = results(begun)
        with pytest.raises(OutputError, match=says):
            run(photos, begun, replace(spec, **change))
        assert results(begun) == before

    def test_another_network_of_the_same_name_is_refused(
        self, begun: Path, photos: Path, spec: RangefinderSpec
    ) -> None:
        plan = begun / "_plan" / "plan.json"
        told = json.loads(plan.read_text())
        told["identity"]["models"]["depth"]["sha256"] = "0" * 64
        plan.write_text(json.dumps(told))
        with pytest.raises(OutputError, match="of the networks, depth was name depth sha256 0000"):
            run(photos, begun, spec)

    def test_another_version_is_refused(self, begun: Path, photos: Path, spec: RangefinderSpec) -> None:
        plan = begun / "_plan" / "plan.json"
        told = json.loads(plan.read_text())
        told["identity"]["version"] = "0.0.9"
        plan.write_text(json.dumps(told))
        with pytest.raises(OutputError, match=r"of howfar, version was 0\.0\.9 and is"):
            run(photos, begun, spec)

    def test_another_list_is_refused(self, begun: Path, photos: Path, spec: RangefinderSpec) -> None:
        (photos / "99.png").write_bytes((photos / "00.png").read_bytes())
        with pytest.raises(OutputError, match=r"the list of pictures is another one \(20 then, 21 now\)"):
            run(photos, begun, spec)

    def test_another_size_of_shards_is_refused(self, begun: Path, photos: Path, spec: RangefinderSpec) -> None:
        with pytest.raises(OutputError, match="a shard had 8 pictures"):
            run(photos, begun, spec, shard_pictures=9)

    def test_another_number_of_threads_goes_on(self, begun: Path, photos: Path, spec: RangefinderSpec) -> None:
        assert run(photos, begun, replace(spec, threads=2))[-1].written == 20

    def test_a_plan_that_cannot_be_read_is_told(self, begun: Path, photos: Path, spec: RangefinderSpec) -> None:
        (begun / "_plan" / "plan.json").write_text("{}")
        with pytest.raises(OutputError, match=r"_plan/plan\.json is no plan"):
            run(photos, begun, spec)


def test_a_folder_of_something_else_is_left_alone(photos: Path, tmp_path: Path, spec: RangefinderSpec) -> None:
    with pytest.raises(OutputError, match="holds other files already"):
        run(photos, photos, spec)
    assert not (photos / "_plan").exists()


def test_a_file_is_no_folder(photos: Path, spec: RangefinderSpec) -> None:
    with pytest.raises(OutputError, match="is a file: name a folder"):
        run(photos, photos / "00.png", spec)


def test_nothing_is_made_for_a_list_that_is_empty(tmp_path: Path, spec: RangefinderSpec) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="holds no picture"):
        run(tmp_path / "empty", tmp_path / "out", spec)
    assert not (tmp_path / "out").exists()


def test_a_wrong_setting_is_told_before_anything_is_made(photos: Path, tmp_path: Path, spec: RangefinderSpec) -> None:
    with pytest.raises(SettingError, match="classes"):
        run(photos, tmp_path / "out", replace(spec, classes=("unicorn",)))
    assert not (tmp_path / "out").exists()


def test_two_runs_do_not_work_on_one_folder(photos: Path, tmp_path: Path, spec: RangefinderSpec) -> None:
    with ResultFolder.at(str(tmp_path / "out")).locked(), pytest.raises(OutputError, match="Another run works on"):
        run(photos, tmp_path / "out", spec)


def test_results_can_be_in_a_store(photos: Path, spec: RangefinderSpec) -> None:
    memory = fsspec.filesystem("memory")
    if memory.exists("/stored"):
        memory.rm("/stored", recursive=True)
    with pytest.raises(KeyboardInterrupt):
        list(run_batch([str(photos)], "memory://stored/results", spec, runner=here(most=1)))
    done: list[int] = []
    told = list(run_batch([str(photos)], "memory://stored/results/", spec, runner=here(watch=done.append)))
    assert (done, told[-1].written) == ([1, 2], 20)
    assert memory.exists("/stored/results/_SUCCESS")
    assert sum(table.num_rows for table in read_objects("memory://stored/results")) == 2 * 19


@pytest.mark.parametrize(
    ("pictures", "size"),
    [
        pytest.param(1, LEAST_OF_A_SHARD, id="one picture"),
        pytest.param(64 * 100, 100, id="some thousand are spread over 64 files"),
        pytest.param(1_000_000, MOST_OF_A_SHARD, id="a million has shards of two thousand"),
    ],
)
def test_shards_suit_the_number_of_pictures(pictures: int, size: int) -> None:
    assert shard_pictures_for(pictures) == size


class TestObjects:
    @pytest.fixture
    def objects(self, photos: Path, tmp_path: Path, spec: RangefinderSpec) -> Iterator[dict[str, object]]:
        run(photos, tmp_path / "out", spec)
        return (row for table in read_objects(tmp_path / "out") for row in table.to_pylist())

    def test_each_has_a_row_with_its_picture(self, objects: Iterator[dict[str, object]]) -> None:
        rows = list(objects)
        assert [(row["index"], row["label"]) for row in rows[:5]] == [
            *((0, "cup"), (0, "dog")),
            *((1, "cup"), (1, "dog")),
            (3, "cup"),
        ]
        assert len(rows) == 2 * 19
        assert rows[4]["depth_m"] == pytest.approx(2.3, rel=1e-3)

    def test_a_folder_without_results_is_told(self, photos: Path) -> None:
        with pytest.raises(SourceError, match="holds no results"):
            next(read_objects(photos))


def test_a_plan_knows_its_shards(tmp_path: Path) -> None:
    plan = Plan(ResultFolder(str(tmp_path)), None, 20, 8, "")  # type: ignore[arg-type]
    assert (plan.shards, [plan.shard_size(shard) for shard in range(3)]) == (3, [8, 8, 4])
