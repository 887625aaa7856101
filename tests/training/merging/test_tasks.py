"""The tasks of networks that are merged: read, judged, and refused in one sentence."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from howfar.errors import SettingError
from howfar.training.merging.tasks import Examples, LabelledTask, read_tasks

X = np.zeros((4, 2), np.float32)
Y = np.array([0, 1, 0, 1])
GOOD = {"a_inputs": X, "a_labels": Y, "b_inputs": X, "b_labels": Y}


def written(folder: Path, **changed: Any) -> Path:
    kept = {name: value for name, value in {**GOOD, **changed}.items() if value is not None}
    np.savez(folder / "tasks.npz", **kept)
    return folder / "tasks.npz"


def task(labels: Any) -> LabelledTask:
    examples = Examples(torch.tensor([[1.0, 0.0], [0.0, 1.0], [3.0, 2.0], [0.0, 5.0]]), torch.tensor(labels))
    return LabelledTask(examples, examples)


def test_accuracy_is_the_share_of_right_classes() -> None:
    assert task([0, 1, 1, 1]).figure(lambda x: x) == 0.75


def test_of_numbers_the_figure_is_the_mean_absolute_difference() -> None:
    assert task([[1.0, 0.0], [0.0, 1.0], [3.0, 2.0], [0.0, 1.0]]).figure(lambda x: x) == 0.5


def test_without_examples_to_judge_on_those_that_are_learnt_are_judged(tmp_path: Path) -> None:
    first, _ = read_tasks(written(tmp_path), 2)
    assert first.judged is first.learnt
    first, _ = read_tasks(written(tmp_path, a_test_inputs=X[:1], a_test_labels=Y[:1]), 2)
    assert len(first.judged.inputs) == 1


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        pytest.param({"a_labels": None, "b_labels": None}, "has no array a_labels", id="no labels for either task"),
        pytest.param({"b_labels": None}, "has no array b_labels, which the task of network b", id="none for one task"),
        pytest.param({"b_inputs": None}, "has no array b_inputs", id="no inputs for one task"),
        pytest.param({"a_labels": Y[:3]}, "a_labels of .* do not fit its 4 inputs", id="too few labels"),
        pytest.param({"a_labels": np.array(list("abcd"))}, "a_labels of .* do not fit", id="labels that are texts"),
        pytest.param({"a_labels": np.stack([Y, Y], 1)}, "a_labels of .* do not fit", id="two classes each"),
        pytest.param({"a_inputs": X[:0], "a_labels": Y[:0]}, "a_inputs of .* are no inputs", id="no examples"),
        pytest.param({"a_inputs": X + np.nan}, "not finite in a_inputs or a_labels", id="inputs that are no numbers"),
        pytest.param({"a_labels": Y - 1}, "a_labels of .* do not fit", id="a class below 0"),
        pytest.param({"a_test_inputs": X}, "has no array a_test_labels", id="nothing true of what is judged"),
    ],
)
def test_data_that_do_not_fit_are_refused(changed: dict[str, Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=told):
        read_tasks(written(tmp_path, **changed), 2)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(None, "cannot be read", id="no file"),
        pytest.param(b"", "is no file of arrays", id="an empty file"),
        pytest.param(b"a_inputs", "is no file of arrays", id="a text"),
    ],
)
def test_what_is_no_data_is_refused(content: bytes | None, told: str, tmp_path: Path) -> None:
    path = tmp_path / "tasks.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingError, match=told):
        read_tasks(path, 2)


def test_a_pickle_among_the_arrays_is_refused_and_not_run(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="is no file of arrays"):
        read_tasks(written(tmp_path, a_labels=np.array([{}, {}, {}, {}], object)), 2)
