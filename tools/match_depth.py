"""The depth of a joint network with a context path, held to a depth network's, view by view.

    python tools/match_depth.py PICTURES runs/joint-context matched.onnx --seconds 4200
    python tools/match_depth.py PICTURES runs/joint-context matched.onnx --seconds 500 --batch 128   # on a GPU

Function matching (Beyer et al., Knowledge distillation: A good teacher is patient and consistent, CVPR 2022): student
and teacher see the same random views of pictures, for very many views, and no label is needed. The second argument is
the folder of a training of recipes/joint-context.toml; its last checkpoint is where the student begins, its recipe's
`[depth_teacher]`, the embedded depth network, is the teacher. The detector stays as it is. The rate follows the clock
to almost nothing at `--seconds`. What is learned lies in a `.ckpt` beside TARGET, from which an interrupted run goes
on; at the end TARGET is exported, with its card.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from howfar.conversion.exportable import Exportable
from howfar.conversion.onnx_export import export
from howfar.conversion.target import refuse_target
from howfar.errors import HowfarError, ModelError
from howfar.files import replacing
from howfar.networks.imagenet import IMAGENET_MEAN, IMAGENET_STD
from howfar.networks.joint_nanodet_context import JointNanoDetContext
from howfar.training.averaging import RunningAverage
from howfar.training.frozen_depth import FrozenDepth
from howfar.training.losses.depth import log_multiscale_gradient_loss, picture_log_l1_loss
from howfar.training.recipe_settings import ScheduleSettings
from howfar.training.schedules import learning_rate_share
from howfar.training.trained import kept_recipe, trained_network
from views import ViewMaker, Views, canvases

SIZES_PX = ((480, 352), (480, 352), (480, 352), (352, 480), (416, 416), (544, 320), (768, 224))
"""Widths and heights that a batch has in turns by chance: what `letterbox-area` makes of pictures of many shapes."""

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


def joint_network(trained: Exportable, folder: Path) -> JointNanoDetContext:
    """The network of a training.

    Raises:
        ModelError: If it is another one.
    """
    network = getattr(trained.network, "network", None)  # what is exported wraps it
    if not isinstance(network, JointNanoDetContext):
        raise ModelError(f"{folder} is no training of joint-nanodet-g-context.")
    return network


def depth_loss(depth_m: Tensor, taught_m: Tensor, views: Views) -> Tensor:
    """How far depth is from the teacher's where the picture lies, in its logarithm and in the steps of it."""
    inside = functional.interpolate(views.inside.float(), depth_m.shape[-2:], mode="area") > 0.99
    said, wanted = (each.float().clamp(NEAREST_M, SKY_M) for each in (depth_m, taught_m))
    return picture_log_l1_loss(said, wanted, inside) + 0.5 * log_multiscale_gradient_loss(said, wanted, inside)


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


def match(network: JointNanoDetContext, teacher: FrozenDepth, told: argparse.Namespace) -> None:
    """Let the network learn; its own weights are the averaged ones then."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(told.seed)
    network.to(device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]  # torch's types lack it
    network.requires_grad_(True).detector.requires_grad_(False)
    run = Matching(Student(network).train(), told.learning_rate)
    kept: Path = told.target.with_suffix(".ckpt")
    if kept.exists():
        run.load(kept, device)
    maker = ViewMaker(canvases(told.pictures).to(device), told.batch, told.seed + run.steps)
    mean, std = (torch.tensor(each, device=device).view(1, 3, 1, 1) for each in (IMAGENET_MEAN, IMAGENET_STD))
    choose, last = np.random.default_rng((told.seed, run.steps)), time.monotonic()
    written, lost = run.seconds, 0.0
    while run.seconds < told.seconds:
        views = maker.views(SIZES_PX[int(choose.integers(len(SIZES_PX)))])
        x = ((views.image - mean) / std).contiguous(memory_format=torch.channels_last)
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


def teacher_of(trained: Exportable, folder: Path) -> FrozenDepth:
    """The depth network that the training's own recipe asks where no truth is known.

    Raises:
        ModelError: If it asks none, or its network has no metres.
    """
    teacher = kept_recipe(folder).depth_teacher
    if teacher is None or trained.card.depth is None or trained.card.depth.focal_px is None:
        raise ModelError(f"The recipe of {folder} has no [depth_teacher], or its network no depth in metres.")
    return FrozenDepth(teacher, trained.card.depth.focal_px)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", type=Path, help="A folder of .jpg, .png or .webp.")
    parser.add_argument("folder", type=Path, help="A training of recipes/joint-context.toml.")
    parser.add_argument("target", type=Path, help="The .onnx file to write.")
    parser.add_argument("--seconds", type=float, default=4200.0)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--learning-rate", type=float, default=6e-4)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args(arguments)
    try:
        refuse_target(told.target, overwrite=False)
        trained = trained_network(told.folder, last=True)
        match(joint_network(trained, told.folder), teacher_of(trained, told.folder), told)
        export(trained, told.target)
    except HowfarError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
