"""The tables of recipes: what of a training is set, and within which bounds."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from howfar.training.bounds import (
    Count,
    CountOrNone,
    NotNegative,
    Positive,
    Share,
    ShareBelowOne,
    Size,
    refuse_reversed,
)


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of a recipe; an unknown key is an error."""


class NetworkSettings(Settings, frozen=True, kw_only=True):
    """Which network, and what it starts from.

    Attributes:
        name: One of the catalogue (howfar.networks.catalogue).
        options: Passed to its definition, such as `encoder = "lite2"`.
        encoder_weights: A file of ImageNet weights for the encoder, or `package` for those of the installed Python
            package, or a compact depth network with such an encoder: an embedded one by name, or an exported ONNX
            file, whose normalisations are joined with its convolutions. None for a random encoder.
        weights: A checkpoint to go on from.
        initial: A network that was exported from this definition, to go on from: a name that `howfar models` lists, or
            an ONNX file. Another range of bins is brought to this network's. A joint network may begin with the
            detector alone.
        frozen: Names of the network's parts whose weights and statistics stay as they are.
        frozen_normalisation: Keep the statistics of batch normalisations as they are; their weights are trained. True
            for all, or the names of the network's parts whose they are.
    """

    name: str
    options: dict[str, Any] = {}
    encoder_weights: str | None = None
    weights: str | None = None
    initial: str | None = None
    frozen: tuple[str, ...] = ()
    frozen_normalisation: bool | tuple[str, ...] = False


class DepthDataSettings(Settings, frozen=True, kw_only=True):
    """Which pairs of pictures and depth.

    Attributes:
        root: Where the data set lies; relative to the working folder.
        split: Which of its splits is trained on.
        count: Take so many of its pairs, spread evenly over the list; 0 for all.
        held_out: With N, every N-th block of ten successive pairs is kept for validation; 0 for none. Whole blocks,
            because neighbours show one scene: a network that was trained on one would know the other.
        folds: The number of contiguous blocks that the pairs are cut into; the training does not see one of them
            (`howfar train crossfit`). 0 to see all.
        fold: The number of that block, from 1.
        sizes_px: Sizes (width, height) of the crops; each batch draws one.
        size_shares: How often each is drawn; evenly when empty.
        name: What its figures are called where there are other sources beside it.
        steps: Steps of an epoch where there are other sources beside it; 0 for as many as show each pair once.
    """

    root: str
    split: str = "train"
    count: CountOrNone = 0
    held_out: CountOrNone = 10
    folds: CountOrNone = 0
    fold: CountOrNone = 0
    sizes_px: Annotated[tuple[Size, ...], Meta(min_length=1)]
    size_shares: tuple[Positive, ...] = ()
    name: str = "data"
    steps: CountOrNone = 0

    def __post_init__(self) -> None:
        if (self.folds, self.fold) != (0, 0) and not (self.folds > 1 and 1 <= self.fold <= self.folds):
            raise ValueError(f"fold = {self.fold} of folds = {self.folds} is none; folds go from 1 to 2 or more")
        if self.held_out == 1:
            raise ValueError("held_out = 1 keeps everything for validation; give 0 for nothing, or 2 or more")
        if self.size_shares and len(self.size_shares) != len(self.sizes_px):
            raise ValueError(f"{len(self.sizes_px)} sizes_px need as many size_shares, not {len(self.size_shares)}")

    @property
    def judged_on(self) -> str:
        """What the figures of the validation are of, in words."""
        return f"what was held out of the {self.split} split"


class SourceSettings(Settings, frozen=True, kw_only=True):
    """One more source of pairs of pictures and depth, beside `data`.

    Its pictures may come from any cameras, which the data set knows: each is brought to the focal length that the
    network learns, that of a whole picture of `data` at the augmentation's base.

    Attributes:
        name: What its figures are called.
        root: Where the data set lies; relative to the working folder.
        splits: Which of its splits are trained on, such as the drives of a car; none for a source that judges alone.
        held_out: Which of its splits are kept for validation.
        pictures: How many of the examples of a step are of this source.
        truth: `dense`, or `sparse` as a LiDAR's: scattered to the network's output, and without losses of neighbours;
            or `sizes`, of labelled photos: `root` is a COCO data set, and depth is what the known sizes of its objects
            say (`training.data.depth.by_size`).
        sky: Whether a dense truth is unknown where there is sky alone, as in renderings; the loss `sky` learns it.
        scale: `absolute`, or `free`: a picture's truth is multiplied by the factor that fits the prediction best, so
            that it teaches shapes and leaves the metres to other sources.
        border_px: Width of the outer frame of its pictures where the truth is unreliable.
        max_m: The greatest depth that is judged.
    """

    name: str
    root: str
    splits: tuple[str, ...] = ()
    held_out: tuple[str, ...] = ()
    pictures: CountOrNone = 0
    truth: Literal["dense", "sparse", "sizes"] = "dense"
    sky: bool = False
    scale: Literal["absolute", "free"] = "absolute"
    border_px: CountOrNone = 0
    max_m: Positive = 80.0

    def __post_init__(self) -> None:
        if bool(self.splits) != bool(self.pictures):
            raise ValueError(f"the source {self.name} needs splits and pictures to train on: give both, or none")
        if not (self.splits or self.held_out):
            raise ValueError(f"the source {self.name} names no splits, neither to train on nor held_out")
        if both := sorted({*self.splits} & {*self.held_out}):
            raise ValueError(f"the source {self.name} trains on {both[0]}, which is held_out: keep it in one of them")


