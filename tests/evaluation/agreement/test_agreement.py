"""What two networks have in common on pictures."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from howfar.errors import ModelError, SettingError
from howfar.evaluation.agreement.agreement import Agreement, Network, PictureAgreement, compare_on
from howfar.evaluation.agreement.tolerance import beyond, refuse_nothing_compared, tolerance_for
from howfar.models import Card
from howfar.models.card import DepthSpec, DetectorSpec, InputSpec, Int8Facts
from howfar.scene import Frame

INPUT = InputSpec(64, 64, "stretch")
CLASSES = ("cup", "dog")
BOXES = Card("boxes", "detection", "CC0", INPUT, detector=DetectorSpec("end2end", CLASSES, score=0.4))
METRES = Card("metres", "depth", "CC0", INPUT, depth=DepthSpec("metres"))
FRAME = Frame(np.zeros((64, 64, 3), dtype=np.uint8), "a grey wall")

CUP, DOG = [8, 8, 40, 40, 0.9, 0], [40, 40, 60, 60, 0.5, 1]


class Constant:
    """Gives the same for every picture."""

    name = "constant"

    def __init__(self, given: Any) -> None:
        self.given = np.array(given, dtype=np.float32)

    def run(self, *tensors: NDArray[np.float32]) -> Mapping[str, NDArray[Any]]:
        return {"out": self.given}

    def digest(self) -> str:
        return ""


def compared(card: Card, source: Any, other: Any) -> PictureAgreement:
    networks = (Network(card, Constant([given])) for given in (source, other))
    (only,) = compare_on([FRAME], *networks).pictures
    return only


@pytest.mark.parametrize(
    ("source", "other", "boxes", "found"),
    [
        pytest.param([CUP, DOG], [CUP, DOG], 4, 4, id="the same boxes"),
        pytest.param([CUP, DOG], [CUP], 3, 2, id="one that is lost"),
        pytest.param([CUP], [CUP, DOG], 3, 2, id="one out of nothing"),
        pytest.param([CUP, DOG], [CUP, [*DOG[:4], 0.25, 1]], 3, 3, id="one just below the threshold"),
        pytest.param([CUP, DOG], [CUP, [*DOG[:4], 0.15, 1]], 3, 2, id="one far below the threshold"),
        pytest.param([CUP], [[*CUP[:5], 1]], 2, 0, id="one of another class"),
        pytest.param([CUP], [[8, 24, 40, 56, 0.9, 0]], 2, 0, id="one that overlaps by a third"),
        pytest.param([CUP], [CUP, CUP], 3, 2, id="one that stands for two"),
    ],
)
def test_boxes_are_found_again_or_not(source: list, other: list, boxes: int, found: int) -> None:
    only = compared(BOXES, source, other)
    assert (only.boxes, only.found) == (boxes, found)


def test_how_far_boxes_that_are_found_again_are_apart() -> None:
    only = compared(BOXES, [CUP], [[8, 8, 40, 24, 0.8, 0]])
    assert only.ious == pytest.approx((0.5,))
    assert only.score_differences == pytest.approx((0.1,), abs=1e-6)


@pytest.mark.parametrize(
    ("kind", "source", "other", "difference", "in_one"),
    [
        pytest.param("metres", [[2.0, 4.0]], [[2.2, 4.0]], 0.05, 0.0, id="a cell that is a tenth too far"),
        pytest.param("metres", [[2.0, 4.0]], [[2.0, -1.0]], 0.0, 0.5, id="a cell without depth in one alone"),
        pytest.param("metres", [[2.0, 4.0]], [[2.0] * 4] * 2, 0.25, 0.0, id="another resolution"),
        pytest.param("relative_depth", [[-1.0, 1.0]], [[-1.0, 1.5]], 0.25, 0.0, id="relative, over its deviation"),
    ],
)
def test_depth_is_compared_cell_by_cell(kind, source: list, other: list, difference: float, in_one: float) -> None:
    card = replace(METRES, depth=DepthSpec(kind))
    only = compared(card, [source], [other])
    assert only.depth_difference == pytest.approx(difference, abs=1e-6)
    assert only.known_in_one == pytest.approx(in_one)


def test_many_pictures_and_the_worst_of_them() -> None:
    pictures = [
        PictureAgreement("good", 10, 10, (1.0, 0.8), (0.0, 0.1), 0.01),
        PictureAgreement("bad", 10, 6, (0.6,), (0.2,), 0.05),
        PictureAgreement("empty"),
    ]
    found = Agreement(pictures)
    assert found.worst.name == "bad"
    assert found.found_share == 0.8
    assert (found.iou, found.score_difference) == pytest.approx((0.8, 0.1))
    assert found.depth_difference == pytest.approx(0.03)


@pytest.mark.parametrize(
    ("picture", "says"),
    [
        pytest.param(PictureAgreement("p", 10, 9, (), (), 0.05), "", id="within"),
        pytest.param(PictureAgreement("p", 10, 8), "20.0% of the boxes are not found again", id="boxes"),
        pytest.param(PictureAgreement("p", 10, 10, (), (), 0.25), "depth differs by 25.0%", id="depth"),
        pytest.param(
            PictureAgreement("p", known_in_one=0.3), "30.0% of the depth map is known in one of the two", id="no depth"
        ),
        pytest.param(PictureAgreement("p", 0, 0, (), (), float("inf")), "depth differs by inf%", id="endless depth"),
    ],
)
def test_what_is_beyond_a_tolerance_of_a_tenth(picture: PictureAgreement, says: str) -> None:
    words = beyond(Agreement([picture]), 0.1)
    assert words.startswith(says)
    assert bool(words) is bool(says)


def test_the_tolerance_follows_the_card() -> None:
    assert tolerance_for(BOXES) < tolerance_for(replace(BOXES, int8=Int8Facts("big", 9, reduced_range=False)))


@pytest.mark.parametrize(
    ("card", "says"),
    [
        pytest.param(BOXES, "boxes finds an object", id="no boxes"),
        pytest.param(METRES, "metres gives a depth", id="no depth"),
    ],
)
def test_pictures_that_show_nothing_are_refused(card: Card, says: str) -> None:
    with pytest.raises(SettingError, match=says):
        refuse_nothing_compared(Agreement([PictureAgreement("p")]), card)


@pytest.mark.parametrize(
    ("other", "says"),
    [
        pytest.param(METRES, "metres is a model for depth and boxes one for detection", id="another task"),
        pytest.param(
            replace(BOXES, detector=DetectorSpec("end2end", ("cat",))), "knows other classes", id="other classes"
        ),
    ],
)
def test_networks_that_give_different_things_are_refused(other: Card, says: str) -> None:
    with pytest.raises(ModelError, match=says):
        compare_on([FRAME], Network(BOXES, Constant([[CUP]])), Network(other, Constant([[CUP]])))


def test_metres_are_not_compared_with_relative_depth() -> None:
    relative = replace(METRES, depth=DepthSpec("relative_depth"))
    with pytest.raises(ModelError, match="gives relative_depth and metres metres"):
        compare_on([FRAME], Network(METRES, Constant([[[1.0]]])), Network(relative, Constant([[[1.0]]])))
