"""What a teacher says, in files written once."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from howfar.errors import OutputError, SourceError
from howfar.training.semi.pseudo_labels import INDEX, Author, PseudoLabels

ANN, BOB = Author("ann", "a" * 64), Author("bob", "b" * 64)


def begun(root: Path, author: Author = ANN, *, overwrite: bool = False) -> PseudoLabels:
    labels = PseudoLabels(root)
    labels.begin(author, overwrite=overwrite)
    return labels


@given(seed=st.integers(0, 50), lowest=st.floats(-50, 50), spread=st.floats(1e-3, 1e3))
@settings(max_examples=25, deadline=None)
def test_a_label_comes_back_to_half_a_step_and_the_unknown_unknown(
    tmp_path_factory: pytest.TempPathFactory, seed: int, lowest: float, spread: float
) -> None:
    rng = np.random.default_rng(seed)
    inverse = (lowest + spread * rng.uniform(size=(7, 9))).astype(np.float32)
    inverse[2, 3] = np.nan
    labels = begun(tmp_path_factory.mktemp("labels"))
    labels.write("deep/a", inverse)
    for given_back in (labels.read("deep/a"), PseudoLabels(labels.root).read("deep/a")):
        assert np.isnan(given_back[2, 3])
        assert np.isnan(given_back).sum() == 1
        rounding = 2 * np.spacing(np.float32(abs(lowest) + spread))
        np.testing.assert_allclose(given_back, inverse, rtol=0, atol=0.51 * spread / 65534 + rounding)


def test_the_same_everywhere_stays_so(tmp_path: Path) -> None:
    labels = begun(tmp_path)
    labels.write("a", np.full((3, 4), 0.25, np.float32))
    np.testing.assert_array_equal(labels.read("a"), np.full((3, 4), 0.25, np.float32))


def test_an_unfinished_line_costs_its_picture_alone(tmp_path: Path) -> None:
    labels = begun(tmp_path)
    for name in ("a", "b"):
        labels.write(name, np.eye(4, dtype=np.float32))
    index = tmp_path / INDEX
    index.write_bytes(index.read_bytes()[:-7])
    again = begun(tmp_path)
    assert list(again.pictures) == ["a"]
    again.write("b", np.eye(4, dtype=np.float32))
    assert list(PseudoLabels(tmp_path).pictures) == ["a", "b"]


@pytest.mark.parametrize("overwrite", [False, True], ids=["kept", "begun anew"])
def test_the_same_teachers_labels(tmp_path: Path, overwrite: bool) -> None:
    begun(tmp_path).write("a", np.eye(4, dtype=np.float32))
    assert list(begun(tmp_path, overwrite=overwrite).pictures) == ([] if overwrite else ["a"])


def test_another_teachers_labels_are_not_mixed_with(tmp_path: Path) -> None:
    begun(tmp_path).write("a", np.eye(4, dtype=np.float32))
    with pytest.raises(OutputError, match=r"labels of another teacher \(ann\): choose another folder, or allow"):
        begun(tmp_path, BOB)
    assert list(begun(tmp_path, BOB, overwrite=True).pictures) == []


def test_a_damaged_index_is_refused(tmp_path: Path) -> None:
    begun(tmp_path).write("a", np.eye(4, dtype=np.float32))
    (tmp_path / INDEX).write_text('{"teacher": 3}\n')
    with pytest.raises(SourceError, match=r"index\.jsonl is damaged"):
        PseudoLabels(tmp_path)


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no pseudo label of the picture a"):
        begun(tmp_path).read("a")


def test_a_map_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no depth anywhere in a"):
        begun(tmp_path).write("a", np.full((3, 4), np.nan, np.float32))
