"""To and from supervision's detections, with the library itself where it is installed."""

import math
import subprocess
import sys
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from howfar.errors import MissingExtraError, SettingError
from howfar.scene import Detections
from howfar.scene.exchange import from_supervision, is_of_supervision, to_supervision
from howfar.scene.track import Track
from tests.scene.test_scene import scene

BOXES = [[10.0, 10.0, 20.0, 20.0], [0.0, 0.0, 5.0, 5.0]]
NAMES = {"class_name": np.array(["chair", "person"])}


@dataclass
class Stand:
    """What supervision's detections hold, without the library."""

    xyxy: Any = field(default_factory=lambda: np.array(BOXES))
    mask: Any = None
    confidence: Any = None
    class_id: Any = None
    tracker_id: Any = None
    data: dict[str, Any] = field(default_factory=dict)


def test_supervision_takes_the_objects_with_their_distances() -> None:
    pytest.importorskip("supervision", reason="needs the extra supervision, which is not installed")
    found = to_supervision(scene())
    assert found.xyxy.tolist() == [[10.0, 10.0, 20.5, 20.0], [0.0, 0.0, 5.0, 5.0]]
    assert found.data["class_name"].tolist() == ["chair", "person"]
    assert found.data["depth_m"] == pytest.approx([1.5, math.nan], nan_ok=True)
    assert found.data["low_m"].shape == found.data["high_m"].shape == (2,)
    assert found.data["position_m"].shape == (2, 3)
    assert found.tracker_id is None
    assert len(to_supervision(scene(objects=()))) == 0


def test_tracks_go_to_supervision_and_come_back() -> None:
    pytest.importorskip("supervision", reason="needs the extra supervision, which is not installed")
    chair, person = scene().objects
    found = to_supervision(scene(objects=(replace(chair, track=Track(7)), person)))
    assert found.tracker_id.tolist() == [7, -1]
    assert is_of_supervision(found)
    back = from_supervision(found[found.class_id >= 0])
    assert back.labels == ("chair", "person")
    assert back.boxes_xyxy_px.tolist() == found.xyxy.tolist()
    assert back.scores == pytest.approx(found.confidence)
    assert back.track_ids is not None
    assert back.track_ids.tolist() == [7, -1]


def test_an_empty_result_of_supervisions_has_no_boxes() -> None:
    supervision = pytest.importorskip("supervision", reason="needs the extra supervision, which is not installed")
    assert len(from_supervision(supervision.Detections.empty())) == 0


@pytest.mark.parametrize(
    ("given", "names", "labels"),
    [
        pytest.param(Stand(data=NAMES), (), ("chair", "person"), id="named in its data"),
        pytest.param(Stand(class_id=np.array([1, 0])), ("cup", "dog"), ("dog", "cup"), id="numbers of a detector"),
        pytest.param(
            Stand(class_id=np.array([1, 0]), data=NAMES), ("cup",), ("chair", "person"), id="names go before numbers"
        ),
    ],
)
def test_classes_are_names(given: Stand, names: tuple[str, ...], labels: tuple[str, ...]) -> None:
    found = from_supervision(given, names)
    assert found.labels == labels
    assert found.scores.tolist() == [1, 1]


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(Stand(), id="no classes at all"),
        pytest.param(Stand(class_id=np.array([0, 2])), id="a number too large"),
        pytest.param(Stand(class_id=np.array([0, -1])), id="a number below 0"),
    ],
)
def test_classes_without_names_are_refused(given: Stand) -> None:
    with pytest.raises(SettingError, match="do not say what their classes are"):
        from_supervision(given, ("cup", "dog"))


def test_a_mask_of_the_picture_becomes_a_grid_over_its_box() -> None:
    mask = np.zeros((2, 40, 40), dtype=np.bool_)
    mask[0, 10:20, 10:15] = True
    grids = from_supervision(Stand(mask=mask, data=NAMES)).masks
    assert grids is not None
    assert grids.shape == (2, 28, 28)
    assert grids[0, :, :14].min() == 1
    assert grids[0, :, 14:].max() == 0
    assert grids[1].max() == 0


def test_other_detections_are_not_taken_for_supervisions() -> None:
    assert not is_of_supervision(Detections.from_boxes([], []))
    assert not is_of_supervision([])


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "supervision", None)
    with pytest.raises(MissingExtraError, match=r"howfar\[supervision\]"):
        to_supervision(scene())


def test_the_library_is_not_imported_unless_it_is_used() -> None:
    code = "import sys, howfar.scene.exchange, howfar.pipeline.rangefinder; assert 'supervision' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
