"""The training loop on a task of a few weights: resuming, stopping, keeping the best."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from lightning_fabric import Fabric
from torch import nn

from howfar.errors import ModelError, OutputError, TrainingError
from howfar.models.card import Card, DepthSpec, InputSpec
from howfar.networks.entry import NetworkEntry
from howfar.training.loop import Trainer
from howfar.training.recipe import TrainingRecipe
from howfar.training.recipe_settings import NetworkSettings, OptimiserSettings, ScheduleSettings, TrainingSettings
from howfar.training.run_folder import RunFolder, load_checkpoint
from howfar.training.task_weights import TASK_WEIGHTS

STEPS = 3


class ToyTask:
    """Two convolutions with dropout between them, fed with noise; `broken` makes the loss of one step infinite."""

    title = "toy"
    entry = NetworkEntry(name="toy", task="depth", build=nn.Identity)
    card = Card("toy", "depth", "none", InputSpec(8, 8, "stretch"), depth=DepthSpec("metres"))
    frozen = ()
    remarks = ()
    judged_by = "score"
    task_weights = None
    greater_is_better = True

    def __init__(self, scores=(), broken=None):
        torch.manual_seed(7)
        self.network = nn.Sequential(
            nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout(0.5), nn.ReLU(), nn.Conv2d(4, 1, 1)
        )
        self.scores, self.broken = list(scores), broken

    def batches(self, epoch, rank, world):
        draw = torch.Generator().manual_seed(epoch)
        return [(epoch, step, torch.randn(2, 3, 8, 8, generator=draw)) for step in range(STEPS)]

    def losses(self, network, batch):
        epoch, step, image = batch
        loss = (network(image).float() - 1).square().mean()
        return {"square": loss, "loss": loss * (float("nan") if (epoch, step) == self.broken else 1.0)}

    def names(self, batch):
        return (f"noise {batch[0]}.{batch[1]}",)

    def validate(self, network):
        return {"score": self.scores.pop(0)} if self.scores else {}

    def picture(self, network):
        return np.zeros((8, 8, 3), np.uint8)


class Listener:
    def __init__(self, stop_after=None):
        self.rows, self.steps, self.stop_after = [], 0, stop_after

    def epoch_starts(self, epoch, epochs, steps):
        assert 1 <= epoch <= epochs
        assert steps == STEPS

    def step_done(self, losses):
        self.steps += 1
        if self.steps == self.stop_after:
            raise KeyboardInterrupt

    def epoch_done(self, row, *, best):
        self.rows.append((row, best))


def make_recipe(epochs=4, optimiser="adamw", ema=0.9, precision="32-true"):
    return TrainingRecipe(
        network=NetworkSettings(name="toy"),
        optimiser=OptimiserSettings(name=optimiser, learning_rate=0.01, weight_decay=0.01, clip_norm=1.0),
        schedule=ScheduleSettings(warmup_epochs=1),
        training=TrainingSettings(epochs=epochs, batch=2, precision=precision, ema=ema),
    )


def make_trainer(folder, task=None, *, recipe=None, resume=False, overwrite=False):
    recipe = recipe or make_recipe()
    run = RunFolder(folder)
    task = task or ToyTask()
    run.open(recipe, task.card, resume=resume, overwrite=overwrite)
    fabric = Fabric(accelerator="cpu", devices=1, precision=recipe.training.precision)
    return Trainer(task, recipe.optimiser, recipe.schedule, recipe.training, run, fabric)


def assert_same(ours, theirs):
    assert type(ours) is type(theirs)
    if isinstance(ours, torch.Tensor):
        assert torch.equal(ours, theirs)
    elif isinstance(ours, dict):
        assert ours.keys() == theirs.keys()
        for key in ours:
            if key != "seconds":
                assert_same(ours[key], theirs[key])
    elif isinstance(ours, list | tuple):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            assert_same(one, other)
    else:
        assert ours == theirs


@pytest.fixture
def without_curves(monkeypatch):
    """Drawing them takes longer than the toy's training."""
    monkeypatch.setattr("howfar.training.loop.draw_curves", lambda *_: None)


class TwoTasks(ToyTask):
    """The same with a second task, which the first one is weighed against."""

    def __init__(self, weights):
        super().__init__()
        self.task_weights = TASK_WEIGHTS[weights](("square", "size"))

    def losses(self, network, batch):
        square, size = super().losses(network, batch)["square"], network(batch[2]).float().abs().mean()
        each = {"square": square, "size": size}
        return {**each, **self.task_weights.weighed(each)}


