"""Training a detector on four small pictures."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from howfar.errors import HowfarError, SettingError, SourceError
from howfar.networks.catalogue import find_network
from howfar.networks.yolov5 import ANCHORS_PX, STRIDES, YOLOv5, yolov5
from howfar.training.data.detection.batches import DetectionDraw, collate
from howfar.training.loop import Trainer
from howfar.training.recipe import DetectorRecipe, read_recipe
from howfar.training.run_folder import load_checkpoint
from howfar.training.starting import Devices, trainer
from howfar.training.tasks.detection import DetectorTask, as_fed, detector_task
from howfar.training.trained import trained_network
from tests.training.detection_data import FOUR, HEIGHT_PX, NAMES, WIDTH_PX, Box, sample, write_coco

FOLDER = Path(__file__).resolve().parents[3] / "recipes"
YOLO_RECIPES = sorted(FOLDER.glob("detector-yolov5*.toml"))
SSD_RECIPES = sorted(FOLDER.glob("detector-ssd300*.toml"))
SIDE_PX = 64

SHRUNK = (
    "data.split=all",
    "data.validation_split=all",
    "data.min_box_px=12",
    "data.count=4",
    "data.repeat=1",
    f"augmentation.size_px={SIDE_PX}",
    "training.epochs=1",
    "training.batch=2",
    "training.workers=0",
)


OF_SSD = ("augmentation.size_px=300", 'data.classes=["dog", "cup"]')


class Listener:
    """Counts steps, and stops the training after some."""

    def __init__(self, stop_after: float = math.inf) -> None:
        self.steps, self.stop_after = 0, stop_after

    def epoch_starts(self, epoch: int, epochs: int, steps: int) -> None:
        assert steps == 2

    def step_done(self, losses: Mapping[str, float]) -> None:
        self.steps += 1
        if self.steps >= self.stop_after:
            raise KeyboardInterrupt

    def epoch_done(self, row: Mapping[str, float], *, best: bool) -> None:
        pass


@pytest.fixture(scope="session")
def four(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four pictures with their boxes, in COCO's form."""
    return write_coco(tmp_path_factory.mktemp("four") / "coco")


def shrunk(root: Path, *changes: str, path: Path = FOLDER / "detector-yolov5n.toml") -> DetectorRecipe:
    """A recipe for two steps on four pictures of 64 px."""
    return read_recipe(path, DetectorRecipe, [f"data.root={root}", *SHRUNK, *changes])


def task_of(root: Path, *changes: str) -> DetectorTask:
    return detector_task(shrunk(root, *changes))


def training(recipe: DetectorRecipe, out: Path, *, resume: bool = False) -> Trainer:
    return trainer(detector_task(recipe), recipe, out, Devices("cpu"), resume=resume)


def in_memory(recipe: DetectorRecipe, held_out: Sequence[Sequence[Box]] = ()) -> DetectorTask:
    return DetectorTask(
        recipe, [sample(boxes, index) for index, boxes in enumerate(FOUR)], [sample(boxes) for boxes in held_out]
    )


# Training.


@pytest.mark.slow
@pytest.mark.parametrize("path", YOLO_RECIPES, ids=lambda path: path.stem)
def test_every_recipe_trains(path: Path, four: Path, tmp_path: Path) -> None:
    run = training(shrunk(four, path=path), tmp_path)
    before = {name: value.clone() for name, value in run.task.network.named_parameters()}
    listener = Listener()
    (row,) = run.run(listener)
    assert listener.steps == 2
    assert all(math.isfinite(row[name]) and row[name] > 0 for name in ("box", "objectness", "class", "loss"))
    assert row["loss"] == pytest.approx(row["box"] + row["objectness"] + row["class"], rel=1e-5)
    assert 0 <= row["val_ap"] <= row["val_ap50"] <= 1
    after = dict(run.task.network.named_parameters())
    for name in ("model.0.conv.weight", "model.24.m.0.weight", "model.24.m.0.bias"):
        assert not torch.equal(after[name], before[name]), name
    kept = yolov5("n", classes=len(NAMES))
    kept.load_state_dict(load_checkpoint(tmp_path / "last.ckpt")["network"])
    assert (tmp_path / "pictures" / "epoch_001.png").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("path", SSD_RECIPES, ids=lambda path: path.stem)
