"""The stages of a teacher–student training."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch

from howfar.errors import ModelError, SettingError
from howfar.models import DEFAULT_DEPTH, CardDepth
from howfar.scene import Frame
from howfar.training.recipe import read_recipe
from howfar.training.run_folder import RunFolder
from howfar.training.semi.pseudo_labels import LABELS, PseudoLabels
from howfar.training.semi.recipe import SemiRecipe
from howfar.training.semi.stages import STUDENT, TEACHER, label, teacher_recipe
from howfar.training.semi.student import student_task
from howfar.training.semi.unlabelled import unlabelled_pictures
from howfar.training.starting import Devices, trainer
from howfar.training.tasks.depth import depth_task
from howfar.training.torch_session import TorchSession
from howfar.training.trained import trained_network
from tests.training.semi.semi_cases import semi_recipe, write_slopes

RECIPES = sorted((Path(__file__).resolve().parents[3] / "recipes").glob("semi-*.toml"))
COMPACT = {"name": "compact", "options": {"encoder": "lite0"}}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_slopes(tmp_path / "nyu")


def test_the_teacher_is_trained_as_the_student_but_for_its_changes(data: Path) -> None:
    changes = {"training": {"epochs": 7}, "loss": {"affine_invariant_gradient": 2.0}}
    recipe = semi_recipe(data, teacher={"changes": changes})
    teacher = teacher_recipe(recipe)
    assert teacher is not None
    assert (teacher.training.epochs, teacher.training.batch) == (7, 3)
    assert teacher.loss == {"affine_invariant": 1.0, "affine_invariant_gradient": 2.0}
    assert (teacher.data, teacher.network, teacher.output) == (recipe.data, recipe.network, recipe.output)


def test_changes_that_make_no_recipe_are_refused(data: Path) -> None:
    with pytest.raises(SettingError, match=r"of the teacher.*epocs"):
        teacher_recipe(semi_recipe(data, teacher={"changes": {"training": {"epocs": 7}}}))


def test_with_a_teacher_that_is_there_none_is_trained(data: Path, tmp_path: Path) -> None:
    recipe = semi_recipe(data, teacher={"model": DEFAULT_DEPTH})
    assert teacher_recipe(recipe) is None
    label(recipe, tmp_path)
    labels = PseudoLabels(tmp_path / LABELS)
    assert labels.author is not None
    assert labels.author.teacher == DEFAULT_DEPTH
    assert list(labels.pictures) == ["0002", "0004", "0005", "0007"]


def test_the_labels_are_those_of_the_folders_teacher(data: Path, tmp_path: Path) -> None:
    recipe = semi_recipe(data, network=COMPACT)
    plain = teacher_recipe(recipe)
    assert plain is not None
    task = depth_task(plain)
    torch.nn.init.normal_(task.network.head.scores.weight)
    folder = RunFolder(tmp_path / TEACHER)
    folder.open(plain, task.card, resume=False, overwrite=False)
    folder.save({"network": task.network.state_dict(), "average": None, "history": [{}], "epoch": 1}, best=True)
    label(recipe, tmp_path)
    labels = PseudoLabels(tmp_path / LABELS)
    trained = trained_network(tmp_path / TEACHER)
    assert list(labels.pictures) == ["0002", "0004", "0005", "0007"]
    for picture in unlabelled_pictures(recipe.unlabelled, recipe.data):
        teacher = CardDepth(trained.card, TorchSession(trained.network))
        said = teacher.estimate(Frame(picture.image, picture.name, picture.camera))
        assert np.ptp(said.values) > 0
        np.testing.assert_allclose(labels.read(picture.name), said.values, atol=2e-5 * np.ptp(said.values))


def test_a_random_encoder_is_nothing_to_be_aligned_with(data: Path, tmp_path: Path) -> None:
    label(semi_recipe(data, teacher={"model": DEFAULT_DEPTH}), tmp_path)
    with pytest.raises(SettingError, match=r"random encoder knows nothing.*network.encoder_weights"):
        student_task(semi_recipe(data, network=COMPACT, alignment={"weight": 1.0}), tmp_path)


def test_an_encoder_of_imagenet_is_copied_before_the_student_learns(data: Path, tmp_path: Path) -> None:
    label(semi_recipe(data, teacher={"model": DEFAULT_DEPTH}), tmp_path)
    network = {**COMPACT, "encoder_weights": "package"}
    task = student_task(semi_recipe(data, network=network, alignment={"weight": 1.0}), tmp_path)
    image = torch.zeros(1, 3, 64, 64)
    assert task.encoder is not None
    before = task.encoder(image)
    with torch.no_grad():
        for weights in task.network.parameters():
            weights.add_(1.0)
    torch.testing.assert_close(task.encoder(image), before)


def test_a_folder_that_is_no_dinov2_is_refused(data: Path, tmp_path: Path) -> None:
    label(semi_recipe(data, teacher={"model": DEFAULT_DEPTH}), tmp_path)
    alignment = {"weight": 1.0, "encoder": str(tmp_path)}
    with pytest.raises(ModelError, match=r"config\.json cannot be read"):
        student_task(semi_recipe(data, alignment=alignment), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_semi_recipe_trains_its_student(path: Path, data: Path, tmp_path: Path) -> None:
    changes = (
        f"data.root={data}",
        "data.count=2",
        "data.sizes_px=[[64, 32]]",
        f"unlabelled.root={data}",
        "unlabelled.split=test",
        "augmentation.base_px=[64, 48]",
        f"teacher.model={DEFAULT_DEPTH}",
        "training.epochs=1",
        "training.batch=3",
    )
    recipe = read_recipe(path, SemiRecipe, changes)
    label(recipe, tmp_path)
    task = student_task(recipe, tmp_path)
    before = [weights.detach().clone() for weights in task.network.parameters() if weights.requires_grad]
    loop = trainer(task, recipe, tmp_path / STUDENT, Devices("cpu"))
    history = loop.run(Quiet())
    assert history[0]["pseudo"] > 0
    after = [weights for weights in task.network.parameters() if weights.requires_grad]
    moved = [not torch.equal(old, new) for old, new in zip(before, after, strict=True)]
    assert sum(moved) > 0.9 * len(moved)  # chance may skip a block (drop_path)


class Quiet:
    """Listens and shows nothing."""

    def epoch_starts(self, epoch: int, epochs: int, steps: int) -> None: ...

    def step_done(self, losses: Mapping[str, float]) -> None: ...

    def epoch_done(self, row: Mapping[str, float], *, best: bool) -> None: ...
