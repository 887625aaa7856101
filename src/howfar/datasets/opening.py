"""Opening a data set by its path alone: its layout is recognised by the files that lie there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from howfar.datasets.coco_distances import CocoDistances
from howfar.datasets.coco_folder import CocoFolder, instances_in
from howfar.datasets.dataset_toml import DESCRIPTION_NAME, read_description
from howfar.datasets.folder import FolderDepth, FolderDetection, description_at
from howfar.datasets.kitti_objects import KittiObjects
from howfar.datasets.nyu import NyuDepthV2
from howfar.datasets.nyu_mat import MAT_NAME, NyuLabeledMat
from howfar.datasets.nyu_objects import NyuObjects
from howfar.datasets.nyu_raw import NyuRaw, scenes_in
from howfar.datasets.samples import DepthSample, DetectionSample, LazySamples, ObjectSample
from howfar.datasets.streets import StreetDepth, StreetObjects, is_index_of_streets
from howfar.datasets.voc import ANNOTATIONS, IMAGES, PascalVoc
from howfar.datasets.yolo_txt import YoloTxt, split_folders
from howfar.errors import SourceError
from howfar.files import expanded

Kind = Literal["depth", "detection"]

DESCRIBE = f"describe it in a {DESCRIPTION_NAME}"
"""What else to do where no layout is recognised."""


class DepthDataset(Protocol):
    """Pictures with known depth, in splits."""

    @property
    def name(self) -> str:
        """What to call it."""

    @property
    def splits(self) -> tuple[str, ...]:
        """The names of its parts."""

    def split(self, split: str, /) -> LazySamples[DepthSample]:
        """The samples of one part, read when asked for."""


class DetectionDataset(Protocol):
    """Pictures with known objects, in splits."""

    @property
    def name(self) -> str:
        """What to call it."""

    @property
    def splits(self) -> tuple[str, ...]:
        """The names of its parts."""

    def split(self, split: str, /) -> LazySamples[DetectionSample]:
        """The samples of one part, read when asked for."""


class ObjectDataset(Protocol):
    """Pictures with objects whose distances are known, in splits."""

    @property
    def name(self) -> str:
        """What to call it."""

    @property
    def splits(self) -> Sequence[str]:
        """The names of its parts."""

    @property
    def definition(self) -> str:
        """What its objects and their distances are, in words."""

    @property
    def detector_names(self) -> Mapping[str, str]:
        """The COCO name that a detector may call each class by; classes without one are absent."""

    @property
    def exhaustive(self) -> bool:
        """Whether all objects of its classes are labelled, but in what is unlabelled: a box of none is then wrong."""

    def objects(self, split: str, /) -> Sequence[ObjectSample]:
        """The samples of one part, read when asked for."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One way in which data sets lie on a disk.

    Attributes:
        looks_like: What is looked for, in words.
        is_at: Whether a path looks like it.
        open: Reads it.
    """

    looks_like: str
    is_at: Callable[[Path], bool]
    open: Callable[[Path], Any]


DEPTH_LAYOUTS = (
    Layout(f"a {DESCRIPTION_NAME} for depth", lambda path: _described_kind(path) == "depth", FolderDepth),
    Layout(MAT_NAME, lambda path: _mat_at(path).suffix == ".mat", lambda path: NyuLabeledMat(_mat_at(path))),
    Layout("the folders rgb and depth8", lambda path: _holds(path, "rgb", "depth8"), NyuDepthV2),
    Layout("scenes with sync_depth_*.png", lambda path: path.is_dir() and bool(scenes_in(path)), NyuRaw),
    Layout("an index.csv of streets", is_index_of_streets, StreetDepth),
)
"""The layouts of depth data sets, in the order in which they are looked for."""

DETECTION_LAYOUTS = (
    Layout(f"a {DESCRIPTION_NAME} for detection", lambda path: _described_kind(path) == "detection", FolderDetection),
    Layout("COCO's instances*.json", lambda path: path.suffix == ".json" or bool(instances_in(path)), CocoFolder),
    Layout(f"Pascal VOC's {IMAGES} and {ANNOTATIONS}", lambda path: _holds(path, IMAGES, ANNOTATIONS), PascalVoc),
    Layout("YOLO's images and labels", lambda path: path.is_dir() and bool(split_folders(path)), YoloTxt),
)
"""The layouts of detection data sets, in the order in which they are looked for."""

OBJECT_LAYOUTS = (
    Layout("NYU's folders rgb and depth8", lambda path: _holds(path, "rgb", "depth8"), NyuObjects),
    Layout("KITTI's folders image_2 and label_2", lambda path: _holds(path, "image_2", "label_2"), KittiObjects),
    Layout("COCO's instances*.json", lambda path: path.suffix == ".json" or bool(instances_in(path)), CocoDistances),
    Layout("an index.csv of streets", is_index_of_streets, StreetObjects),
)
"""The layouts of data sets of objects with distances, in the order in which they are looked for."""


def kind_at(path: str | Path) -> Kind:
    """Tell whether a data set of depth or of detection lies at a path.

    Raises:
        SourceError: If there is neither.
    """
    path = expanded(path)
    if _layout_at(path, DEPTH_LAYOUTS) is not None:
        return "depth"
    if _layout_at(path, DETECTION_LAYOUTS) is not None:
        return "detection"
    raise _nothing_known(path, (*DEPTH_LAYOUTS, *DETECTION_LAYOUTS))


def open_depth_dataset(path: str | Path) -> DepthDataset:
    """Open the data set of pictures with depth that lies at a path.

    Raises:
        SourceError: If none of the known layouts lies there, or it is incomplete.
        SettingError: If its description says something that cannot be.
        MissingExtraError: If reading it needs a library that is not installed.
    """
    dataset: DepthDataset = _open(expanded(path), DEPTH_LAYOUTS)
    return dataset


def open_detection_dataset(path: str | Path) -> DetectionDataset:
    """Open the data set of pictures with boxes that lies at a path.

    Raises:
        SourceError: If none of the known layouts lies there, or it is incomplete.
        SettingError: If its description says something that cannot be.
    """
    dataset: DetectionDataset = _open(expanded(path), DETECTION_LAYOUTS)
    return dataset


def open_object_dataset(path: str | Path) -> ObjectDataset:
    """Open the data set of objects with known distances that lies at a path.

    Raises:
        SourceError: If none of the known layouts lies there, or it is incomplete.
    """
    remedy = "write the distances as depth_m into a COCO JSON file"
    dataset: ObjectDataset = _open(expanded(path), OBJECT_LAYOUTS, remedy)
    return dataset


def _open(path: Path, layouts: tuple[Layout, ...], remedy: str = DESCRIBE) -> Any:
    layout = _layout_at(path, layouts)
    if layout is None:
        raise _nothing_known(path, layouts, remedy)
    return layout.open(path)


def _layout_at(path: Path, layouts: tuple[Layout, ...]) -> Layout | None:
    try:
        there = path.exists()
    except OSError:  # a name that is too long, say
        there = False
    if not there:
        raise SourceError(f"There is no data set {path}: name the folder or file that holds it.")
    return next((layout for layout in layouts if layout.is_at(path)), None)


def _nothing_known(path: Path, layouts: tuple[Layout, ...], remedy: str = DESCRIBE) -> SourceError:
    looked_for = "; ".join(layout.looks_like for layout in layouts)
    return SourceError(
        f"{path} is no data set that howfar knows (looked for: {looked_for}): name its folder, or {remedy}."
    )


def _holds(path: Path, *folders: str) -> bool:
    return all((path / folder).is_dir() for folder in folders)


def _described_kind(path: Path) -> str:
    """The kind that a description at a path states; empty where there is no description."""
    description = description_at(path)
    if description.suffix != ".toml" or not description.is_file():
        return ""
    return read_description(description).text("kind")


def _mat_at(path: Path) -> Path:
    inside = path / MAT_NAME
    return inside if inside.is_file() else path
