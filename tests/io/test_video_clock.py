import pytest

from howfar.io.video_clock import VideoClock


@pytest.mark.parametrize(
    ("stated", "expected", "may_leap"),
    [
        pytest.param([1.4, 1.5, 1.6], [0.0, 0.1, 0.2], False, id="it begins at its own start"),
        pytest.param([1.4, 1.5, 1.4, 1.5], [0.0, 0.1, 0.2, 0.3], False, id="it begins anew"),
        pytest.param([1.4, 1.5, 0.2, 0.3], [0.0, 0.1, 0.2, 0.3], False, id="it begins anew, and earlier"),
        pytest.param([1.4, 1.5, 1.4, 1.5, 1.4], [0.0, 0.1, 0.2, 0.3, 0.4], False, id="twice"),
        pytest.param([1.4, 90.0, 88.0, 88.1], [0.0, 88.6, 88.7, 88.8], False, id="it goes back by seconds"),
        pytest.param([1.4, 1.6, 1.5, 1.7], [0.0, 0.2, 0.2, 0.3], False, id="one frame's time is wrong"),
        pytest.param([1.4, 1.5, 4000.0, 4000.1], [0.0, 0.1, 0.2, 0.3], True, id="a stream leaps to another time"),
        pytest.param([1.4, 1.5, 61.5], [0.0, 0.1, 60.1], False, id="a file has a long pause"),
        pytest.param([1.4, 1.5, 9.5], [0.0, 0.1, 8.1], True, id="a stream has a short pause"),
        pytest.param([None, None, None], [0.0, 0.1, 0.2], False, id="no frame has a time"),
    ],
)
def test_time_goes_on(stated: list[float | None], expected: list[float], may_leap: bool) -> None:
    clock = VideoClock(1.4, 10.0, may_leap=may_leap)
    assert [clock.time_s(time_s, index) for index, time_s in enumerate(stated)] == pytest.approx(expected)


def test_a_jump_is_remembered() -> None:
    clock = VideoClock(0.0, 10.0, may_leap=False)
    for index, time_s in enumerate([0.0, 0.1, 0.2]):
        clock.time_s(time_s, index)
    assert not clock.has_jumped
    clock.time_s(0.0, 3)
    assert clock.has_jumped


def test_without_a_rate_a_frame_without_a_time_has_none() -> None:
    assert VideoClock(0.0, None, may_leap=False).time_s(None, 7) is None
