"""Folders of trainings that have not been trained: the networks' first weights as checkpoints."""

from pathlib import Path
from typing import Any

import torch
from torch import nn

from howfar.datasets.nyu import NYU_CAMERA
from howfar.models.card import Card
from howfar.networks.unet_depth import UNetDepth
from howfar.networks.yolov5 import yolov5
from howfar.training.recipe import DepthRecipe, DetectorRecipe, TrainingRecipe, parse_recipe
from howfar.training.run_folder import RunFolder
from howfar.training.tasks import depth, detection

OPTIMISER = {"name": "sgd", "learning_rate": 0.1}
CLASSES = ("person", "chair")
TRAINING = {"epochs": 3, "batch": 2}


def depth_recipe(data: Path, **tables: Any) -> DepthRecipe:
    """A U-Net of one level, for pictures that are made 80×64 and cut to 64×64."""
    table = {
        "task": "depth",
        "network": {"name": "unet", "options": {"filters": [4]}},
        "data": {"root": str(data), "sizes_px": [[64, 64]]},
        "augmentation": {"base_px": [80, 64]},
        "loss": {"l1": 1.0},
        "optimiser": OPTIMISER,
        "training": TRAINING,
    }
    return parse_recipe(table | tables, DepthRecipe, "test")


def detector_recipe(data: Path, **tables: Any) -> DetectorRecipe:
    """A YOLOv5n for squares of 64 pixels."""
    table = {
        "task": "detector",
        "network": {"name": "yolov5n"},
        "data": {"root": str(data), "split": "all", "validation_split": "all"},
        "augmentation": {"size_px": 64},
        "optimiser": OPTIMISER,
        "training": TRAINING,
    }
    return parse_recipe(table | tables, DetectorRecipe, "test")


def tiny_unet(seed: int) -> UNetDepth:
    """The network of `depth_recipe`, other weights for each seed."""
    torch.manual_seed(seed)
    return UNetDepth((4,)).eval()


def tiny_yolov5(classes: int) -> nn.Module:
    """The network of `detector_recipe`."""
    torch.manual_seed(0)
    return yolov5("n", classes).eval()


def _card(recipe: TrainingRecipe) -> Card:
    if isinstance(recipe, DetectorRecipe):
        return detection.training_card(recipe, CLASSES, tiny_yolov5(len(CLASSES)))
    assert isinstance(recipe, DepthRecipe)
    return depth.training_card(recipe, NYU_CAMERA)


def write_run(
    root: Path, recipe: TrainingRecipe, network: nn.Module, average: nn.Module | None = None, **figures: float
) -> Path:
    """The folder of a training of two epochs, the first of which was the best; `figures` are of its validation."""
    folder = RunFolder(root)
    folder.open(recipe, _card(recipe), resume=False, overwrite=True)
    weights = {"network": network.state_dict(), "average": average.state_dict() if average else None}
    history = [{"epoch": 1.0, **{f"val_{name}": value for name, value in figures.items()}}]
    folder.save({**weights, "epoch": 1, "history": history}, best=True)
    history.append({"epoch": 2.0, **{f"val_{name}": 9.0 for name in figures}})
    folder.save({**weights, "epoch": 2, "history": history}, best=False)
    return root
