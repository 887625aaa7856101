"""The depth of a joint network with a context path, held to a depth network's, view by view.

    python tools/match_depth.py PICTURES recipes/joint-context.toml matched.onnx network.weights=last.ckpt
    python tools/match_depth.py PICTURES recipes/joint-context.toml matched.onnx --seconds 500 --batch 128   # on a GPU

Function matching (Beyer et al., Knowledge distillation: A good teacher is patient and consistent, CVPR 2022): student
and teacher see the same random views of pictures, for very many views, and no label is needed. The student begins as
the recipe's network does, with the embedded detector and encoder or, better, where a training by the recipe ended; the
recipe's `[depth_teacher]`, the embedded depth network, is the teacher. The detector stays as it is. The rate follows
the clock to almost nothing at `--seconds`. What is learned lies in a `.ckpt` beside TARGET, from which an interrupted
run goes on; at the end TARGET is exported, with its card.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from howfar.conversion.exportable import Exportable
from howfar.conversion.onnx_export import export
from howfar.conversion.target import refuse_target
from howfar.errors import HowfarError, SettingError
from howfar.files import replacing
from howfar.models.library import find_model
from howfar.models.preprocess import input_size
from howfar.networks.joint_nanodet import SCORES, JointOutputs
from howfar.networks.joint_nanodet_context import JointNanoDetContext
from howfar.training.averaging import RunningAverage
from howfar.training.data.depth.pairs import depth_samples
from howfar.training.data.joint.photos import labelled_photos
from howfar.training.losses.depth import log_multiscale_gradient_loss, octave_log_l1_loss
from howfar.training.recipe import JointRecipe, read_recipe
from howfar.training.recipe_settings import ScheduleSettings
from howfar.training.schedules import learning_rate_share
from howfar.training.tasks.joint import JointTask
from views import ViewMaker, Views, canvases

SHAPES_PX = ((640, 480), (640, 480), (640, 480), (480, 640), (640, 640), (640, 360), (1242, 375))
"""Widths and heights of pictures; a batch has in turns by chance the size at which the network is fed one of them."""

ENCODER_SHARE = 1 / 3
"""Of the learning rate, for what the context path learned of depth already."""
WEIGHT_DECAY = 0.02
AVERAGED = 0.997
SCHEDULE = ScheduleSettings(shape="cosine", warmup_epochs=0.03, final_share=0.01)
"""Over the time that is given, which is one epoch of it."""
GREATEST_NORM = 2.0
NEAREST_M, SKY_M = 0.25, 90.0
WRITTEN_EVERY_S = 300.0
TOLD_EVERY = 100


class Student(nn.Module):
    """What learns: the decoder and the context path. The detector's trunk is only read."""

    def __init__(self, network: JointNanoDetContext) -> None:
        super().__init__()
        self.decoder, self.context = network.decoder, network.context

    def forward(self, x: Tensor, maps: Sequence[Tensor]) -> Tensor:
        """The depth of N×3×H×W, N×1×H/4×W/4 metres."""
        depth_m: Tensor = self.decoder(maps[1:], self.context(x))
        return depth_m

    def train(self, mode: bool = True) -> "Student":
        """In training mode, but for the statistics of the path, which an exported file had joined in."""
        super().train(mode)
        self.context.encoder.eval()
        return self


def started(path: Path, changes: Sequence[str] = ()) -> JointTask:
    """The task of a recipe, with changes, and its network as it starts, without the data that it learns from.

    Raises:
        SettingError: If the recipe does not hold, or is of another network or without a teacher of depth.
        SourceError: If the data that tell the camera and the classes cannot be read.
        ModelError: If what it starts from, or the teacher, cannot be read.
    """
    recipe = read_recipe(path, JointRecipe, changes)
    photos, _ = labelled_photos(recipe.photos)
    rooms, _ = depth_samples(recipe.data)
    torch.manual_seed(recipe.training.seed)
    task = JointTask(recipe, rooms, (), (), (), photos[0].class_names)
    if not isinstance(task.network, JointNanoDetContext) or recipe.depth_teacher is None:
        raise SettingError(f"{path} is no recipe of joint-nanodet-g-context with a [depth_teacher].")
    task.start_from()
    return task


def depth_loss(depth_m: Tensor, taught_m: Tensor, views: Views) -> Tensor:
    """How far depth is from the teacher's where the picture lies, in its logarithm and in the steps of it.

    What is rare weighs more: with all cells alike a decoder that begins with nothing learned no depth beyond 20 m.
    """
    inside = functional.interpolate(views.inside.float(), depth_m.shape[-2:], mode="area") > 0.99
    said, wanted = (each.float().clamp(NEAREST_M, SKY_M) for each in (depth_m, taught_m))
    return octave_log_l1_loss(said, wanted, inside) + 0.5 * log_multiscale_gradient_loss(said, wanted, inside)


