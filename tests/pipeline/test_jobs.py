"""Looking at many pictures: one that fails is a row of its own."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from howfar import Rangefinder
from howfar.errors import HowfarError, OutputError, SettingError, SourceError
from howfar.pipeline.jobs import Failed, Looked, Outcome, look_at_pictures
from howfar.pipeline.metric_scale import MetricEvidence
from howfar.ranging import parse_method
from howfar.ranging.cues.joining import CueSettings
from howfar.ranging.settings import Ranging
from howfar.scene import DepthFacts, DepthMap, Frame, Perception, Query
from howfar.scene.known_distance import KnownDistance
from howfar.scene.lens import Lens
from howfar.sources.opening import open_sources
from tests.pipeline.stand_ins import CAMERA, Sees, halves

FAR_M = 20
"""So far away the dog is not seen."""


class SeesNear(Sees):
    """A perceiver that sees the dog only where it is near."""

    def perceive(self, frame: Frame, query: Query) -> Perception:
        """See the cup, and the dog if it is near."""
        nearby = int(frame.image[0, 63, 0]) < 10 * FAR_M
        return super().perceive(frame, query if nearby else Query(classes=("cup",)))


def picture(path: Path, left_m: int, right_m: int) -> None:
    Image.fromarray(halves(left_m, right_m)).save(path)


def dog_finder() -> Rangefinder:
    """A finder of relative depth that is told how far the dog is."""
    evidence = MetricEvidence(known=(KnownDistance("dog", 5.0),))
    ranging = Ranging((parse_method("median"), parse_method("mean")), CueSettings())
    return Rangefinder.of(SeesNear(DepthFacts("ranker", "relative_depth")), Lens(CAMERA), evidence, ranging)


def as_rows(outcomes: Iterator[Outcome]) -> list[tuple[str, type[HowfarError] | int]]:
    """The name of each source, and its error's kind or the number of its views."""
    return [
        (Path(each.source).name, type(each.error) if isinstance(each, Failed) else len(each.views)) for each in outcomes
    ]


@pytest.mark.parametrize("bad", ["1-broken.jpg", "4-square.png", "5-no-dog.png"])
def test_a_picture_that_fails_is_a_row_and_the_others_are_looked_at(tmp_path: Path, bad: str) -> None:
    (tmp_path / "1-broken.jpg").write_text("no picture")
    picture(tmp_path / "2-good.png", 2, 5)
    picture(tmp_path / "3-good.png", 3, 6)
    Image.fromarray(np.zeros((48, 48, 3), np.uint8)).save(tmp_path / "4-square.png")
    picture(tmp_path / "5-no-dog.png", 2, FAR_M)
    picture(tmp_path / "6-good.png", 4, 7)
    kinds = {"1-broken.jpg": SourceError, "4-square.png": SettingError, "5-no-dog.png": SettingError}
    says = {
        "1-broken.jpg": "1-broken.jpg",
        "4-square.png": "48×48",
        "5-no-dog.png": "There is no dog among what was found: there are 1 (cup)",
    }
    outcomes = list(look_at_pictures(dog_finder(), open_sources([str(tmp_path)])))
    names = sorted(path.name for path in tmp_path.iterdir())
    assert as_rows(iter(outcomes)) == [(name, kinds.get(name, 2)) for name in names]
    (failed,) = (each for each in outcomes if Path(each.source).name == bad)
    assert isinstance(failed, Failed)
    assert says[bad] in str(failed.error)


def test_the_views_are_those_of_look_each(tmp_path: Path) -> None:
    picture(tmp_path / "good.png", 2, 5)
    finder = dog_finder()
    (looked,) = look_at_pictures(finder, open_sources([str(tmp_path / "good.png")]))
    assert isinstance(looked, Looked)
    assert looked.source == str(tmp_path / "good.png")
    for one, other in zip(looked.views, finder.look_each(tmp_path / "good.png"), strict=True):
        assert one.to_dict()["objects"] == other.to_dict()["objects"]
        assert one.source == other.source


def test_frames_are_prepared_first_and_what_that_refuses_is_the_pictures_failure(tmp_path: Path) -> None:
    for name in ("a.png", "b.png", "c.png"):
        picture(tmp_path / name, 2, 5)
    own = DepthMap(np.full((48, 64), 4.0), "metres")

    def prepare(frame: Frame) -> Frame:
        if frame.source.endswith("b.png"):
            raise OutputError("b.png exists already.")
        return Frame(frame.image, frame.source, depth=own)

    finder = Rangefinder.of(OwnDepth(), ranging=Ranging((parse_method("median"),), CueSettings()))
    outcomes = list(look_at_pictures(finder, open_sources([str(tmp_path)]), prepare))
    assert as_rows(iter(outcomes)) == [("a.png", 1), ("b.png", OutputError), ("c.png", 1)]
    (first, _, _) = outcomes
    assert isinstance(first, Looked)
    assert [each.depth_m for each in first.views[0]] == [4.0, 4.0]


class OwnDepth(Sees):
    """A perceiver that takes the frame's own depth."""

    def perceive(self, frame: Frame, query: Query) -> Perception:
        """See the cup and the dog on the frame's own depth."""
        seen = super().perceive(frame, query)
        assert frame.depth is not None
        return Perception(frame, seen.detections, frame.depth, DepthFacts.of_given(frame.depth))


def test_a_picture_that_the_camera_cannot_have_taken_is_not_prepared(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((48, 48, 3), np.uint8)).save(tmp_path / "square.png")
    prepared: list[str] = []

    def prepare(frame: Frame) -> Frame:
        prepared.append(frame.source)
        return frame

    outcomes = look_at_pictures(dog_finder(), open_sources([str(tmp_path)]), prepare)
    assert as_rows(outcomes) == [("square.png", SettingError)]
    assert prepared == []


def test_no_sources_are_no_rows() -> None:
    assert list(look_at_pictures(dog_finder(), [])) == []


def test_whoever_stops_early_leaves_the_rest_unread(tmp_path: Path) -> None:
    for index in range(20):
        picture(tmp_path / f"{index}.png", 2, 5)
    finder = dog_finder()
    outcomes = look_at_pictures(finder, open_sources([str(tmp_path)]))
    next(outcomes)
    outcomes.close()
    seer = finder.perceiver
    assert isinstance(seer, Sees)
    assert 1 <= len(seer.asked) < 10
