"""What a student learns from."""

from pathlib import Path

import pytest
import torch

from howfar.training.data.depth.pairs import depth_samples
from howfar.training.losses.depth import affine_invariant_loss
from howfar.training.losses.relative import relative_errors
from howfar.training.semi.batches import PseudoBatch
from howfar.training.semi.pseudo_labels import Author, PseudoLabels
from howfar.training.semi.task import PROJECTION, SemiTask, pseudo_errors
from howfar.training.semi.unlabelled import unlabelled_pictures
from tests.training.semi.semi_cases import semi_recipe, write_slopes


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_slopes(tmp_path / "nyu")


def task(data: Path, **tables: object) -> SemiTask:
    recipe = semi_recipe(data, **tables)
    pictures = unlabelled_pictures(recipe.unlabelled, recipe.data)
    labels = PseudoLabels(data.parent / "labels")
    labels.begin(Author("slope", "0"))
    for picture in pictures:
        labels.write(picture.name, picture.image[::10, ::10, 1] / 255)
    torch.manual_seed(0)
    return SemiTask(recipe, depth_samples(recipe.data)[0], (), pictures, labels)


def pseudo(seed: int = 0, pasted: bool = True) -> PseudoBatch:
    random = torch.Generator().manual_seed(seed)
    inverse, other = (torch.rand(2, 1, 8, 10, generator=random) for _ in range(2))
    seen = torch.zeros(2, 1, 8, 10, dtype=torch.bool)
    if pasted:
        seen[0, 0, 2:6, 3:8] = True
    return PseudoBatch(torch.zeros(2, 3, 16, 20, dtype=torch.uint8), inverse, other, seen, ("a", "b"))


def test_inside_and_outside_of_a_rectangle_have_their_own_labels_and_count_by_their_area() -> None:
    batch, said = pseudo(), torch.rand(2, 1, 8, 10)
    pasted = batch.pasted[:1]
    share = pasted.float().mean().item()
    inside = relative_errors(said[:1], batch.other[:1], pasted).affine.item()
    outside = relative_errors(said[:1], batch.inverse[:1], ~pasted).affine.item()
    whole = relative_errors(said[1:], batch.inverse[1:], ~batch.pasted[1:]).affine.item()
    affine, _ = pseudo_errors(said, batch)
    assert affine.item() == pytest.approx((share * inside + (1 - share) * outside + whole) / 2, rel=1e-5)


def test_each_side_of_a_rectangle_may_have_its_own_scale() -> None:
    batch = pseudo()
    said = torch.where(batch.pasted, 5 * batch.other - 2, 0.1 * batch.inverse + 7)
    affine, gradient = pseudo_errors(said, batch)
    assert affine.item() == pytest.approx(0, abs=1e-5)
    assert gradient.item() == pytest.approx(0, abs=1e-4)
    assert pseudo_errors(5 * batch.inverse, batch)[0].item() > 0.1


def test_without_rectangles_it_is_the_affine_invariant_loss() -> None:
    batch, said = pseudo(pasted=False), torch.rand(2, 1, 8, 10)
    expected = affine_invariant_loss(said, batch.inverse, ~batch.pasted)
    assert pseudo_errors(said, batch)[0].item() == pytest.approx(expected.item(), rel=1e-6)


def test_a_hole_in_a_label_is_no_lesson() -> None:
    batch, said = pseudo(pasted=False), torch.rand(2, 1, 8, 10)
    batch.inverse[:, :, 3, 4] = torch.nan
    expected = pseudo_errors(said, batch)[0]
    assert torch.isfinite(expected)
    said[:, :, 3, 4] += 100
    assert pseudo_errors(said, batch)[0].item() == pytest.approx(expected.item(), rel=1e-6)


def test_the_loss_is_the_weighted_sum_of_its_parts(data: Path) -> None:
    student = task(data, unlabelled={"root": str(data), "weight": 0.5, "gradient": 0.25})
    (batch, *_) = list(student.batches(0, 0, 1))
    losses = student.losses(student.network.eval(), batch)
    expected = losses["affine_invariant"] + 0.5 * losses["pseudo"] + 0.25 * losses["pseudo_gradient"]
    assert losses["loss"].item() == pytest.approx(expected.item(), rel=1e-6)
    assert len(student.names(batch)) == 3


def test_the_labelled_part_is_what_a_depth_training_would_have(data: Path) -> None:
    student = task(data)
    (batch, *_) = list(student.batches(0, 0, 1))
    alone = student.supervised(student.forward(student.network.eval(), batch.labelled.image), batch.labelled)
    assert student.losses(student.network, batch)["affine_invariant"].item() == pytest.approx(
        alone["affine_invariant"].item(), rel=1e-5
    )


def test_a_student_of_metres_learns_inverse_depth_from_the_teacher(data: Path) -> None:
    student = task(data, output="metres", loss={"l1": 1.0})
    (batch, *_) = list(student.batches(0, 0, 1))
    depth = student.forward(student.network.eval(), batch.pseudo.image).depth_m
    expected, _ = pseudo_errors(1 / (10 * depth).clamp(min=0.1), batch.pseudo)
    assert student.losses(student.network, batch)["pseudo"].item() == pytest.approx(expected.item(), rel=1e-4)


def test_a_student_may_learn_from_the_teacher_alone(data: Path) -> None:
    mix = {"root": str(data), "mix": [0, 1], "left_out": 0.1}
    student = task(data, unlabelled=mix)
    (batch, *_) = list(student.batches(0, 0, 1))
    assert batch.labelled is None
    losses = student.losses(student.network, batch)
    assert set(losses) == {"pseudo", "pseudo_gradient", "loss"}
    assert losses["loss"].item() == pytest.approx(losses["pseudo"].item())


def test_features_are_kept_near_an_encoders_through_a_projection(data: Path) -> None:
    student = task(data, alignment={"weight": 2.0, "tolerance": 0.9})
    student.align_with(lambda image: torch.ones(len(image), 6, 4, 4), 6)
    assert student.network.get_submodule(PROJECTION).weight.shape == (6, 4, 1, 1)
    (batch, *_) = list(student.batches(0, 0, 1))
    losses = student.losses(student.network, batch)
    parts = losses["affine_invariant"] + losses["pseudo"] + 2.0 * losses["alignment"]
    assert losses["loss"].item() == pytest.approx(parts.item(), rel=1e-6)
    losses["loss"].backward()
    assert student.network.get_submodule(PROJECTION).weight.grad.abs().sum() > 0