class Matching:
    """The state of a run: what is learned, how, and how much of the time is over."""

    def __init__(self, student: Student, learning_rate: float) -> None:
        encoder = [*student.context.encoder.parameters()]
        others = [*student.decoder.parameters(), *student.context.narrow.parameters()]
        self.student, self.average = student, RunningAverage(student, AVERAGED)
        self.rates = (learning_rate, learning_rate * ENCODER_SHARE)
        self.optimiser = torch.optim.AdamW(
            [{"params": others}, {"params": encoder}], lr=learning_rate, weight_decay=WEIGHT_DECAY
        )
        self.seconds, self.steps = 0.0, 0

    def learn(self, loss: Tensor, done: float) -> None:
        """One step."""
        for group, learning_rate in zip(self.optimiser.param_groups, self.rates, strict=True):
            group["lr"] = learning_rate * learning_rate_share(SCHEDULE, done, 1)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.student.parameters(), GREATEST_NORM)
        self.optimiser.step()
        self.average.update(self.student)
        self.steps += 1

    def save(self, path: Path) -> None:
        """Write all of it."""
        with replacing(path, overwrite=True) as part:
            torch.save(
                {
                    "student": self.student.state_dict(),
                    "average": self.average.network.state_dict(),
                    "optimiser": self.optimiser.state_dict(),
                    "averaged": self.average.steps,
                    "seconds": self.seconds,
                    "steps": self.steps,
                },
                part,
            )

    def load(self, path: Path, device: torch.device) -> None:
        """Go on from what was written."""
        state: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
        self.student.load_state_dict(state["student"])
        self.average.network.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.average.steps, self.seconds, self.steps = state["averaged"], state["seconds"], state["steps"]


def match(task: JointTask, told: argparse.Namespace) -> None:
    """Let the network of a task learn; its own weights are the averaged ones then."""
    network, teacher = task.network, task.depth_teacher
    assert isinstance(network, JointNanoDetContext)
    assert teacher is not None  # `started` refuses others
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(told.seed)
    network.to(device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]  # torch's types lack it
    network.requires_grad_(True).detector.requires_grad_(False)
    run = Matching(Student(network).train(), told.learning_rate)
    kept: Path = told.target.with_suffix(".ckpt")
    if kept.exists():
        run.load(kept, device)
    maker = ViewMaker(canvases(told.pictures).to(device), told.batch, told.seed + run.steps)
    sizes = [input_size(width, height, task.card.input) for width, height in SHAPES_PX]
    choose, last = np.random.default_rng((told.seed, run.steps)), time.monotonic()
    written, lost = run.seconds, 0.0
    while run.seconds < told.seconds:
        views = maker.views(sizes[int(choose.integers(len(sizes)))])
        x = task.fed(views.image)
        with torch.autocast(device.type, torch.bfloat16):
            with torch.no_grad():
                maps = network.detector.trunk(x)
            depth_m = run.student(x, maps)
            taught_m = teacher.depth_m(views.image, (depth_m.shape[-1], depth_m.shape[-2]))
        loss = depth_loss(depth_m, taught_m, views)
        run.learn(loss, run.seconds / told.seconds)
        lost += loss.item()
        run.seconds, last = run.seconds + time.monotonic() - last, time.monotonic()
        if run.steps % TOLD_EVERY == 0:
            line = {"steps": run.steps, "seconds": round(run.seconds), "loss": round(lost / TOLD_EVERY, 4)}
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()
            lost = 0.0
        if run.seconds - written > WRITTEN_EVERY_S:
            written = run.seconds
            run.save(kept)
    run.save(kept)
    run.student.load_state_dict(run.average.network.state_dict())
    network.cpu().eval().requires_grad_(False)


def exportable(task: JointTask) -> Exportable:
    """The network with its card, as the recipe describes it; how boxes are found is the detector's own affair."""
    described, card = task.recipe.export, task.card
    _, former = find_model(task.recipe.network.initial or "")
    assert card.depth is not None  # a joint network's has both
    assert card.detector is not None
    assert former.detector is not None
    card = replace(
        card,
        licence=described.licence or card.licence,
        origin=described.origin,
        results=described.results,
        depth=replace(card.depth, scenes=described.scenes),
        input=replace(card.input, resample=former.input.resample),
        detector=replace(card.detector, score=former.detector.score, nms=former.detector.nms),
    )
    outputs = JointOutputs(task.network)
    return Exportable(outputs, card, more_outputs=outputs.more_outputs, output=SCORES)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", type=Path, help="A folder of .jpg, .png or .webp.")
    parser.add_argument("recipe", type=Path, help="recipes/joint-context.toml, or the like.")
    parser.add_argument("target", type=Path, help="The .onnx file to write.")
    parser.add_argument("changes", nargs="*", help="Changes of the recipe, key=value.")
    parser.add_argument("--seconds", type=float, default=4200.0)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--learning-rate", type=float, default=6e-4)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_intermixed_args(arguments)
    try:
        refuse_target(told.target, overwrite=False)
        task = started(told.recipe, told.changes)
        match(task, told)
        export(exportable(task), told.target)
    except HowfarError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
