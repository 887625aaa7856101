"""Training one network for objects and depth: on small pictures, from the recipe to a rangefinder."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from howfar import Rangefinder
from howfar.conversion.onnx_export import export
from howfar.errors import HowfarError, SettingError
from howfar.models import CardJoint, open_depth_network, open_joint
from howfar.models.library import find_model
from howfar.models.preprocess import feed, to_tensor
from howfar.networks.compact_depth import SKY_M
from howfar.networks.depth_decoder import JointOutput
from howfar.networks.nanodet import BINS, Cells
from howfar.scene import Camera, Frame, Query
from howfar.training.data.depth.batches import DepthBatch
from howfar.training.data.depth.pairs import labelled_pairs, source_pairs
from howfar.training.data.joint.batches import JointBatch
from howfar.training.data.joint.photos import labelled_photos
from howfar.training.data.joint.samples import WithBoxes
from howfar.training.frozen_depth import FrozenDepth
from howfar.training.loop import Trainer
from howfar.training.losses.nanodet import Labels
from howfar.training.recipe import JointRecipe, read_recipe
from howfar.training.recipe_settings import BoxTeacherSettings, NetworkSettings
from howfar.training.run_folder import load_checkpoint
from howfar.training.starting import Devices, trainer
from howfar.training.tasks.joint import KIND, JointTask, joint_task
from howfar.training.trained import trained_network
from tests.datasets.folders import write_nyu, write_streets
from tests.training.detection_data import FOUR, write_coco

RECIPE = Path(__file__).resolve().parents[3] / "recipes" / "joint-rooms-streets.toml"
DETECTOR = find_model("nanodet-g")[1].detector
assert DETECTOR is not None
COCO80 = DETECTOR.classes


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve rooms, two streets and four photos whose cups and dogs are among COCO's 80 classes."""
    root = tmp_path_factory.mktemp("data")
    write_nyu(root / "nyu", train=tuple(f"{number:04d}" for number in range(2, 14)))
    write_streets(root / "streets")
    table = json.loads((write_coco(root / "coco", FOUR) / "instances.json").read_text())
    table["categories"] = [{"id": number, "name": name} for number, name in enumerate(COCO80)]
    (root / "coco" / "instances.json").write_text(json.dumps(table))
    return root


def small(data: Path, *changes: str) -> JointRecipe:
    """The recipe as it is, for small pictures and four examples a step, with the embedded detector as the teacher."""
    street = "name = 'street', splits = ['drive_a'], held_out = ['drive_b'], pictures = 1, truth = 'sparse'"
    made = (
        f"data.root={data / 'nyu'}",
        "data.held_out=2",
        "data.steps=2",
        "data.sizes_px=[[64, 32], [32, 64]]",
        "data.size_shares=[]",
        f"source=[{{ {street}, root = '{data / 'streets'}' }}]",
        f"photos.root={data / 'coco'}",
        "photos.pictures=1",
        "photos.held_out=1",
        "box_teacher.model=nanodet-g",
        "box_teacher.sources=['rooms']",
        "augmentation.base_px=[64, 48]",
        "training.epochs=2",
        "training.batch=4",
        "training.precision=32-true",
    )
    return read_recipe(RECIPE, JointRecipe, [*made, *changes])


def untaught(data: Path) -> JointRecipe:
    """The same without any teacher."""
    return msgspec.structs.replace(
        small(data, "photos.held_out=0"),
        network=NetworkSettings(name="joint-nanodet-g"),
        box_teacher=BoxTeacherSettings(),
        depth_teacher=None,
        loss={"log_l1": 1.0, "boxes": 1.0},
    )


def of_yolov5(data: Path) -> JointRecipe:
    """The recipe of another network, as it is but for its data and sizes."""
    recipe = small(data)
    other = read_recipe(RECIPE.with_name("joint-yolov5n.toml"), JointRecipe)
    return msgspec.structs.replace(
        recipe, network=other.network, box_teacher=BoxTeacherSettings(), depth_teacher=None, loss=other.loss
    )


def with_context(data: Path) -> JointRecipe:
    """The recipe of a network with a context path, as it is but for its data and sizes."""
    other = read_recipe(RECIPE.with_name("joint-context.toml"), JointRecipe)
    return msgspec.structs.replace(
        small(data), network=other.network, box_teacher=BoxTeacherSettings(), loss=other.loss, optimiser=other.optimiser
    )


