"""Classes that one thing is taken for."""

import pytest

from howfar.models.card import coco80
from howfar.models.look_alikes import LOOK_ALIKES, look_alikes


@pytest.mark.parametrize(
    ("names", "groups"),
    [
        pytest.param(("car", "person", "truck"), [0, 1, 0], id="two vehicles are one group and a person is alone"),
        pytest.param((" Truck", "BUS"), [0, 0], id="in any case"),
        pytest.param(("dog", "bicycle", "cat", "motorcycle"), [0, 1, 0, 1], id="two groups"),
        pytest.param(("forklift", "forklift"), [0, 1], id="classes that nobody knows are alone, even of one name"),
        pytest.param((), [], id="no class"),
    ],
)
def test_groups(names: tuple[str, ...], groups: list[int]) -> None:
    assert look_alikes(names).tolist() == groups


def test_every_name_is_one_of_coco_and_in_one_group() -> None:
    named = [name for group in LOOK_ALIKES for name in group]
    assert set(named) <= set(coco80())
    assert len(named) == len(set(named))
