"""AP and REL of a network and of the file that was made of it."""

from dataclasses import replace

import numpy as np
import pytest

from howfar.datasets import DepthSample, DetectionSample
from howfar.errors import SettingError
from howfar.evaluation.agreement.agreement import Network
from howfar.evaluation.agreement.labelled import Figure, Measured, measure_boxes, measure_depth
from howfar.evaluation.agreement.timing import least_in_turns_ms
from howfar.evaluation.agreement.tolerance import lost
from howfar.evaluation.depth.protocols import FULL
from howfar.scene import Camera
from tests.evaluation.agreement.test_agreement import BOXES, CLASSES, CUP, METRES, Constant

IMAGE = np.zeros((64, 64, 3), dtype=np.uint8)
ROOM = DepthSample("room", IMAGE, np.full((64, 64), 2.0, dtype=np.float32), Camera.from_focal(64, 64, 50.0))
CUPS = DetectionSample(
    "cups", 1, IMAGE, np.array([CUP[:4]], dtype=np.float32), np.array([0]), np.array([False]), CLASSES
)


def boxes(*given: list) -> Network:
    return Network(BOXES, Constant([list(given)]))


def metres(depth_m: float) -> Network:
    return Network(METRES, Constant(np.full((1, 8, 8), depth_m)))


def test_depth_before_and_after() -> None:
    rel, delta1 = measure_depth([ROOM], FULL, (metres(2.2), metres(2.6)), iter)
    assert (rel.source, rel.other) == pytest.approx((0.1, 0.3), abs=1e-6)
    assert rel.loss == pytest.approx(2.0, abs=1e-4)
    assert (delta1.source, delta1.other, delta1.loss) == (1.0, 0.0, 1.0)


def test_boxes_before_and_after() -> None:
    ap, ap50 = measure_boxes([CUPS], [CUPS], (boxes(CUP), boxes([8, 8, 40, 30, 0.9, 0])), iter)
    assert ap.source == pytest.approx(1.0)
    assert ap.other == pytest.approx(0.4)  # an IoU of 0.69: right at 0.50 to 0.65
    assert ap50.other == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("measured", "says"),
    [
        pytest.param((Figure("AP", 0.30, 0.294),), "", id="AP within"),
        pytest.param((Figure("AP", 0.30, 0.31), Figure("AP50", 0.5, 0.1)), "", id="AP alone decides"),
        pytest.param((Figure("AP", 0.30, 0.28),), "AP went from 0.3000 to 0.2800 on cups", id="AP lost"),
        pytest.param((Figure("REL", 0.1, 0.11, True),), "REL went from 0.1000 to 0.1100 on cups", id="REL grown"),
        pytest.param((Figure("REL", 0.1, float("nan"), True),), "REL went from 0.1000 to nan", id="REL unknown"),
        pytest.param((Figure("AP", 0.0, 0.0),), "", id="nothing to lose"),
    ],
)
def test_what_is_lost_beyond_a_twentieth(measured: tuple[Figure, ...], says: str) -> None:
    words = lost([Measured("cups", measured)], 0.05)
    assert words.startswith(says)
    assert bool(words) is bool(says)


def test_labels_of_what_a_network_does_not_give_are_refused() -> None:
    with pytest.raises(SettingError, match="boxes gives no metres"):
        measure_depth([ROOM], FULL, (boxes(CUP), boxes(CUP)), iter)
    with pytest.raises(SettingError, match="metres gives no boxes"):
        measure_boxes([CUPS], [CUPS], (metres(1.0), metres(1.0)), iter)
    relative = replace(METRES, depth=replace(METRES.depth, kind="relative_depth"))
    with pytest.raises(SettingError, match="gives no metres"):
        measure_depth([ROOM], FULL, (Network(relative, Constant([[[1.0]]])),) * 2, iter)


def test_works_are_timed_in_turns() -> None:
    calls: list[str] = []
    least = least_in_turns_ms({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, turns=2)
    assert calls == ["a", "b"] * 4
    assert all(0 <= took < 1000 for took in least.values())