def test_every_recipe_of_an_ssd_trains(path: Path, four: Path, tmp_path: Path) -> None:
    run = training(shrunk(four, *OF_SSD, path=path), tmp_path)
    before = {name: value.clone() for name, value in run.task.network.named_parameters()}
    (row,) = run.run(Listener())
    assert all(math.isfinite(row[name]) and row[name] > 0 for name in ("box", "class", "loss"))
    assert row["loss"] == pytest.approx(row["box"] + row["class"], rel=1e-5)
    assert 0 <= row["val_ap"] <= row["val_ap50"] <= 1
    after = dict(run.task.network.named_parameters())
    for name in ("vgg.0.weight", "L2Norm.weight", "loc.0.weight", "conf.0.bias"):
        assert not torch.equal(after[name], before[name]), name
    exported = trained_network(tmp_path)
    assert not exported.any_size
    assert exported.card.detector is not None
    assert (exported.card.detector.layout, exported.card.detector.nms) == ("ssd", 0.45)
    assert exported.more_outputs == ("scores",)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param(("augmentation.size_px=320",), "takes pictures of 300 px alone, not 320", id="another size"),
        pytest.param(("network.name=disparity-detector",), "looks at stereo pairs", id="a network for pairs"),
        pytest.param(('data.classes=["cat"]',), "no class 'cat'; there are cup, dog", id="a class that is not there"),
    ],
)
def test_what_an_ssd_cannot_be_trained_with(four: Path, changes: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        task_of(four, "network.name=ssd300", "augmentation.size_px=300", *changes)


def test_an_ssd_is_fed_with_its_own_mean(four: Path) -> None:
    images = torch.full((1, 3, 2, 2), 0.5)
    assert as_fed(images, find_network("yolov5n", "detection")) is images
    fed = as_fed(images, find_network("ssd300", "detection"))
    assert fed[0, :, 0, 0].tolist() == pytest.approx([127.5 - 123, 127.5 - 117, 127.5 - 104])


def test_one_class_can_be_learned_alone(four: Path) -> None:
    task = task_of(four, 'data.classes=["dog"]', "augmentation.mosaic=0")
    assert task.class_names == ("dog",)
    shown = torch.cat([batch.targets for batch in task.batches(0, 0, 1)])
    assert len(shown) == sum(label == 1 for boxes in FOUR for label, *_ in boxes)
    assert not shown[:, 1].any()


def test_a_stopped_training_goes_on_bit_for_bit(four: Path, tmp_path: Path) -> None:
    recipe = shrunk(four, "training.epochs=2", "augmentation.mosaic=0.5", "training.pictures=0")
    training(recipe, tmp_path / "whole").run(Listener())
    with pytest.raises(KeyboardInterrupt):
        training(recipe, tmp_path / "parts").run(Listener(stop_after=3))
    training(recipe, tmp_path / "parts", resume=True).run(Listener())
    whole, parts = (load_checkpoint(tmp_path / name / "last.ckpt") for name in ("whole", "parts"))
    for place in ("network", "average"):
        assert all(torch.equal(value, parts[place][name]) for name, value in whole[place].items()), place
    assert whole["optimiser"]["state"].keys() == parts["optimiser"]["state"].keys()
    assert [row["loss"] for row in whole["history"]] == [row["loss"] for row in parts["history"]]


def test_an_epoch_shows_each_picture_as_often_as_the_recipe_says(four: Path) -> None:
    task = task_of(four, "data.repeat=3", "augmentation.mosaic=0")
    shown = [name for batch in task.batches(0, 0, 1) for name in task.names(batch)]
    assert sorted(shown) == sorted(3 * ["0.png", "1.png", "2.png", "3.png"])


def test_the_same_seed_gives_the_same_first_weights_and_another_others(four: Path) -> None:
    first, same, other = (task_of(four, f"training.seed={seed}").network.state_dict() for seed in (1, 1, 2))
    name = "model.0.conv.weight"
    assert torch.equal(first[name], same[name])
    assert not torch.equal(first[name], other[name])


def test_a_batch_pulls_as_hard_as_its_pictures_together() -> None:
    task = in_memory(shrunk(Path("nowhere"), "augmentation.mosaic=0"))
    task.network.eval()
    drawn = [task.examples[DetectionDraw(index, 0)] for index in (0, 2)]
    with torch.no_grad():
        once, twice = task.losses(task.network, collate(drawn)), task.losses(task.network, collate(drawn + drawn))
    assert set(once) == {"box", "objectness", "class", "loss"}
    for name, value in once.items():
        assert twice[name].item() == pytest.approx(2 * value.item(), rel=1e-4), name


# Validation.


class KnowsTheTruth(YOLOv5):
    """Gives raw maps that decode to certain boxes and nothing else, whatever it is shown."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        super().__init__(classes=len(NAMES), width=0.125)
        self.maps = [torch.full((1, 3, SIDE_PX // s, SIDE_PX // s, 5 + len(NAMES)), -12.0) for s in STRIDES]
        scale, above = SIDE_PX / WIDTH_PX, (SIDE_PX - HEIGHT_PX * SIDE_PX / WIDTH_PX) / 2
        for label, left, top, width, height in boxes:
            x, y = (left + width / 2) * scale / 8, ((top + height / 2) * scale + above) / 8
            column, row = int(x), int(y)
            wanted = [(x - column + 0.5) / 2, (y - row + 0.5) / 2]
            anchor = ANCHORS_PX[0][2]
            wanted += [(side * scale / of) ** 0.5 / 2 for side, of in zip((width, height), anchor, strict=True)]
            cell = self.maps[0][0, 2, row, column]
            cell[:4] = torch.tensor(wanted).logit()
            cell[4] = cell[5 + label] = 12.0

    def forward(self, image: Tensor) -> list[Tensor]:
        assert image.shape == (1, 3, SIDE_PX, SIDE_PX)
        assert (image[:, :, 0] == 114 / 255).all()  # the letterbox's bar
        return self.maps


@pytest.mark.parametrize(
    ("found", "figures"),
    [
        pytest.param(FOUR[0], {"ap": 1.0, "ap50": 1.0}, id="the truth"),
        pytest.param(FOUR[0][:1], {"ap": 0.5, "ap50": 0.5}, id="one class of two"),
        pytest.param([(1 - label, *box) for label, *box in FOUR[0]], {"ap": 0.0, "ap50": 0.0}, id="classes exchanged"),
        pytest.param([], {"ap": 0.0, "ap50": 0.0}, id="nothing"),
    ],
)
def test_validation_measures_what_the_network_finds(found: Sequence[Box], figures: dict[str, float]) -> None:
    task = in_memory(shrunk(Path("nowhere")), held_out=[FOUR[0]])
    assert task.validate(KnowsTheTruth(found)) == pytest.approx(figures, abs=1e-6)


def test_the_picture_shows_truth_and_prediction() -> None:
    task = in_memory(shrunk(Path("nowhere"), "training.pictures=1"), held_out=[FOUR[0]])
    nothing, truth = (task.picture(KnowsTheTruth(found)) for found in ([], FOUR[0]))
    assert nothing is not None
    assert truth is not None
    left, right = np.array_split(np.arange(truth.shape[1]), 2)
    captions = truth.shape[0] - SIDE_PX - 10
    assert np.array_equal(truth[:, left[:-10]], nothing[:, left[:-10]])
    assert not np.array_equal(truth[captions:, right], nothing[captions:, right])


def test_without_pictures_held_out_nothing_is_measured_or_shown() -> None:
    task = in_memory(shrunk(Path("nowhere")))
    assert task.validate(task.network) == {}
    assert task.picture(task.network) is None


# Anchors.

THIN: Sequence[Sequence[Box]] = [
    [(0, 2, 4 + 12 * row, 80 - 7 * row - 3 * index, 6) for row in range(4)] for index in range(4)
]


def test_anchors_that_do_not_fit_are_replaced_and_kept_in_the_checkpoint(tmp_path: Path) -> None:
    recipe = shrunk(write_coco(tmp_path / "thin", THIN))
    run = training(recipe, tmp_path / "run")
    (remark,) = run.task.remarks  # type: ignore[attr-defined]
    assert remark == "The anchors fitted 0.0% of the boxes; those that take their place fit 100.0%."
    anchors_px = run.task.network.anchors_px  # type: ignore[attr-defined]
    assert (anchors_px[..., 0] > 4 * anchors_px[..., 1]).all()
    assert (anchors_px.prod(dim=-1).flatten().diff() >= 0).all()
    run.run(Listener())
    kept = yolov5("n", classes=len(NAMES))
    kept.load_state_dict(load_checkpoint(tmp_path / "run" / "best.ckpt")["average"])
    assert torch.equal(kept.anchors_px, anchors_px)


@pytest.mark.parametrize(
    ("pictures", "changes"),
    [
        pytest.param(FOUR, (), id="anchors that fit"),
        pytest.param(THIN, ("check_anchors=false",), id="a recipe that does not ask"),
    ],
)
def test_anchors_stay(pictures: Sequence[Sequence[Box]], changes: tuple[str, ...], tmp_path: Path) -> None:
    task = task_of(write_coco(tmp_path / "data", pictures), *changes)
    assert task.remarks == ()
    assert torch.equal(task.network.anchors_px, torch.tensor(ANCHORS_PX))


# Bad input.


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(("network.name=yolov9",), "No detector is called 'yolov9'; there are yolov5n, ", id="network"),
        pytest.param(("network.options.depth=2",), r"yolov5n cannot be built .*depth", id="option"),
        pytest.param(("network.options.classes=80",), "data have 2 classes, .* have 80: take", id="other classes"),
        pytest.param(("network.encoder_weights=package",), "yolov5n has no encoder", id="encoder"),
        pytest.param(("network.frozen=['neck']",), "no part 'neck' to freeze", id="part to freeze"),
        pytest.param(("augmentation.size_px=70",), "sides in multiples of 32 px, not 70: correct", id="size"),
        pytest.param(("data.split=train",), "no split 'train': choose all", id="split"),
        pytest.param(("data.validation_split=val",), "no split 'val': choose all", id="validation split"),
        pytest.param(("data.count=5",), "5 pictures were asked for, and 4 of 4", id="more pictures than there are"),
        pytest.param(("loss.ratio=1",), r"Expected `float` > 1\.0 - at `\$\.loss\.ratio`", id="ratio"),
        pytest.param(("loss.balance=[1, 1]",), r"at `\$\.loss\.balance`", id="balance"),
    ],
)
def test_a_recipe_that_cannot_be_is_told_before_the_training(
    changes: tuple[str, ...], message: str, four: Path
) -> None:
    with pytest.raises(SettingError, match=message):
        task_of(four, *changes)


@pytest.mark.parametrize(
    ("pictures", "error", "message"),
    [
        pytest.param([[(7, 0, 0, 20, 20)]], SourceError, "category 7, which it does not list", id="a class too many"),
        pytest.param(
            [[(0, 200, 0, 20, 20)]], SourceError, "0.png: 1 box has no part in the picture", id="a box outside"
        ),
        pytest.param([[(0, math.nan, 0, 20, 20)]], SourceError, "nan is beyond", id="no numbers"),
        pytest.param([[], []], SourceError, "No picture has a box", id="no box at all"),
        pytest.param(
            [[(0, 0, 0, 90, 5)]], SettingError, "9 anchors need boxes of at least 9", id="too few for anchors"
        ),
    ],
)
def test_labels_that_cannot_be_are_told_before_the_training(
    pictures: Sequence[Sequence[Box]], error: type[HowfarError], message: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=message):
        task_of(write_coco(tmp_path / "data", pictures), "data.min_box_px=0", "data.count=0")


def test_a_class_out_of_range_is_told_before_the_training(tmp_path: Path) -> None:
    """In YOLO's form, where a label is a number without a list of its own."""
    root = write_coco(tmp_path / "data")
    (root / "instances.json").unlink()
    (root / "labels").mkdir()
    (root / "data.yaml").write_text("nc: 2\nnames: [cup, dog]\n")
    (root / "labels" / "0.txt").write_text("2 0.5 0.5 0.25 0.5\n")
    with pytest.raises(SourceError, match="class 2"):
        task_of(root, "data.min_box_px=0", "data.count=0")


def test_boxes_without_width_are_remarked_on_and_train_nothing(tmp_path: Path) -> None:
    flat: Box = (0, 50, 10, 0, 20)
    task = task_of(write_coco(tmp_path / "data", [[*FOUR[0], flat], *FOUR[1:]]), "data.min_box_px=0")
    (remark,) = task.remarks
    assert "0.png: 1 box has no width or no height" in remark
    _, targets, _ = collate([task.examples[DetectionDraw(0, epoch)] for epoch in range(20)])
    assert (targets[:, 4:] >= 2).all()
