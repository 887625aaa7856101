"""What is cheap to change is changed picture by picture, and what is watched goes through stages."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from howfar import Rangefinder
from howfar.errors import SettingError
from howfar.pipeline.open_methods import open_method
from howfar.pipeline.view import View
from howfar.ranging import Bounds
from howfar.ranging.cues.joining import parse_cues
from howfar.ranging.cues.sizes import ClassSize, SizeTable
from howfar.ranging.settings import Ranging
from howfar.scene import Query
from tests.models.onnx_files import constant_detector, mean_depth
from tests.pipeline.stand_ins import CAMERA, Sees, halves

CARD = 'layout = "yolov8"\nclasses = ["cup", "dog"]\nscore = 0.5\nnms = 0.5'
BOXES = np.array(
    [[(16, 24, 20, 20, 0.9, 0.0), (18, 24, 20, 20, 0.7, 0.0), (48, 24, 20, 20, 0.0, 0.8)]], dtype=np.float32
).transpose(0, 2, 1)
"""Two cups that overlap, and a dog."""
SIZES = SizeTable({"cup": ClassSize("cup", height_m=1.2, log_sd=0.1)})


@pytest.fixture
def models(tmp_path: Path) -> dict[str, Path]:
    return {"detector": constant_detector(tmp_path, {"out": BOXES}, CARD), "depth": mean_depth(tmp_path)}


@pytest.fixture
def opens_no_session(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """What makes every attempt to open another network fail."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a session was opened")

    return lambda: monkeypatch.setattr("howfar.models.session.OnnxSession.__init__", refuse)


def shown(view: View) -> dict:
    scene = view.to_dict()
    del scene["timing_ms"]
    return scene


@pytest.mark.parametrize(
    ("query", "settings", "found"),
    [
        pytest.param(Query(0.75), {"score": 0.75}, ["cup", "dog"], id="a higher score"),
        pytest.param(Query(0.85), {"score": 0.85}, ["cup"], id="one that leaves a single object"),
        pytest.param(Query(nms=0.95), {"nms": 0.95}, ["cup", "cup", "dog"], id="more overlap of duplicates"),
        pytest.param(Query(classes=("Dog",)), {"classes": ["Dog"]}, ["dog"], id="one class"),
    ],
)
def test_a_query_per_call_gives_what_a_finder_made_with_it_gives(
    models, opens_no_session, query: Query, settings: dict, found: list[str]
) -> None:
    finder, made = Rangefinder(**models, camera=CAMERA), Rangefinder(**models, camera=CAMERA, **settings)
    before = shown(finder.look(halves(2, 5)))
    opens_no_session()
    view = finder.look(halves(2, 5), query=query)
    assert [each.label for each in view] == found
    assert shown(view) == shown(made.look(halves(2, 5)))
    assert shown(finder.look(halves(2, 5))) == before, "the finder's own query stays"


@pytest.mark.parametrize(
    ("settings", "names", "methods"),
    [
        pytest.param({}, "auto", ["median"], id="another method"),
        pytest.param({"max_depth_m": 4.0}, "auto", ["auto"], id="a maximum"),
        pytest.param({}, "size", ["auto"], id="other cues"),
        pytest.param({"max_depth_m": 30.0}, "all", ["layers", "min"], id="all at once"),
    ],
)
def test_ranging_per_call_gives_what_a_finder_made_with_it_gives(
    models, opens_no_session, settings: dict, names: str, methods: list[str]
) -> None:
    finder = Rangefinder(**models, camera=CAMERA)
    made = Rangefinder(**models, camera=CAMERA, method=methods, cues=names, sizes=SIZES, **settings)
    opened = tuple(map(open_method, methods))
    opens_no_session()
    ranging = Ranging(opened, parse_cues(names, sizes=SIZES), **settings)
    for one, other in zip(finder.look_each(halves(2, 5), ranging=ranging), made.look_each(halves(2, 5)), strict=True):
        assert shown(one) == shown(other)
    assert finder.method_names == ("auto",), "the finder's own ranging stays"


