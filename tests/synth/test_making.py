"""Whole data sets: the same bytes whatever renders them, and read by the project's own readers."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from howfar.datasets.coco_distances import CocoDistances
from howfar.datasets.coco_pairs import CocoPairs
from howfar.datasets.kitti_objects import KittiObjects
from howfar.datasets.opening import open_depth_dataset, open_detection_dataset, open_object_dataset
from howfar.errors import OutputError, SettingError
from howfar.synth.making import make_scenes, missing_scenes, rendered
from howfar.synth.spec import SynthSpec

pytest.importorskip("embreex", reason="needs the extra `synth`")

SPEC = SynthSpec(7, width_px=64, height_px=48, baseline_m=0.2)
SCENES = 9


def make(out: Path, scenes: int = SCENES, workers: int = 1, spec: SynthSpec = SPEC) -> list[str]:
    """Render; gives the names of the scenes that were rendered."""
    done: list[str] = []
    make_scenes(spec, out, missing_scenes(spec, out, scenes), workers, done.append)
    return done


def contents(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("synth") / "set"
    assert make(out) == [f"{number:06d}" for number in range(SCENES)]
    return out


@pytest.mark.slow
def test_two_workers_write_the_same_bytes(made: Path, tmp_path: Path) -> None:
    make(tmp_path / "set", workers=2)
    assert contents(tmp_path / "set") == contents(made)


def test_a_killed_run_goes_on_where_it_stopped(made: Path, tmp_path: Path) -> None:
    out = tmp_path / "set"
    assert make(out, 4) == ["000000", "000001", "000002", "000003"]
    # What a kill leaves: a scene without its record, a picture half-written under a temporary name.
    (out / "scenes" / "000002.json").unlink()
    (out / "depth" / "000002.png").unlink()
    (out / "image_2" / ".000002-abc.png").write_bytes(b"half")
    kept = (out / "image_2" / "000003.png").stat().st_mtime_ns
    assert make(out, SCENES) == ["000002", "000004", "000005", "000006", "000007", "000008"]
    assert (out / "image_2" / "000003.png").stat().st_mtime_ns == kept
    assert contents(out) == contents(made)


KILLED = """
import sys
from pathlib import Path
from howfar.synth.making import make_scenes, missing_scenes
from howfar.synth.spec import SynthSpec
if __name__ == "__main__":
    spec, out = SynthSpec(7, width_px=64, height_px=48, baseline_m=0), Path(sys.argv[1])
    make_scenes(spec, out, missing_scenes(spec, out, 20000), 2, lambda _: None)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="tells the children of a process by /proc")