class DetectorDataSettings(Settings, frozen=True, kw_only=True):
    """Which pictures with boxes; `classes`, `min_box_px` and `count` choose from both splits alike.

    Attributes:
        root: Where the data set lies; relative to the working folder.
        classes: Learn these of the data set's classes alone; all when empty.
        split: Which of its splits is trained on.
        validation_split: Which split is validated on; none to train without. Where it is the one that is trained on,
            the figures say how well the training pictures were learned, and nothing about others.
        min_box_px: Leave out pictures that hold a box of less than the area of a square of this side, or no box at all;
            0 for none.
        count: Take so many of the pictures that remain, in their order; 0 for all.
        repeat: How often an epoch shows each picture; more than once where there are few, so that a checkpoint is not
            written every few seconds.
    """

    root: str
    classes: tuple[str, ...] = ()
    split: str = "train"
    validation_split: str | None = None
    min_box_px: NotNegative = 0.0
    count: CountOrNone = 0
    repeat: Count = 1

    @property
    def judged_on(self) -> str:
        """What the figures of the validation are of, in words."""
        return f"the {self.validation_split} split"


class RangingDataSettings(Settings, frozen=True, kw_only=True):
    """Which boxes with known depth and outlines.

    Attributes:
        root: Where the data set lies; relative to the working folder. It must have semantic classes.
        split: Which of its splits is trained on.
        held_out: With N, every N-th block of ten successive pictures is kept for validation; 0 for none.
        predicted: A folder of depth maps by networks that have not seen the pictures (`howfar train crossfit`), to be
            learned from beside the true depth; none when empty.
        least_pixels: The smallest component of one class that counts as an object.
        repeat: How often an epoch shows an object of the classes that are measured, against once for any other.
        side: Cells along each side of a crop, a multiple of 8.
        margin: How much is seen round a box, as a share of its sides.
    """

    root: str
    split: str = "train"
    held_out: CountOrNone = 10
    predicted: str = ""
    least_pixels: Count = 700
    repeat: Count = 3
    side: Annotated[int, Meta(ge=8, multiple_of=8)] = 32
    margin: NotNegative = 0.15

    @property
    def judged_on(self) -> str:
        """What the figures of the validation are of, in words."""
        return f"what was held out of the {self.split} split"


class StereoDataSettings(Settings, frozen=True, kw_only=True):
    """Which pairs of pictures with true disparity.

    Attributes:
        root: The folder of the pairs, in a layout that `howfar evaluate stereo` reads; relative to the working folder.
        held_out: With N, every N-th pair is kept for validation; 0 for none.
        examples: How many examples an epoch draws from the others: points, of a network that compares patches, or
            crops.
        positive_px: For patches: the patch that matches lies off the true place by up to this, in pixels.
        negative_px: And the one that does not by this, from the least to the greatest.
        crop_px: For whole disparity: width and height of a crop, in multiples of 16, at least 256.
    """

    root: str
    held_out: CountOrNone = 10
    examples: Count
    positive_px: NotNegative = 0.5
    negative_px: tuple[Positive, Positive] = (1.5, 6.0)
    crop_px: Size = (256, 256)

    split = "training"

    def __post_init__(self) -> None:
        refuse_reversed(self, ("negative_px",))
        if self.held_out == 1:
            raise ValueError("held_out = 1 keeps everything for validation; give 0 for nothing, or 2 or more")
        if self.negative_px[0] <= self.positive_px:
            raise ValueError("what does not match (negative_px) lies farther off than what matches (positive_px)")

    @property
    def judged_on(self) -> str:
        """What the figures of the validation are of, in words."""
        return f"every {self.held_out}th pair, which was held out"


class OptimiserSettings(Settings, frozen=True, kw_only=True):
    """How weights move.

    Attributes:
        name: `adamw` or `sgd`.
        learning_rate: The greatest.
        weight_decay: As PyTorch means it for that optimiser; not applied to biases and normalisation.
        decay_all: Apply it to those as well ("for every layer").
        momentum: Of SGD, or AdamW's first beta.
        nesterov: Nesterov's momentum (SGD).
        encoder_share: Learning rate of the encoder as a share of the others'.
        clip_norm: Greatest norm of the gradient; 0 for none.
    """

    name: Literal["adamw", "sgd"]
    learning_rate: Positive
    weight_decay: NotNegative = 0.0
    decay_all: bool = False
    momentum: Share = 0.9
    nesterov: bool = False
    encoder_share: Positive = 1.0
    clip_norm: NotNegative = 0.0


