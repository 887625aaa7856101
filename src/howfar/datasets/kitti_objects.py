"""KITTI's object benchmark as objects with their distances.

Geiger, Lenz, Urtasun: Are we ready for Autonomous Driving? The KITTI Vision Benchmark Suite, CVPR 2012. The folder
holds

- `image_2/NNNNNN.png`, the left colour pictures, which are not all of one size;
- `label_2/NNNNNN.txt`, one object a line, with its box in the picture and its box in space;
- `calib/NNNNNN.txt`, whose P2 is the camera of the picture;
- `ImageSets/train.txt` and `val.txt`, there or beside the folder, if the frames are divided: NNNNNN, one a line.

Distances are the labels' own: Z in the rectified coordinates of camera 0. The picture's camera 2 sees a point at
Z + K⁻¹·P2[:, 3], and the third row of K is (0, 0, 1), so that the difference is P2[2, 3]: 2.7 to 5.0 mm in the
benchmark's calibrations, less than the centimetre to which the labels are rounded. It is not added. The camera has
P2's intrinsics as they are; boxes and principal point are counted alike in KITTI's files.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from howfar.datasets.files import pictures_in, refuse_missing
from howfar.datasets.kitti_labels import read_camera, read_objects, read_unlabelled
from howfar.datasets.samples import LazySamples, ObjectSample
from howfar.datasets.splits import WHOLE, read_list, refuse_unknown_split
from howfar.errors import SourceError
from howfar.io.pictures import read_rgb
from howfar.scene import Camera

IMAGES = "image_2"
LABELS = "label_2"
CALIBRATIONS = "calib"
LISTS = "ImageSets"
LISTED = ("train", "val")

COUNTS_AS = {"Van": "Car"}
"""The types that are put under another."""

DETECTOR_NAMES = {
    "Car": "car",
    "Truck": "truck",
    "Tram": "train",
    "Pedestrian": "person",
    "Person_sitting": "person",
}
"""What COCO calls the types. It has no name for a cyclist, who is a person and a bicycle there, and none for Misc."""


class KittiObjects:
    """The frames in one folder.

    Attributes:
        root: The folder.
        name: What to call the data set.
        splits: The names of its parts: `all`, and those that there is a list of.
        definition: What its objects and their distances are.
        detector_names: The COCO name of each type that has one.
        exhaustive: All objects of these types are labelled, but in the regions of DontCare.
    """

    name = "KITTI objects"
    definition = "labelled boxes without DontCare, Van as Car; distance: Z of the 3-D box's centre or nearest corner"
    detector_names = DETECTOR_NAMES
    exhaustive = True

    def __init__(self, root: str | Path) -> None:
        """Take the folder that holds `image_2`, `label_2` and `calib`.

        Raises:
            SourceError: If it is not such a folder.
        """
        self.root = Path(root)
        for part in (IMAGES, LABELS, CALIBRATIONS):
            if not (self.root / part).is_dir():
                raise SourceError(
                    f"{self.root} is not KITTI's object benchmark: it should hold the folders {IMAGES}, {LABELS} and "
                    f"{CALIBRATIONS}, and {part} is missing."
                )
        self._pictures = {path.stem: path for path in pictures_in(self.root / IMAGES)}
        self._lists = {split: path for split in LISTED if (path := self._list(split)).is_file()}
        self.splits = (WHOLE, *self._lists)

    def objects(self, split: str) -> LazySamples[ObjectSample]:
        """The frames of one part, in the order of its list, read when asked for; some have no object.

        Raises:
            SettingError: If there is no such split.
            SourceError: If its list cannot be read, or a picture, its labels or its calibration is missing.
        """
        refuse_unknown_split(split, self.splits, self.name)
        names = self._labelled() if split == WHOLE else read_list(self._lists[split], "one frame a line, as 000001")
        for kind, path_of in (
            ("pictures", self._image_path),
            ("label files", self._labels_path),
            ("calibrations", self._calibration_path),
        ):
            refuse_missing(map(path_of, names), f"{len(names)} {kind} of the split {split}")
        return LazySamples(names, self._load)

    def _labelled(self) -> list[str]:
        names = sorted(path.stem for path in (self.root / LABELS).glob("*.txt"))
        if not names:
            raise SourceError(f"{self.root / LABELS} holds no labels NNNNNN.txt: complete the data set.")
        return names

    def _list(self, split: str) -> Path:
        inside = self.root / LISTS / f"{split}.txt"
        return inside if inside.is_file() else self.root.resolve().parent / LISTS / f"{split}.txt"

    def _image_path(self, name: str) -> Path:
        return self._pictures.get(name, self.root / IMAGES / f"{name}.png")

    def _labels_path(self, name: str) -> Path:
        return self.root / LABELS / f"{name}.txt"

    def _calibration_path(self, name: str) -> Path:
        return self.root / CALIBRATIONS / f"{name}.txt"

    def _load(self, name: str) -> ObjectSample:
        image = read_rgb(self._image_path(name))
        height, width = image.shape[:2]
        camera = read_camera(self._calibration_path(name), width, height)
        return labelled_sample(name, image, camera, self._labels_path(name))


def labelled_sample(name: str, image: NDArray[np.uint8], camera: Camera, labels: Path) -> ObjectSample:
    """A picture with the objects of its file of labels.

    An object whose centre is not before the camera has no distance that can be seen: its box counts as unlabelled, as
    DontCare does.

    Raises:
        SourceError: If the labels cannot be read, or a line is not what it should be.
    """
    told = read_objects(labels)
    objects = [each for each in told if each.z_m > 0]
    unlabelled = [each.box_xyxy_px for each in told if each.z_m <= 0] + read_unlabelled(labels)
    return ObjectSample(
        name=name,
        image=image,
        camera=camera,
        labels=tuple(COUNTS_AS.get(each.label, each.label) for each in objects),
        boxes_xyxy_px=np.array([each.box_xyxy_px for each in objects], dtype=np.float32).reshape(-1, 4),
        depth_m=np.array([each.z_m for each in objects], dtype=np.float64),
        nearest_m=np.array([each.nearest_m for each in objects], dtype=np.float64),
        occlusions=np.array([each.occlusion for each in objects], dtype=np.int8),
        unlabelled_xyxy_px=np.array(unlabelled, dtype=np.float32).reshape(-1, 4),
    )
