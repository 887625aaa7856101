"""The learning rate as a pure function of time, so that a resumed training needs no state to go on."""

import math

from howfar.training.recipe_settings import ScheduleSettings


def learning_rate_share(schedule: ScheduleSettings, epoch: float, epochs: int) -> float:
    """The learning rate as a share of the greatest, at `epoch` (which may be a fraction) of `epochs`."""
    if epoch < schedule.warmup_epochs:
        return min(max(epoch, 1e-3) / schedule.warmup_epochs, 1.0)
    if schedule.shape == "steps":
        return next((share for start, share in reversed(schedule.steps) if epoch >= start), 1.0)
    progress = (epoch - schedule.warmup_epochs) / max(epochs - schedule.warmup_epochs, 1e-9)
    cosine = (1 + math.cos(math.pi * min(progress, 1.0))) / 2
    return schedule.final_share + (1 - schedule.final_share) * cosine
