"""A YOLO data set: pictures in folders called `images`, their labels in folders called `labels` in the same places.

The splits are folders, as `images/train` with `labels/train`, or `train/images` with `train/labels`; pictures right in
`images` are one split, `all`. Other places are told by a `dataset.toml`.
"""

from pathlib import Path

from howfar.datasets.files import pictures_in
from howfar.datasets.samples import DetectionSample, LazySamples
from howfar.datasets.splits import WHOLE, refuse_unknown_split
from howfar.datasets.yolo_labels import read_yolo_sample
from howfar.datasets.yolo_names import TEXTS, find_names, read_names
from howfar.errors import SourceError

IMAGES = "images"
LABELS = "labels"


class YoloTxt:
    """The pictures in one folder.

    Attributes:
        root: The folder.
        name: What to call the data set.
        splits: The names of its parts.
        class_names: The names of its classes.
    """

    def __init__(self, root: str | Path) -> None:
        """Take the folder and find its parts and the names of its classes.

        Raises:
            SourceError: If it is not such a folder, or does not name its classes.
        """
        self.root = Path(root)
        self.name = self.root.resolve().name
        self._folders = split_folders(self.root)
        if not self._folders:
            raise SourceError(
                f"{self.root} is no YOLO data set: it should hold pictures in {IMAGES} or {IMAGES}/train."
            )
        self.splits = tuple(self._folders)
        names = find_names(self.root)
        if names is None:
            raise SourceError(
                f"{self.root} does not name its classes: it should hold a data.yaml with names, or "
                f"{' or '.join(TEXTS)}."
            )
        self.class_names = read_names(names)

    def split(self, split: str) -> LazySamples[DetectionSample]:
        """The pictures of one split in the order of their names, read when asked for; one without labels has no object.

        Raises:
            SettingError: If there is no such split.
            SourceError: If no picture of it has labels, or labels have no picture.
        """
        refuse_unknown_split(split, self.splits, self.name)
        folder = self._folders[split]
        pictures = pictures_in(folder)
        labels = {path.stem for path in labels_folder(self.root, folder).glob("*.txt") if path.name != "classes.txt"}
        alone = sorted(labels - {picture.stem for picture in pictures})
        if alone:
            raise SourceError(
                f"{len(alone)} labels of the split {split} have no picture in {folder}, the first being "
                f"{alone[0]}.txt: complete the data set."
            )
        if not labels:
            raise SourceError(f"No picture in {folder} has labels in {labels_folder(self.root, folder)}.")
        return LazySamples(list(enumerate(pictures)), self._load)

    def _load(self, numbered: tuple[int, Path]) -> DetectionSample:
        number, picture = numbered
        labels = labels_folder(self.root, picture.parent) / f"{picture.stem}.txt"
        name = picture.relative_to(self.root).as_posix()
        return read_yolo_sample(name, number, picture, labels, self.class_names)


def split_folders(root: Path) -> dict[str, Path]:
    """The folders of pictures in a YOLO data set's folder, by the name of their split; empty if it is none."""
    images = root / IMAGES
    if images.is_dir():
        parts = {folder.name: folder for folder in sorted(images.iterdir()) if folder.is_dir()}
        found = {name: folder for name, folder in parts.items() if pictures_in(folder)}
        return found or ({WHOLE: images} if pictures_in(images) else {})
    inner = sorted(folder for folder in root.glob(f"*/{IMAGES}") if folder.is_dir() and pictures_in(folder))
    return {folder.parent.name: folder for folder in inner}


def labels_folder(root: Path, images: Path) -> Path:
    """Where the labels of a folder of pictures lie: its path with the last `images` turned into `labels`."""
    parts = list(images.relative_to(root).parts)
    last = len(parts) - 1 - parts[::-1].index(IMAGES)
    return root.joinpath(*parts[:last], LABELS, *parts[last + 1 :])
