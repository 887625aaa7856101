"""Recipes: every setting of a training in one TOML file, checked before anything starts."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from howfar.errors import SettingError
from howfar.io.parsing import UnreadableError, parse_toml
from howfar.io.toml import read_toml
from howfar.training.bounds import Positive
from howfar.training.data.depth.augmentation import DepthAugmentation
from howfar.training.data.detection.augmentation import DetectionAugmentation
from howfar.training.data.pairs.augmentation import PairAugmentation
from howfar.training.data.ranging.augmentation import RangingAugmentation
from howfar.training.losses.multibox import MultiBoxSettings
from howfar.training.losses.yolov5 import DetectionLossSettings
from howfar.training.recipe_settings import (
    BoxTeacherSettings,
    DepthDataSettings,
    DetectorDataSettings,
    ExportSettings,
    NetworkSettings,
    OptimiserSettings,
    PairDataSettings,
    PhotosSettings,
    RangingDataSettings,
    ScheduleSettings,
    Settings,
    SourceSettings,
    StereoDataSettings,
    TrainingSettings,
)


class TrainingRecipe(Settings, frozen=True, kw_only=True):
    """The settings that every training has."""

    network: NetworkSettings
    optimiser: OptimiserSettings
    schedule: ScheduleSettings = ScheduleSettings()
    training: TrainingSettings
    export: ExportSettings = ExportSettings()


class DepthRecipe(TrainingRecipe, frozen=True, kw_only=True, tag="depth", tag_field="task"):
    """The settings of the training of a depth network.

    Attributes:
        output: What the network's numbers are to mean: `metres`, or `relative_inverse`, inverse depth up to a scale and
            a shift. The losses act on these numbers, so the latter wants those that ignore scale and shift.
        data: The pairs.
        source: More sources of pairs. Each step shows a fixed number of each, and as many of `data` as are left of the
            batch.
        augmentation: What happens to them.
        loss: The weight of each of its terms.
    """

    output: Literal["metres", "relative_inverse"] = "metres"
    data: DepthDataSettings
    source: tuple[SourceSettings, ...] = ()
    augmentation: DepthAugmentation
    loss: dict[str, Positive]

    def __post_init__(self) -> None:
        names = [self.data.name, *(source.name for source in self.source)]
        if len({*names}) < len(names):
            raise ValueError(f"each source needs a name of its own, and there are {', '.join(names)}")
        if self.pictures_of_data < 1:
            raise ValueError(
                f"training.batch = {self.training.batch} leaves no picture of data beside those of the sources"
            )
        if self.source and (self.data.folds or self.output != "metres"):
            raise ValueError("several sources are mixed in metres and without folds: take out data.folds and output")

    @property
    def pictures_of_data(self) -> int:
        """How many examples of a step are of `data`."""
        return self.training.batch - sum(source.pictures for source in self.source)


BOXES, FORMER, TAUGHT_DEPTH = "boxes", "former", "taught_depth"
"""The names of the losses on boxes, on what the former detector says, and on what the teacher of depth says."""


class JointRecipe(DepthRecipe, frozen=True, kw_only=True, tag="joint", tag_field="task"):
    """The settings of the training of one network for objects and depth.

    No data set needs to have both: what a picture lacks, a teacher says. The tables of a depth recipe are those of its
    depth; the losses `boxes`, `former` and `taught_depth` come beside the others.

    Attributes:
        photos: Photos with boxes.
        box_teacher: Who says what is in the other pictures.
        depth_teacher: The network that says how deep a picture is where no truth does; none when left out.
        task_weights: How the loss of depth and that of boxes, each the sum of its terms by `loss`, make one: `fixed`
            for their sum, or by weights that are learned, `uncertainty` or `famo` (`training.task_weights`).
    """

    photos: PhotosSettings
    box_teacher: BoxTeacherSettings = BoxTeacherSettings()
    depth_teacher: NetworkSettings | None = None
    task_weights: Literal["fixed", "uncertainty", "famo"] = "fixed"

    def __post_init__(self) -> None:
        super().__post_init__()
        known = {self.data.name, *(source.name for source in self.source)}
        if strange := sorted({*self.box_teacher.sources} - known):
            raise ValueError(f"box_teacher.sources names {strange[0]}, and the sources are {', '.join(sorted(known))}")
        if self.output != "metres" or self.data.folds:
            raise ValueError("a joint network learns metres, and without folds: take out data.folds and output")
        if self.box_teacher.model and BOXES not in self.loss:
            raise ValueError(f"a teacher of boxes needs the loss {BOXES}: give both, or none")
        if (self.depth_teacher is None) == (TAUGHT_DEPTH in self.loss):
            raise ValueError(f"a teacher of depth and the loss {TAUGHT_DEPTH} need each other: give both, or none")
        if self.task_weights != "fixed" and not {*self.loss} & {BOXES, FORMER}:
            raise ValueError(f"task_weights = {self.task_weights} weighs two tasks: add the loss {BOXES} or {FORMER}")
        if FORMER in self.loss and self.network.initial is None:
            raise ValueError(f"the loss {FORMER} keeps what a trained detector knows: name one with network.initial")

    @property
    def pictures_of_data(self) -> int:
        """How many examples of a step are of `data`."""
        return super().pictures_of_data - self.photos.pictures


class DetectorRecipe(TrainingRecipe, frozen=True, kw_only=True, tag="detector", tag_field="task"):
    """The settings of the training of a detector.

    `loss` is that of a YOLOv5, `multibox` that of an SSD. With `check_anchors`, anchors of a YOLOv5 that do not
    fit the boxes of the data are replaced; an SSD's default boxes stay.
    """

    data: DetectorDataSettings
    augmentation: DetectionAugmentation = DetectionAugmentation()
    loss: DetectionLossSettings = DetectionLossSettings()
    multibox: MultiBoxSettings = MultiBoxSettings()
    check_anchors: bool = True


class DisparityDetectorRecipe(TrainingRecipe, frozen=True, kw_only=True, tag="disparity-detector", tag_field="task"):
    """The settings of the training of a detector of pairs."""

    data: PairDataSettings
    augmentation: PairAugmentation = PairAugmentation()
    multibox: MultiBoxSettings = MultiBoxSettings()


class RangingRecipe(TrainingRecipe, frozen=True, kw_only=True, tag="ranging", tag_field="task"):
    """The settings of the training of the learned ranging method."""

    data: RangingDataSettings
    augmentation: RangingAugmentation = RangingAugmentation()


class StereoRecipe(TrainingRecipe, frozen=True, kw_only=True, tag="stereo", tag_field="task"):
    """The settings of the training of a network for pairs: of features, by patches, or of disparity, by crops."""

    data: StereoDataSettings


Recipe = TypeVar("Recipe", bound=Settings)


def read_recipe(path: Path | None, kind: type[Recipe], changes: Sequence[str] = ()) -> Recipe:
    """Read a recipe, or take the defaults, with `key=value` changes such as `training.epochs=3` applied.

    Raises:
        SettingError: If the file or a change cannot be read, or says something that cannot be.
    """
    table = {} if path is None else read_toml(path, "recipe")
    for change in changes:
        _apply(table, change)
    return parse_recipe(table, kind, "of the defaults" if path is None else str(path))


def parse_recipe(table: Mapping[str, Any], kind: type[Recipe], where: str) -> Recipe:
    """Check a parsed recipe; `where` names it in errors.

    Raises:
        SettingError: If it says something that cannot be.
    """
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        raise SettingError(f"The recipe {where} does not hold: {error}.") from None


def _apply(table: dict[str, Any], change: str) -> None:
    key, equals, text = change.partition("=")
    *path, last = key.strip().split(".")
    if not equals or not last:
        raise SettingError(f"{change!r} is not a change to a recipe; write it as training.epochs=3.")
    for name in path:
        table = table.setdefault(name, {})
        if not isinstance(table, dict):
            raise SettingError(f"{change!r}: {name} is a value in the recipe, not a table.")
    table[last] = _value(text.strip())


def _value(text: str) -> Any:
    """A value as TOML writes it; anything that TOML does not know is a text."""
    try:
        return parse_toml(f"value = {text}")["value"]
    except UnreadableError:
        return text
