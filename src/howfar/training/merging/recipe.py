"""The settings of a merging."""

from typing import Annotated

from msgspec import Meta, field

from howfar.conversion.merging.encoding import MOST_CODEWORDS, Code
from howfar.conversion.merging.merging import Codes
from howfar.training.bounds import Count, CountOrNone, NotNegative, Positive
from howfar.training.recipe_settings import Settings


class CodeSettings(Settings, frozen=True, kw_only=True):
    """How layers are encoded.

    Attributes:
        codewords: The most codewords of a sub-space.
        segment: How many channels a segment has; fewer in layers that have fewer.
        share: The most codewords as a share of the segments of a sub-space.
    """

    codewords: Annotated[int, Meta(ge=1, le=MOST_CODEWORDS)] = 64
    segment: Count = 4
    share: Annotated[float, Meta(gt=0, le=1)] = 1.0

    def code(self) -> Code:
        """The same for the encoder."""
        return Code(self.codewords, self.segment, self.share)


class CalibrationSettings(Settings, frozen=True, kw_only=True):
    """How the codebooks are trained; defaults are the paper's.

    Attributes:
        steps: Steps for each task; 0 to leave the codebooks as k-means found them.
        batch: Examples a step.
        learning_rate: Of Adam; 2e-4 for small networks, 6e-5 for large ones.
        last_share: The learning rate of the last tenth of the steps, as a share of it.
        task_weight: The weight γ of the task's loss, beside that of the layers' outputs.
        save_steps: Steps after which a checkpoint is written.
    """

    steps: CountOrNone = 20_000
    batch: Count = 64
    learning_rate: Positive = 2e-4
    last_share: Positive = 0.1
    task_weight: NotNegative = 10.0
    save_steps: Count = 500


class MergeRecipe(Settings, frozen=True, kw_only=True):
    """All settings.

    Attributes:
        convolution: The codes of convolutions.
        fully_connected: Those of fully connected layers.
        layers: Others, by the names of layers' weights.
        align: Pairs of layers, one of the first network with one of the second; by a rule when empty.
        calibration: How the codebooks are trained.
        seed: Of k-means and of the batches.
    """

    convolution: CodeSettings = CodeSettings()
    fully_connected: CodeSettings = CodeSettings()
    layers: dict[str, CodeSettings] = field(default_factory=dict)
    align: dict[str, str] = field(default_factory=dict)
    calibration: CalibrationSettings = CalibrationSettings()
    seed: CountOrNone = 0

    def codes(self) -> Codes:
        """The codes for the encoder."""
        layers = {name: each.code() for name, each in self.layers.items()}
        return Codes(self.convolution.code(), self.fully_connected.code(), layers)