@pytest.mark.usefixtures("without_curves")
@pytest.mark.parametrize("weights", TASK_WEIGHTS)
def test_a_stopped_training_goes_on_with_the_weights_of_its_tasks(tmp_path, weights):
    make_trainer(tmp_path / "whole", TwoTasks(weights)).run(Listener())
    with pytest.raises(KeyboardInterrupt):
        make_trainer(tmp_path / "parts", TwoTasks(weights)).run(Listener(8))
    make_trainer(tmp_path / "parts", TwoTasks(weights), resume=True).run(Listener())
    whole, parts = (load_checkpoint(tmp_path / each / "last.ckpt") for each in ("whole", "parts"))
    assert_same(whole, parts)
    assert whole["task_weights"]["learned"].abs().min() > 0
    shares = {name: row for name, row in whole["history"][-1].items() if name.endswith("_share")}
    assert sum(shares.values()) == pytest.approx(1, abs=1e-5)


@pytest.mark.usefixtures("without_curves")
def test_a_checkpoint_without_weights_of_tasks_does_not_go_on_with_them(tmp_path):
    make_trainer(tmp_path, recipe=make_recipe(epochs=1)).run(Listener())
    with pytest.raises(ModelError, match="does not fit its training"):
        make_trainer(tmp_path, TwoTasks("famo"), recipe=make_recipe(epochs=1), resume=True)


@pytest.mark.usefixtures("without_curves")
@pytest.mark.parametrize("stop_after", [4, 6, 8], ids=["early in an epoch", "at an epoch's end", "late in an epoch"])
@pytest.mark.parametrize(
    ("optimiser", "ema", "precision"),
    [("adamw", 0.9, "32-true"), ("sgd", 0.0, "bf16-mixed")],
    ids=["AdamW with a running average", "SGD in mixed precision"],
)
def test_a_stopped_training_goes_on_bit_for_bit(tmp_path, stop_after, optimiser, ema, precision):
    recipe = make_recipe(optimiser=optimiser, ema=ema, precision=precision)
    make_trainer(tmp_path / "whole", recipe=recipe).run(Listener())
    with pytest.raises(KeyboardInterrupt):
        make_trainer(tmp_path / "parts", recipe=recipe).run(Listener(stop_after))
    torch.manual_seed(999)  # whatever else was drawn meanwhile
    make_trainer(tmp_path / "parts", recipe=recipe, resume=True).run(Listener())
    assert_same(load_checkpoint(tmp_path / "whole/last.ckpt"), load_checkpoint(tmp_path / "parts/last.ckpt"))


def test_the_weights_do_move(tmp_path):
    before = {name: value.clone() for name, value in ToyTask().network.state_dict().items()}
    make_trainer(tmp_path).run(Listener())
    after = load_checkpoint(tmp_path / "last.ckpt")
    assert not torch.equal(after["network"]["0.weight"], before["0.weight"])
    assert not torch.equal(after["network"]["0.weight"], after["average"]["0.weight"])
    assert not torch.equal(after["average"]["0.weight"], before["0.weight"])


def test_the_best_epoch_is_kept_beside_the_last(tmp_path):
    listener = Listener()
    make_trainer(tmp_path, ToyTask(scores=[0.2, 0.7, 0.5, 0.6])).run(listener)
    assert [best for _, best in listener.rows] == [True, True, False, False]
    assert load_checkpoint(tmp_path / "best.ckpt")["epoch"] == 2
    assert load_checkpoint(tmp_path / "last.ckpt")["epoch"] == 4


def test_without_validation_the_last_epoch_is_the_best(tmp_path):
    make_trainer(tmp_path).run(Listener())
    assert load_checkpoint(tmp_path / "best.ckpt")["epoch"] == 4


def test_a_loss_that_is_no_number_names_the_batch_and_keeps_the_last_good_epoch(tmp_path):
    with pytest.raises(TrainingError, match=r"epoch 2, batch 3 .*noise 1\.2"):
        make_trainer(tmp_path, ToyTask(broken=(1, 2))).run(Listener())
    kept = load_checkpoint(tmp_path / "last.ckpt")
    assert kept["epoch"] == 1
    assert all(torch.isfinite(value).all() for value in kept["network"].values())


def test_the_folder_shows_the_training(tmp_path):
    make_trainer(tmp_path, ToyTask(scores=[0.1, 0.2, 0.3, 0.4])).run(Listener())
    rows = list(csv.DictReader((tmp_path / "history.csv").open()))
    assert [float(row["epoch"]) for row in rows] == [1, 2, 3, 4]
    assert [row["val_score"] for row in rows] == ["0.1", "0.2", "0.3", "0.4"]
    assert len(list((tmp_path / "pictures").glob("epoch_*.png"))) == 4
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert list((tmp_path / "tensorboard").glob("events*"))
    assert not list(tmp_path.glob(".*"))


