"""A COCO data set on disk: JSON files `instances_SPLIT.json` and folders of pictures."""

from pathlib import Path

from howfar.datasets.coco import CocoDetection
from howfar.datasets.samples import DetectionSample, LazySamples
from howfar.datasets.splits import WHOLE, refuse_unknown_split
from howfar.errors import SourceError

ANNOTATIONS = "annotations"
INSTANCES = "instances"


class CocoFolder:
    """The JSON files in one folder, or a single one, with the pictures that lie beside.

    Attributes:
        name: What to call the data set.
        files: The JSON file of each of its parts.
        splits: The names of its parts: SPLIT of `instances_SPLIT.json`; `all` for any other name.
    """

    def __init__(self, path: str | Path) -> None:
        """Take a JSON file, or a folder that holds `instances*.json` itself or in `annotations`.

        Raises:
            SourceError: If there is no such file.
        """
        path = Path(path)
        self.name = path.stem if path.is_file() else path.resolve().name
        self.files = {_split_of(file): file for file in ([path] if path.is_file() else instances_in(path))}
        if not self.files:
            raise SourceError(f"{path} is no COCO data set: it should hold {ANNOTATIONS}/{INSTANCES}_train.json or so.")
        self.splits = tuple(self.files)

    def split(self, split: str) -> LazySamples[DetectionSample]:
        """The pictures of one split in the file's order, read when asked for.

        Raises:
            SettingError: If there is no such split.
            SourceError: If the file does not fit together or a picture is missing.
        """
        return self.detection(split)[:]

    def detection(self, split: str) -> CocoDetection:
        """One split with all that COCO knows of its boxes.

        Raises:
            SettingError: If there is no such split.
            SourceError: If the file does not fit together or a picture is missing.
        """
        refuse_unknown_split(split, self.splits, self.name)
        return CocoDetection(pictures_of(self.files[split]), self.files[split])


def instances_in(folder: Path) -> list[Path]:
    """The COCO JSON files of boxes in a folder, or in its folder `annotations`."""
    return sorted(folder.glob(f"{INSTANCES}*.json")) or sorted((folder / ANNOTATIONS).glob(f"{INSTANCES}*.json"))


def pictures_of(annotations: Path) -> Path:
    """The folder of the pictures of a JSON file.

    It is the first that there is of `images/SPLIT`, `SPLIT` and `images` beside the file (or beside the folder
    `annotations` that it lies in); else the folder itself.
    """
    base = annotations.parent.parent if annotations.parent.name == ANNOTATIONS else annotations.parent
    split = _split_of(annotations)
    candidates = (base / "images" / split, base / split, base / "images")
    return next((folder for folder in candidates if folder.is_dir()), base)


def _split_of(annotations: Path) -> str:
    split = annotations.stem.removeprefix(INSTANCES).strip("_-.")
    return split if annotations.stem.startswith(INSTANCES) and split else WHOLE