def test_those_who_render_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    victim = subprocess.Popen([sys.executable, script, tmp_path / "set"])
    try:
        deadline = time.monotonic() + 60
        while not list((tmp_path / "set").glob("scenes/*.json")) and time.monotonic() < deadline:
            assert victim.poll() is None
            time.sleep(0.05)
        children = [int(pid) for pid in Path(f"/proc/{victim.pid}/task/{victim.pid}/children").read_text().split()]
        assert len(children) >= 2
    finally:
        victim.kill()
        victim.wait()
    deadline = time.monotonic() + 10
    while any(_lives(pid) for pid in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [pid for pid in children if _lives(pid)]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signals cannot be held back here")
def test_ctrl_c_is_for_the_first_process_alone() -> None:
    assert list(rendered(_held_back, [0, 1], 2)) == [True, True]


def _held_back(_: int) -> bool:
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("workers", [0, -1, 100_000])
def test_a_number_of_processes_that_cannot_be(made: Path, workers: int) -> None:
    with pytest.raises(SettingError, match=f"From 1 to 1024 processes can render, not {workers}") as refusal:
        make(made, SCENES, workers)
    assert refusal.value.setting == "workers"


def test_nothing_is_rendered_twice(made: Path) -> None:
    before = contents(made)
    assert make(made, 3) == []
    assert contents(made) == before


def test_another_seed_gives_other_scenes(made: Path, tmp_path: Path) -> None:
    make(tmp_path / "set", 1, spec=SynthSpec(8, width_px=64, height_px=48))
    picture = "image_2/000000.png"
    assert (tmp_path / "set" / picture).read_bytes() != (made / picture).read_bytes()


def test_it_opens_as_depth_with_its_camera(made: Path) -> None:
    dataset = open_depth_dataset(made)
    assert dataset.splits == ("train", "val", "test")
    samples = {name: dataset.split(name) for name in dataset.splits}
    assert [len(part) for part in samples.values()] == [7, 1, 1]
    sample = samples["test"][0]
    assert sample.name == "image_2/000003.png"
    assert sample.camera == SPEC.camera(3)
    disparity = np.asarray(Image.open(made / "disparity" / "000003.png")) / 256
    known = np.isfinite(sample.depth_m) & (disparity > 0)
    expected = SPEC.camera(3).fx_px * 0.2 / disparity[known]
    assert known.mean() > 0.3
    # Both are stored in steps of 1/256.
    steps = 0.51 / 256 * (1 + expected / disparity[known])
    assert (np.abs(sample.depth_m[known] - expected) <= steps).all()


def test_one_camera_has_no_right_hand_files(tmp_path: Path) -> None:
    make(tmp_path / "set", 1, spec=SynthSpec(7, width_px=64, height_px=48, baseline_m=0))
    assert not {"image_3", "disparity", "hidden"} & {path.name for path in (tmp_path / "set").iterdir()}
    assert len(open_depth_dataset(tmp_path / "set").split("train")) == 1


def test_it_opens_as_kittis_objects(made: Path) -> None:
    dataset = open_object_dataset(made)
    assert isinstance(dataset, KittiObjects)
    assert list(dataset.splits) == ["all", "train", "val"]
    samples = dataset.objects("all")
    assert len(samples) == SCENES
    assert [sample.camera for sample in samples] == [SPEC.camera(number) for number in range(SCENES)]
    assert {"Car", "Pedestrian"} & {label for sample in samples for label in sample.labels}
    assert {0, 1} <= {level for sample in samples for level in sample.occlusions.tolist()} <= {0, 1, 2}


def test_it_opens_as_pairs_with_boxes_in_both_pictures(made: Path) -> None:
    pairs = CocoPairs(made).split("train")
    pair = next(each for each in pairs if len(each.class_ids))
    between = (pair.boxes_xyxy_px - pair.right_boxes_xyxy_px)[:, ::2].mean(axis=1)
    assert (between > 0).all()
    assert np.median(np.abs(between / pair.disparities_px - 1)) < 0.2, "the middles are about as far apart"
    assert pair.image.shape == pair.right.shape


def test_it_opens_as_cocos_objects_with_distances(made: Path) -> None:
    samples = CocoDistances(made / "annotations").objects("train")
    depths = open_depth_dataset(made).split("train")
    assert len(samples) == 7
    for sample, depth in zip(samples, depths, strict=True):
        assert sample.camera == depth.camera
        instances = np.asarray(Image.open(made / depth.name.replace("image_2", "instances")))
        for box, depth_m, nearest_m in zip(sample.boxes_xyxy_px, sample.depth_m, sample.nearest_m, strict=True):
            x1, y1, x2, y2 = box.astype(int)
            medians = [
                np.median(depth.depth_m[instances == number])
                for number in np.unique(instances[y1:y2, x1:x2])
                if number and np.isfinite(depth.depth_m[instances == number]).all()
            ]
            assert np.abs(np.array(medians) - depth_m).min() <= 0.5 / 256 + 1e-5
            assert nearest_m <= depth_m
    assert len(open_detection_dataset(made).split("train")) == 7


def test_boxes_and_instances_tell_the_same(made: Path) -> None:
    for path in sorted((made / "scenes").iterdir()):
        record = json.loads(path.read_text())
        instances = np.asarray(Image.open(made / "instances" / f"{path.stem}.png"))
        for each in record["objects"]:
            rows, columns = np.nonzero(instances == each["instance"])
            left, top, width, height = each["bbox"]
            assert (columns.min(), rows.min()) == (left, top)
            assert (columns.max() + 1, rows.max() + 1) == (left + width, top + height)
            assert each["area"] == len(rows)


def test_the_right_hand_camera_is_the_baseline_away(made: Path) -> None:
    rows = dict(line.split(": ") for line in (made / "calib" / "000000.txt").read_text().splitlines())
    right = np.array(rows["P3"].split(), dtype=float).reshape(3, 4)
    point = np.array([0.3, -0.2, 4.0, 1.0])
    u, v, w = right @ point
    camera = SPEC.camera(0)
    assert u / w == pytest.approx(camera.cx_px + camera.fx_px * (0.3 - 0.2) / 4)
    assert v / w == pytest.approx(camera.cy_px - camera.fy_px * 0.2 / 4)


@pytest.mark.parametrize("scenes", [0, -3, 1_000_001])
def test_refuses_a_count_of_scenes(scenes: int, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="choose a number"):
        missing_scenes(SPEC, tmp_path / "set", scenes)
    assert not (tmp_path / "set").exists()


@pytest.mark.parametrize(
    "changes",
    [{"seed": 8}, {"kind": "rooms"}, {"width_px": 65}, {"baseline_m": 0.1}],
    ids=["another seed", "another kind", "another size", "another baseline"],
)
def test_refuses_a_folder_of_other_settings(changes: dict[str, Any], made: Path) -> None:
    fields = {"seed": 7, "width_px": 64, "height_px": 48, "baseline_m": 0.2, **changes}
    with pytest.raises(SettingError, match="other settings"):
        missing_scenes(SynthSpec(**fields), made, 1)


def test_streets_with_a_challenge_are_a_data_set_of_their_own(tmp_path: Path) -> None:
    out, hard = tmp_path / "set", SynthSpec(7, "streets", 64, 48, 0.2, "thin")
    make(out, 1, spec=hard)
    assert "(challenge: thin)" in open_depth_dataset(out).name
    assert missing_scenes(hard, out, 1) == []
    for other in ("none", None):
        with pytest.raises(SettingError, match="challenge thin"):
            missing_scenes(SynthSpec(7, "streets", 64, 48, 0.2, other), out, 1)


@pytest.mark.parametrize("content", ["a photo", "a broken file of settings", "a file in its place"])
def test_refuses_a_folder_of_something_else(content: str, tmp_path: Path) -> None:
    out = tmp_path / "set"
    if content == "a file in its place":
        out.write_text("mine")
    else:
        out.mkdir()
        (out / ("photo.jpg" if content == "a photo" else "synth.json")).write_text("{")
    with pytest.raises(OutputError, match="choose a"):
        missing_scenes(SPEC, out, 1)


def test_refuses_to_share_a_folder_with_another_run(tmp_path: Path) -> None:
    out = tmp_path / "set"
    numbers = missing_scenes(SPEC, out, 2)
    with pytest.raises(OutputError, match="Another command"):
        make_scenes(SPEC, out, numbers, 1, lambda _: make_scenes(SPEC, out, numbers, 1, lambda _: None))


def test_a_record_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    make(tmp_path / "set", 1)
    (tmp_path / "set" / "scenes" / "000000.json").write_text("{")
    with pytest.raises(OutputError, match="remove it"):
        make(tmp_path / "set", 1)


def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(OutputError, match="No space left"):
        make(tmp_path / "set", 1)
    assert not list((tmp_path / "set").rglob("*.png"))