def test_a_folder_with_a_training_is_not_overwritten_unasked(tmp_path):
    make_trainer(tmp_path).run(Listener())
    with pytest.raises(OutputError, match="holds a training already: choose another folder, ") as refused:
        make_trainer(tmp_path)
    assert refused.value.setting == "resume"
    with pytest.raises(OutputError, match="other settings"):
        make_trainer(tmp_path, recipe=make_recipe(epochs=9), resume=True)
    again = make_trainer(tmp_path, overwrite=True)
    assert again.epoch == 0


def _cut(path):
    path.write_bytes(path.read_bytes()[:1000])


def _changed(path, **parts):
    state = torch.load(path, weights_only=True)
    torch.save({name: value for name, value in {**state, **parts}.items() if value != "gone"}, path)


@pytest.mark.usefixtures("without_curves")
@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        pytest.param(lambda path: path.write_bytes(b""), "cannot be read .it is empty.", id="no byte"),
        pytest.param(_cut, "cannot be read", id="cut"),
        pytest.param(lambda path: path.write_bytes(b"x" * 100), "cannot be read", id="something else"),
        pytest.param(lambda path: torch.save({}, path), "not a checkpoint of a howfar training", id="an empty table"),
        pytest.param(lambda path: torch.save([], path), "not a checkpoint of a howfar training", id="a list"),
        pytest.param(lambda path: _changed(path, network="gone"), "lacks a part", id="no weights"),
        pytest.param(lambda path: _changed(path, network={3: 4}), "lacks a part", id="weights that are none"),
        pytest.param(lambda path: _changed(path, epoch="two"), "lacks a part", id="an epoch in letters"),
        pytest.param(lambda path: _changed(path, history=[]), "lacks a part", id="an empty history"),
        pytest.param(lambda path: _changed(path, history=[7]), "lacks a part", id="a history of numbers"),
        pytest.param(lambda path: _changed(path, network={}), "does not fit its training", id="another network"),
        pytest.param(lambda path: _changed(path, optimiser="gone"), "'optimiser' is missing", id="no optimiser"),
        pytest.param(lambda path: _changed(path, optimiser={"state": 3}), "does not fit", id="an odd optimiser"),
        pytest.param(lambda path: _changed(path, random=torch.zeros(3)), "does not fit", id="no state of chance"),
        pytest.param(lambda path: _changed(path, average=torch.zeros(3)), "lacks a part", id="an average of nothing"),
        pytest.param(lambda path: _changed(path, best="good"), "does not fit", id="a best figure in letters"),
    ],
)
def test_a_checkpoint_that_cannot_be_gone_on_from_gets_one_sentence(tmp_path, spoil, told):
    make_trainer(tmp_path, recipe=make_recipe(epochs=1)).run(Listener())
    spoil(tmp_path / "last.ckpt")
    with pytest.raises(ModelError, match=told) as refusal:
        make_trainer(tmp_path, recipe=make_recipe(epochs=1), resume=True)
    assert "copy best.ckpt to its place, or start again" in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.usefixtures("without_curves")
def test_where_no_other_checkpoint_is_left_a_training_starts_again(tmp_path):
    make_trainer(tmp_path, recipe=make_recipe(epochs=1)).run(Listener())
    (tmp_path / "last.ckpt").write_bytes(b"")
    (tmp_path / "best.ckpt").write_bytes(b"")
    with pytest.raises(ModelError, match=r"it is empty\): start again\.$"):
        make_trainer(tmp_path, recipe=make_recipe(epochs=1), resume=True)


KILLED = """
import sys
sys.path.insert(0, {tests!r})
from test_loop import Listener, ToyTask, make_recipe, make_trainer
from pathlib import Path
make_trainer(Path(sys.argv[1]), recipe=make_recipe(epochs=10000)).run(Listener())
"""


def test_a_killed_training_leaves_whole_files_and_goes_on(tmp_path):
    script = KILLED.format(tests=str(Path(__file__).parent))
    victim = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], env={**os.environ, "OMP_NUM_THREADS": "1"})
    try:
        deadline = time.monotonic() + 120
        while not (tmp_path / "history.csv").exists() and time.monotonic() < deadline:
            assert victim.poll() is None
            time.sleep(0.05)
    finally:
        victim.send_signal(signal.SIGKILL)
        victim.wait()
    done = load_checkpoint(tmp_path / "last.ckpt")["epoch"]
    again = make_trainer(tmp_path, recipe=make_recipe(epochs=10000), resume=True)
    assert again.epoch == done >= 1
