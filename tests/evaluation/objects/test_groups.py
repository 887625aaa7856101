"""Sorting objects into groups."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.evaluation.objects.groups import GROUPINGS, all_objects, by_class, by_distance, by_occlusion, by_size
from howfar.evaluation.objects.results import MeasuredObject
from tests.evaluation.objects.object_cases import measured


def named(groups) -> dict[str, list[int]]:
    return {group.name: group.members.tolist() for group in groups}


def test_classes_stand_in_alphabetical_order() -> None:
    objects = [measured(label=label) for label in ("sofa", "bed", "sofa")]
    assert list(named(by_class(objects)).items()) == [("bed", [1]), ("sofa", [0, 2])]


@pytest.mark.parametrize(
    ("truth_m", "name"),
    [
        pytest.param(0.5, "0–1 m", id="near"),
        pytest.param(1.0, "1–2 m", id="a limit belongs to the farther group"),
        pytest.param(5.9, "4–6 m", id="bins widen"),
        pytest.param(60.0, "60 m and more", id="the last is open"),
        pytest.param(900.0, "60 m and more", id="without end"),
    ],
)
def test_distances_have_bins(truth_m: float, name: str) -> None:
    assert named(by_distance([measured(truth_m)])) == {name: [0]}


def test_bins_go_from_near_to_far_without_the_empty_ones() -> None:
    assert list(named(by_distance([measured(70.0), measured(1.5), measured(1.7)]))) == ["1–2 m", "60 m and more"]


@pytest.mark.parametrize(
    ("occlusions", "names"),
    [
        pytest.param([2, 0, 0], ["fully visible", "largely occluded"], id="from visible to occluded"),
        pytest.param([1, -1], ["partly occluded", "unknown"], id="the unknown ones last"),
        pytest.param([-1, -1], [], id="no groups where all are unknown"),
        pytest.param([], [], id="nor of no objects"),
    ],
)
def test_occlusions_are_named(occlusions: list[int], names: list[str]) -> None:
    assert list(named(by_occlusion([measured(occlusion=level) for level in occlusions]))) == names


@pytest.mark.parametrize(
    ("box", "name"),
    [
        pytest.param((5, 5, 36, 36), "0–32 px", id="31×31 pixels"),
        pytest.param((0, 0, 32, 32), "32–64 px", id="32×32 pixels"),
        pytest.param((0, 0, 16, 256), "64–128 px", id="16×256 pixels, as large as 64×64"),
        pytest.param((0, 0, 600, 400), "256 px and more", id="600×400 pixels"),
        pytest.param((9, 9, 3, 3), "0–32 px", id="a box turned inside out"),
    ],
)
def test_size_is_the_side_of_a_square_as_large(box: tuple[float, float, float, float], name: str) -> None:
    assert named(by_size([measured(box=box)])) == {name: [0]}


THINGS = st.builds(
    lambda truth_m, label, side, occlusion: measured(
        truth_m, label=label, box=(0.0, 0.0, side, side), occlusion=occlusion
    ),
    st.floats(0.1, 200),
    st.sampled_from(["chair", "bed", "sofa"]),
    st.floats(0, 500),
    st.sampled_from([0, 1, 2, -1]),
)


@given(st.lists(THINGS, max_size=12))
def test_every_object_is_in_one_group_of_each_kind(objects: list[MeasuredObject]) -> None:
    for by, sort in GROUPINGS.items():
        members = [member for group in sort(objects) for member in group.members.tolist()]
        if by != "occlusion" or any(each.occlusion >= 0 for each in objects):
            assert sorted(members) == all_objects(objects).members.tolist() == list(range(len(objects)))
