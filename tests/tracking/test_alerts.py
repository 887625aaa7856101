"""Rules of alerts: how they are written, and when they begin."""

from dataclasses import replace

import pytest

from howfar.errors import SettingError
from howfar.scene.track import Track
from howfar.tracking.alerts import AlertWatch, parse_rule
from tests.tracking.scenes import frame, walker

NEAR, FAR = walker(0, 1.5), walker(0, 9.0)
COMING = replace(FAR, track=Track(3, 9.0, speed_m_s=6.0, ttc_s=1.2))


@pytest.mark.parametrize(
    ("text", "one", "broken"),
    [
        ("person<2", NEAR, True),
        ("person<2", FAR, False),
        ("Person < 2.0", NEAR, True),
        ("car<2", NEAR, False),
        ("any<2", NEAR, True),
        ("person>5", FAR, True),
        ("ttc<1.5", COMING, True),
        ("ttc<1", COMING, False),
        ("ttc<1.5", NEAR, False),
        ("person:ttc<1.5", COMING, True),
        ("car:ttc<1.5", COMING, False),
        ("speed>5", COMING, True),
    ],
)
def test_rules(text: str, one, broken: bool) -> None:
    assert parse_rule(text).is_broken_by(one) is broken


@pytest.mark.parametrize("text", ["person", "person=2", "<2", "person<", "person<x", "person<1.2.3", ""])
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(SettingError, match="written as person<2") as refusal:
        parse_rule(text)
    assert refusal.value.setting == "alert"


def test_a_class_that_is_unknown_is_refused() -> None:
    with pytest.raises(SettingError, match="does not know"):
        parse_rule("persom<2", ["person"])


def test_a_tracked_object_is_told_once_until_it_was_over_for_a_second() -> None:
    watch, near, far = AlertWatch([parse_rule("person<2")]), replace(NEAR, track=Track(1)), replace(FAR, track=Track(1))
    begun = []
    for time_s, one in ((0.0, near), (0.1, near), (0.2, far), (0.3, near), (2.0, near)):
        marked, alerts = watch.update(frame(time_s, [one]))
        begun.append(len(alerts))
        assert marked.objects[0].alerts == (("person<2",) if one is near else ())
    assert begun == [1, 0, 0, 0, 1]


def test_what_is_not_tracked_is_told_each_time() -> None:
    watch = AlertWatch([parse_rule("person<2")])
    assert [len(watch.update(frame(None, [NEAR]))[1]) for _ in range(2)] == [1, 1]
