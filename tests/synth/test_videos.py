"""Rendered videos: the same bytes for the same seed, and a truth that fits together."""

import math
from pathlib import Path

import numpy as np
import pytest

from howfar.datasets.tracked_videos import open_tracked_videos
from howfar.errors import SettingError, SourceError
from howfar.synth.videos.making import make_videos, missing_videos
from howfar.synth.videos.motion import Mover, MovingWorld, Ride
from howfar.synth.videos.spec import VideoSpec
from howfar.synth.world import STRUCTURE, Ambient, Body, Eye, World

pytest.importorskip("embreex", reason="needs the extra `synth`")

SPEC = VideoSpec(6, 64, 48, seconds=0.4)
DARK = Ambient((0, 0, 0), (0, 0, 0), (0, 0, 0), (0, 0, 0))
BLANK = Body.of("car", [])


def make(out: Path, videos: int = 2) -> list[str]:
    done: list[str] = []
    make_videos(SPEC, out, missing_videos(SPEC, out, videos), 1, done.append)
    return done


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("videos") / "set"
    assert make(out) == ["000000", "000001"]
    return out


@pytest.mark.slow
def test_the_same_seed_gives_the_same_files_and_nothing_is_rendered_twice(made: Path, tmp_path: Path) -> None:
    assert make(made) == []
    again = tmp_path / "set"
    make(again, 1)
    for path in (again / "000000").rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (made / path.relative_to(again)).read_bytes()


@pytest.mark.slow
def test_what_is_written_is_read_and_fits_together(made: Path) -> None:
    for number, video in enumerate(open_tracked_videos(made)):
        frames = list(video.frames())
        times_s = SPEC.times_s(number)
        assert [each.time_s for each in frames] == pytest.approx(times_s, abs=1e-3)
        assert frames[0].image.shape[:2] == (video.camera.height_px, video.camera.width_px)
        for objects in video.objects.values():
            assert len({each.track_id for each in objects}) == len(objects)
            for each in objects:
                assert each.nearest_m <= each.depth_m + 1e-3
                if each.speed_m_s > 0:
                    assert each.ttc_s == pytest.approx(each.nearest_m / each.speed_m_s, rel=0.02)
        assert (made / video.name / "gt" / "gt.txt").read_text().startswith("1,")


def test_a_folder_without_videos_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no videos with tracks"):
        open_tracked_videos(tmp_path)


@pytest.mark.parametrize("seconds", [0.0, 1000.0, math.nan])
def test_a_length_that_cannot_be(seconds: float) -> None:
    with pytest.raises(SettingError, match="seconds"):
        VideoSpec(1, seconds=seconds)


def test_rates_go_from_10_to_30_and_frames_are_missing_in_some() -> None:
    steps = [np.diff(VideoSpec(3, seconds=4.0).times_s(number)) for number in range(40)]
    rates = [1 / step.min() for step in steps]
    assert min(rates) == pytest.approx(10.0)
    assert max(rates) == pytest.approx(30.0)
    assert 8 < sum(step.max() > 1.5 * step.min() for step in steps) < 32


def moving(mover: Mover, ride: Ride) -> MovingWorld:
    return MovingWorld(World((Body.of(STRUCTURE, []), BLANK.at(0, 20)), (), DARK, ride.start), (mover,), ride)


def test_speeds_are_those_of_the_motion() -> None:
    mover = Mover(lambda _: BLANK, (1.0, 30.0, 0.0), -math.pi / 2, 4.0)
    world = moving(mover, Ride(Eye((0.0, 0.0, 1.5)), speed_m_s=3.0))
    standing, coming = world.motion_of(1, 0.5), world.motion_of(2, 0.5)
    assert (standing.towards_m_s, standing.over_ground_m_s) == pytest.approx((3.0, 0.0))
    assert (coming.towards_m_s, coming.over_ground_m_s) == pytest.approx((7.0, 4.0))
    assert world.at(1.0).eye.position_m == pytest.approx((0.0, 3.0, 1.5))


def test_who_brakes_stands_in_the_end() -> None:
    mover = Mover(lambda _: BLANK, (0.0, 0.0, 0.0), 0.0, 4.0, -2.0)
    assert [mover.way_m(time_s) for time_s in (1.0, 2.0, 9.0)] == pytest.approx([3.0, 4.0, 4.0])
    assert mover.speed_at(9.0) == 0.0
