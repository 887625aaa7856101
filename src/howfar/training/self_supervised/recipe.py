"""The recipe of a training on stereo pairs without depth."""

from howfar.training.bounds import CountOrNone, NotNegative, Positive, Size
from howfar.training.data.depth.augmentation import DepthAugmentation
from howfar.training.recipe import TrainingRecipe
from howfar.training.recipe_settings import Settings


class PairDataSettings(Settings, frozen=True, kw_only=True):
    """Which pairs; their first one's rig is the one that is learned.

    Attributes:
        root: Where the data set lies; relative to the working folder.
        split: Which of its splits is trained on.
        held_out: With N, every N-th block of ten successive pairs is kept for validation; 0 for none.
        size_px: Width and height of the crops.
        name: What it is called where there are other sources beside it.
        steps: Steps of an epoch; 0 for as many as show each pair once.
    """

    root: str
    split: str = "all"
    held_out: CountOrNone = 0
    size_px: Size
    name: str = "data"
    steps: CountOrNone = 0

    def __post_init__(self) -> None:
        if self.held_out == 1:
            raise ValueError("held_out = 1 keeps everything for validation; give 0 for nothing, or 2 or more")

    @property
    def judged_on(self) -> str:
        """What the figures of the validation are of, in words."""
        return "the pairs held out"


class PairSourceSettings(Settings, frozen=True, kw_only=True):
    """One more source of pairs, beside `data`, by any rigs.

    Attributes:
        name: What it is called.
        root: Where the data set lies; relative to the working folder.
        splits: Which of its splits are trained on; none for a source that judges alone.
        held_out: Which of its splits are kept for validation.
        pictures: How many of the examples of a step are of this source.
    """

    name: str
    root: str
    splits: tuple[str, ...] = ()
    held_out: tuple[str, ...] = ()
    pictures: CountOrNone = 0

    def __post_init__(self) -> None:
        if bool(self.splits) != bool(self.pictures):
            raise ValueError(f"the source {self.name} needs splits and pictures to train on: give both, or none")
        if both := sorted({*self.splits} & {*self.held_out}):
            raise ValueError(f"the source {self.name} trains on {both[0]}, which is held_out: keep it in one of them")


class MonodepthLossSettings(Settings, frozen=True, kw_only=True):
    """The weights of the terms of the loss.

    Attributes:
        appearance: How alike each picture is to what the other makes of it.
        smoothness: How smooth disparity is where the picture is.
        consistency: How well the two pictures' disparities agree.
    """

    appearance: Positive = 1.0
    smoothness: NotNegative = 0.1
    consistency: NotNegative = 1.0


class SelfSupervisedRecipe(TrainingRecipe, frozen=True, kw_only=True, tag="self-supervised", tag_field="task"):
    """The settings of the training of a depth network on stereo pairs without depth.

    Attributes:
        data: The pairs.
        source: More sources of pairs. Each step shows a fixed number of each, and as many of `data` as are left of the
            batch.
        augmentation: What happens to both pictures of a pair alike. Turning them would part their rows.
        loss: The weight of each of its terms.
        flip_averaged: Export the network so that it looks at the picture and at its mirror image, as the paper's
            figures are obtained; twice the time.
        max_m: The greatest distance that the exported card calls known.
    """

    data: PairDataSettings
    source: tuple[PairSourceSettings, ...] = ()
    augmentation: DepthAugmentation
    loss: MonodepthLossSettings = MonodepthLossSettings()
    flip_averaged: bool = True
    max_m: Positive = 80.0

    def __post_init__(self) -> None:
        names = [self.data.name, *(source.name for source in self.source)]
        if len({*names}) < len(names):
            raise ValueError(f"each source needs a name of its own, and there are {', '.join(names)}")
        if self.pictures_of_data < 1:
            raise ValueError(
                f"training.batch = {self.training.batch} leaves no pair of data beside those of the sources"
            )
        if self.augmentation.rotation_deg:
            raise ValueError("a pair that is turned has no common rows any more: set augmentation.rotation_deg to 0")
        if self.augmentation.stretch:
            raise ValueError("the two pictures of a pair keep their shape: take out augmentation.stretch")

    @property
    def pictures_of_data(self) -> int:
        """How many examples of a step are of `data`."""
        return self.training.batch - sum(source.pictures for source in self.source)
