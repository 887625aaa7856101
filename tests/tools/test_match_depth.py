"""Random views of pictures, and depth that is held to a teacher's on them."""

import math
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from howfar.conversion.onnx_export import export
from howfar.errors import SettingError, SourceError
from howfar.networks.joint_nanodet_context import JointNanoDetContext
from howfar.training.schedules import learning_rate_share
from match_depth import SCHEDULE, Matching, Student, depth_loss, exportable, main, started
from views import CANVAS_PX, MIXED_SHARE, Canvases, Spans, ViewMaker, Views, canvases

CPU = torch.device("cpu")


def folder_of(folder: Path, *sizes_px: tuple[int, int]) -> Path:
    for number, (width, height) in enumerate(sizes_px):
        cv2.imwrite(str(folder / f"{number}.png"), np.full((height, width, 3), (10, 20, 30 + number), dtype=np.uint8))
    return folder


def test_pictures_are_kept_whole_and_wide_ones_in_parts_too(tmp_path: Path) -> None:
    held = canvases(folder_of(tmp_path, (320, 240), (1242, 375), (1000, 900)))
    assert held.sizes_px.tolist() == [[320, 240], [640, 375], [640, 375], [640, 193], [640, 576]]
    assert held.images.shape == (5, 3, CANVAS_PX, CANVAS_PX)
    assert held.images[0, :, 239, 319].tolist() == [30, 20, 10], "RGB"
    assert held.images[0, :, 240, 0].tolist() == [0, 0, 0]


