"""How far a file may be from its source before it is refused."""

from collections.abc import Sequence
from math import isnan

from howfar.errors import SettingError
from howfar.evaluation.agreement.agreement import Agreement
from howfar.evaluation.agreement.labelled import Measured
from howfar.models import Card

FLOAT_TOLERANCE = 0.02
"""Of a file with floats: weights in half precision change boxes and depth by less than a hundredth."""
INT8_TOLERANCE = 0.05
"""Of a file with whole numbers of 8 bits: the embedded networks, calibrated on pictures like those that are compared,
lose 1 % of the boxes, and depth moves by 1 to 3 %."""
INT8_LOSS = 0.03
"""The share of AP that such a file may lose, and that REL may grow by: those of the embedded networks change by less
than 2 %."""


def tolerance_for(card: Card) -> float:
    """The tolerance of a file where none is asked for."""
    return FLOAT_TOLERANCE if card.int8 is None else INT8_TOLERANCE


def beyond(agreement: Agreement, tolerance: float) -> str:
    """What of an agreement is beyond a tolerance, in words; empty where nothing is.

    Args:
        agreement: What two networks have in common.
        tolerance: The largest share of boxes that may not be found again, mean difference of depth, and share of a map
            that may have a depth in one of the two alone.
    """
    lost = 1 - agreement.found_share
    if lost > tolerance:
        return f"{lost:.1%} of the boxes are not found again"
    if agreement.depth_difference > tolerance:
        return f"depth differs by {agreement.depth_difference:.1%}"
    if agreement.known_in_one > tolerance:
        return f"{agreement.known_in_one:.1%} of the depth map is known in one of the two alone"
    return ""


def lost(measured: Sequence[Measured], most_loss: float) -> str:
    """Which figure lost more than is let pass, in words; empty where none did.

    Args:
        measured: What two networks reach on labelled pictures; each is judged by its first figure.
        most_loss: The share of AP that may be lost, and that REL may grow by.
    """
    for each in measured:
        figure = each.figures[0]
        if not figure.loss <= most_loss:
            return f"{figure.name} went from {figure.source:.4f} to {figure.other:.4f} on {each.data}"
    return ""


def refuse_nothing_compared(agreement: Agreement, card: Card) -> None:
    """Raise SettingError where the pictures show nothing to compare."""
    if card.detector is not None and not agreement.boxes:
        raise SettingError(
            f"On none of the {len(agreement.pictures)} compared pictures {card.name} finds an object: name pictures of "
            "what it is for."
        )
    if card.depth is not None and isnan(agreement.depth_difference) and not agreement.known_in_one:
        raise SettingError(
            f"On none of the {len(agreement.pictures)} compared pictures {card.name} gives a depth: name pictures of "
            "what it is for."
        )
