"""All kinds of training."""

from collections.abc import Mapping

from howfar.training.recipe import TrainingRecipe
from howfar.training.semi import student
from howfar.training.tasks import depth, detection, joint, ranging, stereo
from howfar.training.tasks.kind import TaskKind

TASKS: Mapping[str, TaskKind] = {
    kind.name: kind for kind in (depth.KIND, student.KIND, detection.KIND, joint.KIND, ranging.KIND, stereo.KIND)
}
"""By what recipes call them by their key `task`."""


def kind_of(recipe: TrainingRecipe) -> TaskKind:
    """The kind of training that a recipe is for."""
    return TASKS[str(recipe.__struct_config__.tag)]
