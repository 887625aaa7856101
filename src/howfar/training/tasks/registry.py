"""All kinds of training."""

from collections.abc import Mapping

from howfar.training.recipe import TrainingRecipe
from howfar.training.self_supervised import task as self_supervised
from howfar.training.semi import student
from howfar.training.tasks import depth, detection, joint, pairs, ranging, stereo
from howfar.training.tasks.kind import TaskKind

KINDS = (
    depth.KIND,
    self_supervised.KIND,
    student.KIND,
    detection.KIND,
    joint.KIND,
    pairs.KIND,
    ranging.KIND,
    stereo.KIND,
)

TASKS: Mapping[str, TaskKind] = {kind.name: kind for kind in KINDS}
"""By what recipes call them by their key `task`."""


def kind_of(recipe: TrainingRecipe) -> TaskKind:
    """The kind of training that a recipe is for."""
    return TASKS[str(recipe.__struct_config__.tag)]