def test_a_maximum_per_call_goes_before_that_of_the_ranging(models) -> None:
    finder = Rangefinder(**models, camera=CAMERA, max_depth_m=9.0)
    assert finder.look(halves(2, 5), max_depth_m=4.0).max_depth_m == 4.0
    ranging = replace(finder.ranging, max_depth_m=3.0)
    assert finder.look(halves(2, 5), ranging=ranging).max_depth_m == 3.0
    assert finder.look(halves(2, 5), max_depth_m=4.0, ranging=ranging).max_depth_m == 4.0
    assert finder.look(halves(2, 5)).max_depth_m == 9.0


@pytest.mark.parametrize(
    ("make", "says", "setting"),
    [
        pytest.param(lambda: Query(1.5), "score must lie between 0 and 1", "score", id="a score above 1"),
        pytest.param(lambda: Query(nms=-0.1), "nms must lie between 0 and 1", "nms", id="an overlap below 0"),
        pytest.param(lambda: Ranging((), parse_cues("auto")), "At least one", "method", id="no method"),
        pytest.param(
            lambda: Ranging((open_method("median"),), parse_cues("auto"), 0.0),
            "above 0 metres, not 0",
            "max_depth_m",
            id="a maximum of nothing",
        ),
        pytest.param(
            lambda: Ranging((open_method("median"),), parse_cues("auto"), float("nan")),
            "a finite number, not nan",
            "max_depth_m",
            id="a maximum that is NaN",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(make: Callable[[], object], says: str, setting: str) -> None:
    with pytest.raises(SettingError, match=says) as refused:
        make()
    assert refused.value.setting == setting


def test_a_class_that_is_not_known_is_refused_per_call_too(models) -> None:
    with pytest.raises(SettingError, match="knows no class 'cat'"):
        Rangefinder(**models).look(halves(2, 5), query=Query(classes=("cat",)))


def test_limits_of_a_method_per_call(models) -> None:
    finder = Rangefinder(**models, camera=CAMERA)
    bounded = replace(finder.ranging, methods=(open_method("median", bounds=Bounds(upper_m=3.0)),))
    assert [each.distance.is_known for each in finder.look(halves(2, 5), ranging=bounded)] == [True, False]


def film(folder: Path, count: int = 4) -> Path:
    for index in range(1, count + 1):
        Image.fromarray(halves(index, 9)).save(folder / f"{index}.png")
    return folder


def tagged(tag: str) -> Callable[[Iterable[View]], Iterator[View]]:
    """A stage that writes a letter behind each view's name."""

    def stage(views: Iterable[View]) -> Iterator[View]:
        for view in views:
            yield replace(view, source=view.source + tag)

    return stage


def every_second(views: Iterable[View]) -> Iterator[View]:
    """A stage that drops every second view."""
    for index, view in enumerate(views):
        if index % 2 == 0:
            yield view


def steadied(views: Iterable[View]) -> Iterator[View]:
    """A stage that remembers: each view is shown once more after the next one."""
    last: View | None = None
    for view in views:
        yield view
        if last is not None:
            yield last
        last = view


@pytest.mark.parametrize(
    ("stages", "expected"),
    [
        pytest.param((), ["1", "2", "3", "4"], id="no stage"),
        pytest.param((tagged("a"), tagged("b")), ["1ab", "2ab", "3ab", "4ab"], id="two, the first one first"),
        pytest.param((every_second, tagged("x")), ["1x", "3x"], id="one that drops views"),
        pytest.param((steadied, every_second), ["1", "1", "2", "3"], id="one with a memory"),
        pytest.param((every_second, steadied), ["1", "3", "1"], id="in another order something else"),
    ],
)
def test_views_go_through_the_stages_in_their_order(tmp_path: Path, stages, expected: list[str]) -> None:
    watched = Rangefinder.of(Sees()).watch(film(tmp_path), stages=stages)
    assert [Path(view.source).name.replace(".png", "") for view in watched] == expected


def test_a_stage_works_while_the_video_runs(tmp_path: Path) -> None:
    seer = Sees()
    watched = Rangefinder.of(seer).watch(film(tmp_path, 12), stages=[tagged("a")])
    next(watched)
    watched.close()
    assert 1 <= len(seer.asked) < 12