class Listener:
    """Counts steps, and stops the training after some."""

    def __init__(self, stop_after: float = math.inf) -> None:
        self.steps, self.stop_after, self.rows = 0, stop_after, []

    def epoch_starts(self, epoch: int, epochs: int, steps: int) -> None:
        assert (epochs, steps) == (2, 2)

    def step_done(self, losses: Mapping[str, float]) -> None:
        assert all(math.isfinite(loss) for loss in losses.values())
        self.steps += 1
        if self.steps >= self.stop_after:
            raise KeyboardInterrupt

    def epoch_done(self, row: Mapping[str, float], *, best: bool) -> None:
        self.rows.append(row)


def started(recipe: JointRecipe, root: Path, *, resume: bool = False) -> Trainer:
    return trainer(joint_task(recipe, root), recipe, root, Devices("cpu", 1), resume=resume)


@pytest.fixture(scope="module")
def run(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a training of two epochs with all losses and both teachers, stopped in the second and resumed."""
    root = tmp_path_factory.mktemp("run") / "joint"
    recipe = small(data)
    with pytest.raises(KeyboardInterrupt):
        started(recipe, root).run(Listener(stop_after=3))
    listener = Listener()
    started(recipe, root, resume=True).run(listener)
    assert listener.steps == 2
    return root


@pytest.mark.slow
def test_a_training_keeps_all_its_figures(run: Path) -> None:
    first, second = load_checkpoint(run / "last.ckpt")["history"]
    losses = {"octave_log_l1", "silog", "sky", "log_multiscale_gradient", "boxes", "former", "taught_depth"}
    validation = {"val_rel", "val_rooms_rel", "val_street_rel", "val_ap", "val_ap50"}
    assert losses | validation <= {*first}
    assert {*first} == {*second}
    assert (run / "found" / "rooms.json").is_file()


@pytest.mark.slow
def test_a_training_that_is_resumed_ends_as_one_that_ran_through(run: Path, data: Path, tmp_path: Path) -> None:
    root = tmp_path / "through"
    started(small(data), root).run(Listener())
    resumed, through = (load_checkpoint(each / "last.ckpt")["network"] for each in (run, root))
    assert all(torch.equal(value, through[name]) for name, value in resumed.items())


@pytest.mark.slow
def test_what_is_exported_is_one_file_that_finds_and_measures_in_one_run(run: Path, tmp_path: Path) -> None:
    exportable, path = trained_network(run), tmp_path / "mine.onnx"
    export(exportable, path)
    image = torch.randn(1, 3, 64, 96, generator=torch.Generator().manual_seed(0))
    names = ["scores", "distances", "depth"]
    told = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]).run(names, {"image": image.numpy()})
    with torch.inference_mode():
        for name, one, other in zip(names, exportable.network(image), told, strict=True):
            assert other == pytest.approx(one.numpy(), rel=1e-3, abs=1e-4), name

    network = open_joint(path)
    assert (network.card.task, network.card.input.fit) == ("joint", "letterbox-area")
    frame = Frame(np.full((48, 100, 3), 90, dtype=np.uint8), "grey", Camera.from_focal(100, 48, 80.0))
    seen = network.perceive(frame, Query(score=0.01))
    assert network.card.depth is not None
    assert network.card.depth.tensors == ("depth",)
    wide, high = feed(frame, network.card).placed_px
    assert seen.depth.is_metric
    assert seen.depth.shape == (round(high / 4), round(wide / 4))

    finder = Rangefinder(path, path)
    assert isinstance(finder.perceiver, CardJoint)
    assert set(finder.look(frame.image).models.values()) == {"mine"}


@pytest.mark.slow
def test_another_detector_with_a_depth_decoder_goes_the_same_way(data: Path, tmp_path: Path) -> None:
    """From its recipe to a rangefinder."""
    recipe = of_yolov5(data)
    listener = Listener()
    started(recipe, tmp_path / "run").run(listener)
    assert listener.steps == 4
    path = tmp_path / "other.onnx"
    export(trained_network(tmp_path / "run"), path)
    network = open_joint(path)
    assert network.card.detector is not None
    assert (network.card.detector.layout, network.card.detector.tensors) == ("yolov5", ("boxes",))
    frame = Frame(np.full((48, 100, 3), 90, dtype=np.uint8), "grey", Camera.from_focal(100, 48, 80.0))
    assert network.perceive(frame, Query(score=0.0001)).depth.is_metric
    assert isinstance(Rangefinder(path, path).perceiver, CardJoint)


@pytest.mark.slow
def test_a_context_path_learns_depth_and_leaves_the_detector_as_it_is(data: Path, tmp_path: Path) -> None:
    recipe, root, path = with_context(data), tmp_path / "run", tmp_path / "context.onnx"
    before = joint_task(recipe, data / "start").network.state_dict()
    started(recipe, root).run(Listener())
    exportable = trained_network(root)
    after = {name.removeprefix("network."): value for name, value in exportable.network.state_dict().items()}
    moved = {name.split(".")[0] for name, value in after.items() if not torch.equal(value, before[name])}
    assert moved == {"decoder", "context"}
    encoder = {name.removeprefix("context.encoder."): value for name, value in after.items() if "context.enc" in name}
    assert not torch.equal(encoder["stem.0.weight"], before["context.encoder.stem.0.weight"])
    still = [name for name in encoder if "running" in name]
    assert still
    assert all(torch.equal(encoder[name], before[f"context.encoder.{name}"]) for name in still)

    export(exportable, path)
    odd = torch.randn(1, 3, 64, 160, generator=torch.Generator().manual_seed(0))  # 160 is no multiple of 96
    told = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]).run(["depth"], {"image": odd.numpy()})
    with torch.inference_mode():
        assert told[0] == pytest.approx(exportable.network(odd)[2].numpy(), rel=1e-3)
    image = np.random.default_rng(0).integers(0, 256, (96, 128, 3), dtype=np.uint8)
    frame = Frame(image, "noise", Camera.from_focal(128, 96, 100.0))
    assert open_joint(path).perceive(frame, Query(score=0.01)).depth.is_metric


@pytest.mark.parametrize("split", [None, "test"], ids=["the recipe's", "another"])
def test_a_batch_can_be_shown_with_boxes_and_depth(data: Path, split: str | None) -> None:
    assert KIND.show is not None
    shown = KIND.show(small(data), split, 4)
    assert shown.ndim == 3
    assert np.array_equal(shown, KIND.show(small(data), split, 4))


def test_the_teacher_of_depth_says_what_it_says_of_the_picture_alone() -> None:
    """At the focal length that it has learned itself, on a picture that it takes as it is."""
    _, card = find_model("depth-rooms-streets")
    assert card.depth is not None
    options = {"encoder": "lite2", "bins": 64, "farthest_m": 120.0, "log_sd": True}
    settings = NetworkSettings(name="compact", options=options, initial="depth-rooms-streets")
    width, height = card.input.width_px, card.input.height_px
    image = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    alone = open_depth_network("depth-rooms-streets")
    known_m = alone.estimate(Frame(image, "noise")).values
    batch = torch.from_numpy(image).permute(2, 0, 1)[None]
    for factor in (1.0, 2.0):
        teacher = FrozenDepth(settings, factor * (card.depth.focal_px or math.nan))
        taught_m = teacher.depth_m(batch, (known_m.shape[1], known_m.shape[0]))[0, 0].numpy()
        near = np.isfinite(known_m) & (taught_m < SKY_M)
        assert taught_m[near] == pytest.approx(factor * known_m[near], rel=0.02)
        with torch.no_grad():
            by_pytorch_m = factor * teacher.network(torch.from_numpy(to_tensor(image, card.input)[0]))[0, 0].numpy()
        assert np.abs(np.log(by_pytorch_m[near] / taught_m[near])).mean() < 0.01, "on a GPU"


@pytest.fixture(scope="module")
def task(data: Path) -> JointTask:
    return joint_task(untaught(data), data)


def kept_data(data: Path) -> tuple[Any, ...]:
    """What a task is made of beside its recipe, without validation."""
    recipe = untaught(data)
    photos, _ = labelled_photos(recipe.photos)
    trained, _ = labelled_pairs(recipe)
    return WithBoxes(trained, None), (), source_pairs(recipe), (), photos[0].class_names


class Says(nn.Module):
    """A joint network that says the same of every picture."""

    def __init__(self, depth_m: float, class_logit: float) -> None:
        super().__init__()
        self.depth_m, self.class_logit = nn.Parameter(torch.tensor(depth_m)), nn.Parameter(torch.tensor(class_logit))

    def forward(self, x: torch.Tensor) -> JointOutput:
        count, _, height, width = x.shape
        cells = sum(height // stride * (width // stride) for stride in (8, 16, 32))
        depth_m = self.depth_m.expand(count, 1, height // 4, width // 4)
        sides = torch.zeros(count, cells, 4 * BINS)
        return JointOutput(depth_m, Cells(self.class_logit.expand(count, cells, len(COCO80)), sides))


def batch(*looked_at: bool) -> JointBatch:
    """Pictures of 64×32 at 2 m without any object."""
    count = len(looked_at)
    image = torch.zeros(count, 3, 32, 64, dtype=torch.uint8)
    shown = DepthBatch(image, torch.full((count, 1, 8, 16), 2.0), torch.empty(0), tuple(map(str, range(count))))
    none = torch.zeros(0, dtype=torch.int64)
    return JointBatch(shown, Labels(none, none, torch.zeros(0, 4), torch.zeros(0)), torch.tensor(looked_at))


def test_where_nobody_has_looked_no_box_is_wrong(task: JointTask) -> None:
    losses = {seen: task.losses(Says(2.0, 0.0), batch(seen)) for seen in (True, False)}
    assert losses[False]["boxes"].item() == 0.0
    assert losses[True]["boxes"].item() > 1
    assert losses[False]["loss"].item() == pytest.approx(0, abs=1e-6)


def test_only_the_pictures_that_were_looked_at_count_for_boxes(task: JointTask) -> None:
    network = Says(2.0, -1.0)
    alone, beside = (task.losses(network, batch(*seen))["boxes"] for seen in ((True,), (False, True, False)))
    assert beside.item() == pytest.approx(alone.item())


@pytest.mark.parametrize("kind", ["uncertainty", "famo"])
def test_weights_that_are_learned_weigh_depth_against_boxes(kind: str, data: Path) -> None:
    taught = JointTask(msgspec.structs.replace(untaught(data), task_weights=kind), *kept_data(data))
    assert taught.task_weights is not None
    losses = taught.losses(Says(1.0, 0.0), batch(True))
    assert losses["depth_task"].item() == pytest.approx(losses["log_l1"].item())
    assert losses["boxes_task"].item() == pytest.approx(losses["boxes"].item())
    each = torch.stack([losses["depth_task"], losses["boxes_task"]])
    assert losses["loss"].item() == pytest.approx(taught.task_weights.total(each).item())


class Shown(nn.Module):
    """A joint network whose outputs are parameters, so that each has a gradient of its own."""

    def __init__(self, count: int) -> None:
        super().__init__()
        cells = sum(32 // stride * (64 // stride) for stride in (8, 16, 32))
        self.depth_m = nn.Parameter(torch.rand(count, 1, 8, 16) + 1)
        self.logits = nn.Parameter(torch.randn(count, cells, len(COCO80)))
        self.sides = nn.Parameter(torch.randn(count, cells, 4 * BINS))

    def forward(self, _: torch.Tensor) -> JointOutput:
        return JointOutput(self.depth_m, Cells(self.logits, self.sides))


class SaysDepth:
    """A teacher of depth that says three metres and as many as a picture is bright; how many it was asked of."""

    def __init__(self) -> None:
        self.pictures = 0

    def depth_m(self, image: torch.Tensor, output_px: tuple[int, int]) -> torch.Tensor:
        self.pictures += len(image)
        width, height = output_px
        return 3 + image.float().mean((1, 2, 3)).view(-1, 1, 1, 1).expand(-1, 1, height, width)


KINDS = ("a room with holes in its depth", "a street where rays came back", "a rendering", "a photo without depth")


def test_whatever_its_labels_each_picture_teaches_both_heads(data: Path) -> None:
    loss = {"octave_log_l1": 1.0, "boxes": 1.0, "former": 1.0, "taught_depth": 1.0}
    recipe = msgspec.structs.replace(
        small(data), network=NetworkSettings(name="joint-nanodet-g", initial="nanodet-g"), loss=loss
    )
    taught = JointTask(recipe, *kept_data(data))
    taught.former, taught.depth_teacher = Asked(), SaysDepth()  # type: ignore[assignment]
    depth_m = torch.rand(len(KINDS), 1, 8, 16) + 2
    depth_m[0, :, :2], depth_m[1, :, 1:], depth_m[3] = math.nan, math.nan, math.nan
    depth_m[2, :, :2] = math.inf  # the sky
    shown = batch(True, True, False, True)
    shown = shown._replace(depth=shown.depth._replace(depth_m=depth_m, scale_free=torch.arange(len(KINDS)) == 2))
    network = Shown(len(KINDS))
    taught.losses(network, shown)["loss"].backward()
    for name, own in (("depth", network.depth_m), ("scores", network.logits), ("sides", network.sides)):
        assert own.grad is not None
        for kind, gradient in zip(KINDS, own.grad, strict=True):
            assert gradient.abs().max() > 0, f"{name} of {kind}"
    everywhere = network.depth_m.grad
    assert everywhere is not None
    assert (everywhere[:2] != 0).all(), "where no truth is known, too"


def test_the_teacher_of_depth_is_asked_only_where_a_good_part_is_unknown(data: Path) -> None:
    taught = JointTask(
        msgspec.structs.replace(small(data), loss={"log_l1": 1.0, "boxes": 1.0, "taught_depth": 1.0}), *kept_data(data)
    )
    taught.depth_teacher = teacher = SaysDepth()  # type: ignore[assignment]
    shown = batch(False, False, False, False)
    depth_m = torch.full((4, 1, 8, 16), 2.0)
    depth_m[1, :, 0, :12] = math.nan  # 9 %, as the frame of a room
    depth_m[2, :, 0] = math.nan  # 12 %
    depth_m[3] = math.nan  # a rendering, whose scale is free
    image = torch.arange(4, dtype=torch.uint8).view(4, 1, 1, 1).expand(shown.depth.image.shape).contiguous()
    shown = shown._replace(depth=shown.depth._replace(image=image, depth_m=depth_m, scale_free=torch.arange(4) == 3))
    losses = taught.losses(Says(2.0, 0.0), shown)
    assert teacher.pictures == 1
    assert losses["taught_depth"].item() == pytest.approx(math.log((3 + 2) / 2), rel=1e-3), "of the third picture"


class Asked(nn.Module):
    """A detector of which is counted how often it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.times = 0

    def forward(self, x: torch.Tensor) -> Cells:
        self.times += 1
        count, cells = len(x), sum(x.shape[2] // stride * (x.shape[3] // stride) for stride in (8, 16, 32))
        return Cells(torch.zeros(count, cells, len(COCO80)), torch.zeros(count, cells, 4 * BINS))


def test_teachers_are_asked_once_of_a_batch_that_is_looked_at_twice(data: Path) -> None:
    taught = JointTask(
        msgspec.structs.replace(
            untaught(data), network=NetworkSettings(name="joint-nanodet-g", initial="x"), loss={"l1": 1, "former": 1}
        ),
        *kept_data(data),
    )
    taught.former = Asked()
    one, other = batch(True), batch(True)
    first, again, new = (taught.losses(Says(1.0, 1.0), each)["former"].item() for each in (one, one, other))
    assert first == again == new > 0
    assert taught.former.times == 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param(("network.name=compact",), "No joint network is called 'compact'", id="depth alone"),
        pytest.param(
            ("network.options.classes=3",), "The data have 80 classes, and the network is to have 3", id="classes"
        ),
        pytest.param(("photos.held_out=4",), "has 4 photos, and 4 are to be held out", id="too few photos"),
        pytest.param(
            ("network.name=joint-yolov5n",),
            r"joint-yolov5n goes on from none: take loss\.former out",
            id="nothing to stay near",
        ),
        pytest.param(("data.sizes_px=[[60, 32]]",), "multiples of 32", id="a size that does not fit"),
        pytest.param(("loss.boxs=1",), "boxs", id="a loss that there is not"),
        pytest.param(
            ("network.initial=depth-rooms-streets",), r"knows 0 classes.*correct network\.initial", id="no detector"
        ),
        pytest.param(("box_teacher.model=nowhere.onnx",), "There is no model file nowhere.onnx", id="no teacher"),
        pytest.param(
            ("depth_teacher={name = 'unet', initial = 'depth-rooms-streets'}",),
            "depth-rooms-streets|another network",
            id="a teacher of another form",
        ),
        pytest.param(("photos.root=nowhere",), "nowhere", id="no photos"),
    ],
)
def test_what_cannot_be_learned_is_refused_in_one_sentence(
    changes: tuple[str, ...], sentence: str, data: Path, tmp_path: Path
) -> None:
    with pytest.raises(HowfarError, match=sentence) as refused:
        joint_task(small(data, *changes), tmp_path)
    assert "\n" not in str(refused.value)


def test_photos_of_other_classes_need_another_detector(data: Path, tmp_path: Path) -> None:
    write_coco(tmp_path / "two", FOUR)
    with pytest.raises(SettingError, match="knows 80 classes, and not the 2 of the photos"):
        joint_task(small(data, f"photos.root={tmp_path / 'two'}"), tmp_path)
