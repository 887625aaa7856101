"""Where the files of a rendered data set lie: KITTI's folders, with COCO's annotations and a `dataset.toml` beside."""

from pathlib import Path

LEFT, RIGHT = "image_2", "image_3"
DEPTH = "depth"
DISPARITY = "disparity"
HIDDEN = "hidden"
INSTANCES = "instances"
LABELS = "label_2"
CALIBRATIONS = "calib"
RECORDS = "scenes"
CAMERAS = "cameras.csv"
LISTS = "ImageSets"
ANNOTATIONS = "annotations"
SPEC_NAME = "synth.json"
LOCK_NAME = "synth.lock"

SPLITS = ("train", "val", "test")
ROUND = 20
TEST, VAL = (3, 14), (8, 17)


def scene_name(number: int) -> str:
    """The name of a scene's files, without their endings."""
    return f"{number:06d}"


def record_path(root: Path, number: int) -> Path:
    """The file that is written last of a scene, and says that it is complete."""
    return root / RECORDS / f"{scene_name(number)}.json"


def split_of(number: int) -> str:
    """The part of the data set that a scene belongs to: one in ten is for test, one for validation.

    By its number alone, so that a scene stays where it is when others are added; places come by turns in each.
    """
    index = number % ROUND
    if index in TEST:
        return "test"
    return "val" if index in VAL else "train"
