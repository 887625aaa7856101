"""The forms of ONNX files, one for each task."""

from typing import get_args

from howfar.conversion.forms import FORMS
from howfar.models.card import Task


def test_every_task_has_its_form() -> None:
    assert set(FORMS) == set(get_args(Task))