@pytest.mark.parametrize("name", ["none", "damaged"])
def test_a_folder_without_pictures_is_refused(tmp_path: Path, name: str) -> None:
    if name == "damaged":
        (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(SourceError, match="is no picture" if name == "damaged" else "holds no"):
        canvases(tmp_path)


def test_views_show_the_picture_and_know_where_it_ends(tmp_path: Path) -> None:
    images = torch.zeros(1, 3, CANVAS_PX, CANVAS_PX, dtype=torch.uint8)
    images[..., :100, :200] = 255
    views = ViewMaker(Canvases(images, torch.tensor([[200, 100]])), 16, seed=3).views((96, 64))
    assert views.image.shape == (16, 3, 64, 96)
    outside = ~views.inside.expand_as(views.image)
    assert (views.image[outside] == 0).all()
    assert outside.any()
    assert views.inside.flatten(1).any(1).all(), "none shows bars alone"
    # What is well inside has the picture's white, whatever light it is shown in.
    whole = torch.nn.functional.avg_pool2d(views.inside.float(), 5, 1, 2) == 1
    assert (views.image[whole.expand_as(views.image)] > 100).all()


def test_through_some_views_another_one_shines_where_both_are() -> None:
    images = torch.zeros(2, 3, CANVAS_PX, CANVAS_PX, dtype=torch.uint8)
    images[0, 0, :100, :200], images[1, 2, :200, :100] = 255, 255  # a red picture, and a blue one
    views = ViewMaker(Canvases(images, torch.tensor([[200, 100], [100, 200]])), 64, seed=3).views((64, 64))
    red, _, blue = (views.image * views.inside).flatten(2).amax(2).T > 50
    assert 0 < (red & blue).float().mean() < MIXED_SHARE, "half of those that are mixed are of two colours"
    assert (red | blue).all()
    assert (views.image[~views.inside.expand_as(views.image)] == 0).all()


def test_a_processor_and_a_gpu_show_the_same() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    smooth = cv2.resize(noise, (CANVAS_PX, CANVAS_PX), interpolation=cv2.INTER_CUBIC)
    images = torch.from_numpy(smooth).permute(2, 0, 1).expand(3, -1, -1, -1)
    spans = Spans(
        torch.tensor([[20.0, 31.5], [-15.0, 600.0], [100.0, 50.0]]),
        torch.tensor([[300.0, 200.5], [90.0, 80.0], [63.0, 500.0]]),
        torch.tensor([[False], [False], [True]]),
    )
    one, other = spans.sampled(images, (96, 64)), spans.warped(images, (96, 64))
    assert (one - other).abs().max() < 8  # where it is steep: OpenCV counts in 32nds of a pixel
    assert (one - other).abs().mean() < 0.7
    assert one[1, :, 40:].max() == other[1, :, 40:].max() == 0, "beyond the canvas"
    mirrored = spans.sampled(images, (96, 64))[2]
    upright = spans._replace(mirrored=torch.zeros(3, 1, dtype=torch.bool)).sampled(images, (96, 64))[2]
    assert torch.allclose(mirrored, upright.flip(2), atol=1e-2)


def test_the_same_seed_gives_the_same_views(tmp_path: Path) -> None:
    held = canvases(folder_of(tmp_path, (320, 240), (240, 320)))
    one, same, other = (ViewMaker(held, 4, seed).views((64, 64)).image for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_the_loss_is_none_for_the_teachers_depth_and_looks_at_no_bars() -> None:
    taught = torch.rand(2, 1, 16, 16) + 1
    inside = torch.ones(2, 1, 64, 64, dtype=torch.bool)
    inside[..., 32:] = False
    views = Views(torch.zeros(2, 3, 64, 64), inside)
    assert depth_loss(taught, taught, views) == pytest.approx(0, abs=1e-6)
    assert depth_loss(taught * 1.1, taught, views) == pytest.approx(math.log(1.1), abs=1e-3)
    spoilt = taught.clone()
    spoilt[..., 8:] *= 5
    assert depth_loss(spoilt, taught, views) == pytest.approx(0, abs=1e-6)


@pytest.fixture(scope="module")
def network() -> JointNanoDetContext:
    torch.manual_seed(0)
    return JointNanoDetContext(encoder="lite0")


def test_a_run_goes_on_from_what_was_written(network: JointNanoDetContext, tmp_path: Path) -> None:
    network.detector.requires_grad_(False)
    detector = {name: value.clone() for name, value in network.detector.state_dict().items()}
    run = Matching(Student(network).train(), 1e-2)
    x, taught_m = torch.rand(2, 3, 64, 64), torch.full((2, 1, 16, 16), 3.0)
    views = Views(x, torch.ones(2, 1, 64, 64, dtype=torch.bool))
    losses = []
    for _ in range(8):
        with torch.no_grad():
            maps = network.detector.trunk(x)
        loss = depth_loss(run.student(x, maps), taught_m, views)
        run.learn(loss, 0.2)
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0]
    assert [group["lr"] for group in run.optimiser.param_groups] == pytest.approx(
        [1e-2 * learning_rate_share(SCHEDULE, 0.2, 1), 1e-2 / 3 * learning_rate_share(SCHEDULE, 0.2, 1)]
    )
    run.seconds = 12.5
    run.save(tmp_path / "run.ckpt")
    run.save(tmp_path / "run.ckpt")  # again and again
    torch.manual_seed(1)
    again = Matching(Student(JointNanoDetContext(encoder="lite0")).train(), 1e-3)
    again.load(tmp_path / "run.ckpt", CPU)
    assert (again.seconds, again.steps, again.average.steps) == (12.5, 8, 8)
    for mine, theirs in zip(again.student.state_dict().values(), run.student.state_dict().values(), strict=True):
        assert torch.equal(mine, theirs)
    assert all(torch.equal(value, detector[name]) for name, value in network.detector.state_dict().items())


RECIPES = Path(__file__).parents[2] / "recipes"


def test_the_student_begins_as_the_recipes_network_and_its_file_says_so(shared: Path) -> None:
    task = started(RECIPES / "joint-context.toml")
    teacher = task.depth_teacher
    assert teacher is not None
    student, embedded = task.network.context.encoder.state_dict(), teacher.network.encoder.state_dict()
    assert all(torch.equal(student[name], embedded[name]) for name in student)
    ready = exportable(task)
    depth = ready.card.depth
    assert depth is not None
    assert (ready.card.task, ready.card.input.fit, depth.max_m, depth.scenes) == (
        "joint",
        "letterbox-area",
        80.0,
        task.recipe.export.scenes,
    )
    assert ready.card.licence == task.recipe.export.licence
    detector = ready.card.detector
    assert detector is not None
    as_alone = detector.score, detector.nms, ready.card.input.resample
    assert as_alone == (0.32, 0.5, "bilinear"), "as NanoDet-g is used alone"
    with torch.no_grad():
        scores, _, depth_m = ready.network(torch.zeros(1, 3, 64, 96))
    assert scores.shape[-1] == 80
    assert depth_m.shape == (1, 1, 16, 24)


@pytest.mark.slow
def test_what_is_written_gives_the_same_at_other_sizes(shared: Path, tmp_path: Path) -> None:
    export(exportable(started(RECIPES / "joint-context.toml")), tmp_path / "joint.onnx")  # which compares them


def test_the_student_begins_where_a_training_ended(shared: Path, tmp_path: Path) -> None:
    trained = JointNanoDetContext()
    torch.save(trained.state_dict(), tmp_path / "last.ckpt")
    task = started(RECIPES / "joint-context.toml", [f"network.weights={tmp_path / 'last.ckpt'}"])
    for mine, theirs in zip(task.network.state_dict().values(), trained.state_dict().values(), strict=True):
        assert torch.equal(mine, theirs)


def test_another_recipe_is_refused_in_one_sentence(shared: Path, tmp_path: Path, monkeypatch, capsys) -> None:
    with pytest.raises(SettingError, match="no recipe of joint-nanodet-g-context"):
        started(RECIPES / "joint-rooms-streets.toml")
    monkeypatch.setattr(sys, "argv", ["match_depth.py", str(tmp_path), str(tmp_path / "none"), "out.onnx"])
    with pytest.raises(SystemExit):
        main()
    assert str(tmp_path / "none") in capsys.readouterr().err
