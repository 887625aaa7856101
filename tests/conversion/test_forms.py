"""The forms of ONNX files, one for each task whose networks have one output."""

from typing import get_args

from howfar.conversion.forms import FORMS
from howfar.models.card import Head


def test_every_task_with_one_output_has_its_form() -> None:
    assert set(FORMS) == set(get_args(Head))
