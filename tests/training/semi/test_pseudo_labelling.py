"""A teacher looks at pictures, once."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from howfar.errors import ModelError, SettingError, SourceError
from howfar.models import DEFAULT_DEPTH
from howfar.scene import DepthFacts, DepthMap, Frame
from howfar.scene.depth_map import DepthKind
from howfar.training.semi.pseudo_labelling import inverse_depth, label_pictures, open_teacher
from howfar.training.semi.pseudo_labels import Author, PseudoLabels
from howfar.training.semi.unlabelled import Unlabelled
from tests.models.onnx_files import mean_depth
from tests.training.run_folders import depth_recipe, detector_recipe, tiny_unet, tiny_yolov5, write_run


class Brightness:
    """Says that brighter is farther, and remembers what it was shown."""

    def __init__(self) -> None:
        self.shown: list[int] = []

    facts = DepthFacts("brightness")

    def estimate(self, frame: Frame) -> DepthMap:
        self.shown.append(int(frame.image[0, 0, 0]))
        return DepthMap(frame.image[..., 0].astype(np.float32) / 10, "metres")


def picture(index: int) -> Unlabelled:
    rows = np.arange(1, 7, dtype=np.uint8)[:, None, None] * np.ones((1, 8, 3), np.uint8)
    return Unlabelled(f"p{index}", rows + np.uint8(10 * index))


class Broken(Sequence[Unlabelled]):
    """Five pictures of which two cannot be read."""

    def __len__(self) -> int:
        return 5

    def __getitem__(self, index: int) -> Unlabelled:  # type: ignore[override]
        if index in (1, 3):
            raise SourceError(f"p{index} is no picture.")
        return picture(index)


def begun(root: Path) -> PseudoLabels:
    labels = PseudoLabels(root)
    labels.begin(Author("brightness", "0"))
    return labels


@pytest.mark.parametrize("workers", [1, 3])
def test_each_picture_gets_the_inverse_of_what_the_teacher_says(tmp_path: Path, workers: int) -> None:
    labels, done = begun(tmp_path), []
    label_pictures(Brightness(), [picture(index) for index in range(7)], labels, workers, done.append)
    assert done == [f"p{index}" for index in range(7)]
    for index in range(7):
        expected = 10 / picture(index).image[..., 0].astype(np.float64)
        np.testing.assert_allclose(labels.read(f"p{index}"), expected, atol=1e-4)


def test_the_teacher_is_not_asked_twice(tmp_path: Path) -> None:
    label_pictures(Brightness(), [picture(0), picture(1)], begun(tmp_path), 1)
    again, done = Brightness(), []
    label_pictures(again, [picture(0), picture(1), picture(2)], begun(tmp_path), 1, done.append)
    assert again.shown == [21]
    assert done == ["p0", "p1", "p2"]


def test_pictures_that_cannot_be_read_do_not_stop_the_others(tmp_path: Path) -> None:
    labels = begun(tmp_path)
    with pytest.raises(SourceError, match=r"2 of 5 unlabelled pictures cannot be used.*The first: p1 is no picture"):
        label_pictures(Brightness(), Broken(), labels, 2)
    assert list(PseudoLabels(tmp_path).pictures) == ["p0", "p2", "p4"]


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("metres", [2.0, 4.0, np.nan], [0.5, 0.25, np.nan]),
        ("relative_inverse", [2.0, 0.0, np.nan], [2.0, 0.0, np.nan]),
    ],
)
def test_inverse_depth_of_either_kind(kind: DepthKind, values: list[float], expected: list[float]) -> None:
    depth = DepthMap(np.array([values], np.float32), kind)
    np.testing.assert_array_equal(inverse_depth(depth), np.array([expected], np.float32))


def test_teachers_are_named_models_files_and_trainings(tmp_path: Path) -> None:
    _, embedded = open_teacher(DEFAULT_DEPTH)
    assert embedded.teacher == DEFAULT_DEPTH
    _, file = open_teacher(mean_depth(tmp_path))
    _, training = open_teacher(write_run(tmp_path / "run", depth_recipe(tmp_path), tiny_unet(0)))
    assert training.teacher == "run"
    assert len({embedded.digest, file.digest, training.digest}) == 3


def test_a_training_that_gives_no_depth_is_no_teacher(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", detector_recipe(tmp_path), tiny_yolov5(2))
    with pytest.raises(ModelError, match="a network for detection: name one that gives depth"):
        open_teacher(run)


@pytest.mark.parametrize(
    ("model", "error", "sentence"),
    [("nobody", ModelError, "nobody"), ("affine", SettingError, "gives relative_depth, which cannot be turned")],
    ids=["an unknown one", "one of depth up to a shift"],
)
def test_a_teacher_that_will_not_do_is_refused(
    tmp_path: Path, model: str, error: type[Exception], sentence: str
) -> None:
    affine = mean_depth(tmp_path, 'kind = "relative_depth"')
    with pytest.raises(error, match=sentence):
        open_teacher(affine if model == "affine" else model)
