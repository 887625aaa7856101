"""The recipe of a teacher–student training: a depth recipe, and what is done with pictures of unknown depth."""

from typing import Any

from msgspec import field

from howfar.training.bounds import Count, CountOrNone, NotNegative, Share, ShareBelowOne
from howfar.training.recipe import DepthRecipe
from howfar.training.recipe_settings import Settings
from howfar.training.semi.perturbation import Perturbation


class TeacherSettings(Settings, frozen=True, kw_only=True):
    """Who gives the pseudo labels.

    Attributes:
        model: A depth network that is there already: the folder of a training, a name that `howfar models` lists, or an
            ONNX file. None when empty: then a teacher is trained first, on `data` alone.
        changes: The settings in which that training differs from the student's, as tables of a depth recipe.
    """

    model: str = ""
    changes: dict[str, Any] = field(default_factory=dict)


class UnlabelledSettings(Settings, frozen=True, kw_only=True):
    """The pictures without depth, and how they are learned from.

    Attributes:
        root: A data set of any kind, whose truth is not looked at, or a folder of pictures.
        split: Which split of the data set; all pictures of a folder. Pairs that `data` takes are left out.
        mix: How many labelled pictures there are in a batch to how many of these; the first may be 0.
        weight: Of the affine-invariant loss on them, in inverse depth.
        gradient: Of gradient matching on them; 0 for none.
        left_out: The share of each picture's pixels, those with the student's largest loss, that does not count.
    """

    root: str
    split: str = "train"
    mix: tuple[CountOrNone, Count] = (1, 2)
    weight: NotNegative = 1.0
    gradient: NotNegative = 0.0
    left_out: ShareBelowOne = 0.0


class AlignmentSettings(Settings, frozen=True, kw_only=True):
    """Keeping the student's features near those of a frozen encoder.

    Attributes:
        weight: Of its loss; 0 for none.
        tolerance: Cells whose cosine is above this do not count.
        encoder: `own` for a frozen copy of the student's encoder with its ImageNet weights, or the folder of a DINOv2
            as Hugging Face keeps it.
    """

    weight: NotNegative = 0.0
    tolerance: Share = 0.85
    encoder: str = "own"


class SemiRecipe(DepthRecipe, frozen=True, kw_only=True, tag="semi", tag_field="task"):
    """The settings of a teacher–student training.

    The tables of a depth recipe are the student's: its network, the labelled pairs (`data`), what happens to pictures
    (`augmentation`), the loss on labelled pairs, optimiser, schedule and loop. An epoch shows each unlabelled picture
    once.
    """

    teacher: TeacherSettings = TeacherSettings()
    unlabelled: UnlabelledSettings
    perturbation: Perturbation = Perturbation()
    alignment: AlignmentSettings = AlignmentSettings()

    def __post_init__(self) -> None:
        if self.source:
            raise ValueError("a teacher and its student learn from data alone: take out [[source]]")
        labelled, unlabelled = self.unlabelled.mix
        if self.training.batch % (labelled + unlabelled):
            raise ValueError(
                f"training.batch = {self.training.batch} cannot be split into {labelled} labelled to {unlabelled} "
                f"unlabelled pictures; give a multiple of {labelled + unlabelled}"
            )

    @property
    def batch_counts(self) -> tuple[int, int]:
        """How many pictures of a batch are labelled, and how many are not."""
        labelled, unlabelled = self.unlabelled.mix
        each = self.training.batch // (labelled + unlabelled)
        return labelled * each, unlabelled * each