class ScheduleSettings(Settings, frozen=True, kw_only=True):
    """How the learning rate moves.

    Attributes:
        shape: `cosine` (down to `final_share`), or `steps`.
        warmup_epochs: Epochs of a linear rise from nothing.
        final_share: Where the cosine ends, as a share of the greatest.
        steps: For `steps`: pairs of an epoch (counted from 0) and the share from then on.
    """

    shape: Literal["cosine", "steps"] = "cosine"
    warmup_epochs: NotNegative = 0.0
    final_share: Share = 0.01
    steps: tuple[tuple[int, Positive], ...] = ()

    def __post_init__(self) -> None:
        if list(self.steps) != sorted(self.steps):
            raise ValueError("steps should be in the order of their epochs")
        if (self.shape == "steps") != bool(self.steps):
            raise ValueError("steps and the shape 'steps' need each other")


class TrainingSettings(Settings, frozen=True, kw_only=True):
    """The loop.

    Attributes:
        epochs: Times through the data.
        batch: Examples a step, on each device.
        precision: Lightning Fabric's name: `32-true` or `bf16-mixed`.
        ema: Decay of the running average of the weights that is validated and kept; 0 for none.
        seed: Of every random choice.
        workers: Processes that prepare examples; 0 for a thread of the main one, enough where a CPU trains.
        cache: Keep the decoded pictures in memory.
        pictures: Validation pictures shown after each epoch.
    """

    epochs: Count
    batch: Count
    precision: Literal["32-true", "bf16-mixed"] = "bf16-mixed"
    ema: ShareBelowOne = 0.0
    seed: CountOrNone = 0
    workers: CountOrNone = 0
    cache: bool = False
    pictures: CountOrNone = 4


class ExportSettings(Settings, frozen=True, kw_only=True):
    """What the exported file's card says of the weights; it changes nothing in the training.

    Attributes:
        licence: Their licence.
        origin: Where they come from; told from the training when empty.
        scenes: What was seen in training, in a few words (depth).
        results: What they reach, each with its protocol; the figures of the validation when empty.
    """

    licence: str = ""
    origin: str = ""
    scenes: str = ""
    results: tuple[str, ...] = ()


class PhotosSettings(Settings, frozen=True, kw_only=True):
    """Labelled photos: their boxes, and depth by the known sizes of what they show.

    Attributes:
        root: A COCO data set; relative to the working folder.
        pictures: How many of the examples of a step are of these.
        held_out: So many photos are kept for validation, chosen by `seed` alone.
        seed: Of that choice.
    """

    root: str
    pictures: Count
    held_out: CountOrNone = 100
    seed: CountOrNone = 15


class BoxTeacherSettings(Settings, frozen=True, kw_only=True):
    """A detector whose boxes stand in for labels.

    Attributes:
        model: A name that `howfar models` lists, or an ONNX file; none where empty.
        sources: The sources, by name, whose pictures it labels.
        semantic: Those of them whose own semantic classes tell the objects that they name
            (`training.data.joint.semantic_objects`); the teacher adds others.
        least_score: What it is less certain of is not learned.
        sure_score: From this score on a box counts as a true one; a lower score for as much less.
    """

    model: str = ""
    sources: tuple[str, ...] = ()
    semantic: tuple[str, ...] = ()
    least_score: Share = 0.2
    sure_score: Annotated[float, Meta(gt=0, le=1)] = 0.5

    def __post_init__(self) -> None:
        if bool(self.model) != bool(self.sources):
            raise ValueError("a teacher of boxes needs a model and the sources that it labels: give both, or none")
        if strange := sorted({*self.semantic} - {*self.sources}):
            raise ValueError(f"box_teacher.semantic names {strange[0]}, which is not among box_teacher.sources: add it")


class PairDataSettings(Settings, frozen=True, kw_only=True):
    """Which stereo pairs with boxes in both pictures.

    Attributes:
        root: Where the data set lies (`howfar.datasets.coco_pairs`); relative to the working folder.
        classes: Learn these of its classes alone; all when empty.
        split: Which of its splits is trained on.
        validation_split: Which split is validated on; none to train without.
        count: Take so many of the pairs of each split, in their order; 0 for all.
        repeat: How often an epoch shows each pair.
    """

    root: str
    classes: tuple[str, ...] = ()
    split: str = "train"
    validation_split: str | None = None
    count: CountOrNone = 0
    repeat: Count = 1

    @property
    def judged_on(self) -> str:
        """What the figures of the validation are of, in words."""
        return f"the {self.validation_split} split"
