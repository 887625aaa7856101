"""Street pictures of several drives, told by one `index.csv`: LiDAR depth, and KITTI's labels where there are any.

The table has a row for each picture. Of its columns these are read:

- `set` and `id`, which together name the picture;
- `left`, `depth` and `labels`: the picture, its depth map and its labels, by their paths from the table's folder; a
  depth map or labels may be missing;
- `fx`, `fy`, `cx`, `cy`: the picture's camera in pixels;
- `drive`: the place. Pictures of one drive are much alike: whole drives are held out, and each drive is a split;
- `frame`, which may be missing: the picture's number in a video (howfar.datasets.drives).

Depth maps are 16-bit PNG, depth in metres = value / 256, 0 where no beam fell, as KITTI has them (howfar.datasets.
kitti_depth). Labels are read where they are texts in KITTI's columns (howfar.datasets.kitti_labels); those of other
forms are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from howfar.datasets.csv_rows import read_rows
from howfar.datasets.files import leads_out, refuse_missing
from howfar.datasets.kitti_depth import METRES_PER_COUNT
from howfar.datasets.kitti_objects import DETECTOR_NAMES, KittiObjects, labelled_sample
from howfar.datasets.samples import DepthSample, LazySamples, ObjectSample
from howfar.datasets.splits import WHOLE, refuse_unknown_split
from howfar.errors import SettingError, SourceError
from howfar.io.depth_units import metres_of
from howfar.io.pictures import read_grey, read_rgb
from howfar.scene import Camera

INDEX = "index.csv"
COLUMNS = ("set", "id", "left", "depth", "labels", "fx", "fy", "cx", "cy", "drive")
FRAME = "frame"
KITTI_LABELS = ".txt"
MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class StreetPicture:
    """One row of the table.

    Attributes:
        name: Its set and id, as `kitti_object/000001`.
        image: The picture.
        depth: Its depth map; None where there is none.
        labels: Its labels in KITTI's columns; None where there are none.
        intrinsics_px: fx, fy, cx and cy of its camera.
        drive: The place.
        frame: Its number in a video; None where it is in none.
    """

    name: str
    image: Path
    depth: Path | None
    labels: Path | None
    intrinsics_px: tuple[float, float, float, float]
    drive: str
    frame: int | None = None

    def camera(self, width_px: int, height_px: int) -> Camera:
        """The picture's camera.

        Raises:
            SourceError: If it cannot be.
        """
        try:
            return Camera(width_px, height_px, *self.intrinsics_px)
        except SettingError as error:
            raise SourceError(f"The camera of {self.name} cannot be: {error}") from None


class StreetDepth:
    """The pictures that have a depth map.

    Attributes:
        name: What to call the data set.
        splits: `all`, and each drive.
    """

    name = "Streets"

    def __init__(self, root: str | Path) -> None:
        """Read the table of a folder.

        Raises:
            SourceError: If it cannot be read, has a row that cannot be, or names no depth map.
        """
        rows = read_index(Path(root))
        self._pictures = [(row, row.depth) for row in rows if row.depth is not None]
        if not self._pictures:
            raise SourceError(f"{Path(root) / INDEX} names no depth map: fill its column depth.")
        self.splits = _splits([row for row, _ in self._pictures])

    def split(self, split: str) -> LazySamples[DepthSample]:
        """The pictures of one drive, or all, in the order of the table, read when asked for.

        Raises:
            SettingError: If there is no such drive.
            SourceError: If a picture or depth map is missing.
        """
        refuse_unknown_split(split, self.splits, self.name)
        return LazySamples(_chosen(self._pictures, split, "depth maps"), _depth_sample)


class StreetObjects:
    """The pictures that have labels in KITTI's columns.

    Attributes:
        name: What to call the data set.
        splits: `all`, and each drive.
        definition: What its objects and their distances are.
        detector_names: The COCO name of each type that has one.
        exhaustive: All objects of these types are labelled, but in the regions of DontCare.
    """

    name = "Streets"
    definition = KittiObjects.definition
    detector_names = DETECTOR_NAMES
    exhaustive = True

    def __init__(self, root: str | Path) -> None:
        """Read the table of a folder.

        Raises:
            SourceError: If it cannot be read, has a row that cannot be, or names no labels.
        """
        rows = read_index(Path(root))
        self._pictures = [(row, row.labels) for row in rows if row.labels is not None]
        if not self._pictures:
            raise SourceError(f"{Path(root) / INDEX} names no labels in KITTI's form, {KITTI_LABELS}: fill its column.")
        self.splits = _splits([row for row, _ in self._pictures])

    def objects(self, split: str) -> LazySamples[ObjectSample]:
        """The pictures of one drive, or all, in the order of the table, read when asked for.

        Raises:
            SettingError: If there is no such drive.
            SourceError: If a picture or its labels are missing.
        """
        refuse_unknown_split(split, self.splits, self.name)
        return LazySamples(_chosen(self._pictures, split, "label files"), _object_sample)


def _chosen(pictures: Sequence[tuple[StreetPicture, Path]], split: str, what: str) -> list[tuple[StreetPicture, Path]]:
    """The pictures of a split with the files that belong to them; raises SourceError where any file is missing."""
    chosen = [(picture, path) for picture, path in pictures if split in (WHOLE, picture.drive)]
    refuse_missing((picture.image for picture, _ in chosen), f"{len(chosen)} pictures of the split {split}")
    refuse_missing((path for _, path in chosen), f"{len(chosen)} {what} of the split {split}")
    return chosen


def is_index_of_streets(path: Path) -> bool:
    """Whether a folder holds an `index.csv` with the columns that are read."""
    index = path / INDEX
    if not index.is_file():
        return False
    with index.open(encoding="utf-8-sig", errors="replace") as file:
        return set(COLUMNS) <= set(file.readline().strip().split(","))


def read_index(root: Path) -> list[StreetPicture]:
    """Read the table in a folder.

    Raises:
        SourceError: If it cannot be read, lacks a column, or has a row that cannot be.
    """
    index = root / INDEX
    return [
        _picture(row, root, f"{index}, row {number}")
        for number, row in enumerate(read_rows(index, COLUMNS, [FRAME]), 1)
    ]


def _picture(cells: dict[str, str], root: Path, where: str) -> StreetPicture:
    try:
        fx, fy, cx, cy = (float(cells[name]) for name in ("fx", "fy", "cx", "cy"))
    except ValueError:
        raise SourceError(f"{where} should give fx, fy, cx and cy as numbers of pixels.") from None
    if not (cells["left"] and cells["drive"]):
        raise SourceError(f"{where} should name its picture, left, and its drive.")
    depth, labels, frame = cells["depth"], cells["labels"], cells[FRAME]
    if frame and not (frame.isdecimal() and len(frame) <= MOST_DIGITS):
        raise SourceError(f"{where} has the frame {frame!r}: write its number in the video, or nothing.")
    for name in (cells["left"], depth, labels):
        if leads_out(name):
            raise SourceError(f"{where} names {name!r}, which leads out of the data set: name files in it.")
    return StreetPicture(
        name=f"{cells['set']}/{cells['id']}",
        image=root / cells["left"],
        depth=root / depth if depth else None,
        labels=root / labels if labels.endswith(KITTI_LABELS) else None,
        intrinsics_px=(fx, fy, cx, cy),
        drive=cells["drive"],
        frame=int(frame) if frame else None,
    )


def samples_of(pictures: Sequence[StreetPicture]) -> LazySamples[DepthSample]:
    """The pictures with their depth, read when asked for; those without are left out.

    Raises:
        SourceError: If a picture or depth map is missing.
    """
    known = [(picture, picture.depth) for picture in pictures if picture.depth is not None]
    return LazySamples(_chosen(known, WHOLE, "depth maps"), _depth_sample)


def _splits(pictures: Sequence[StreetPicture]) -> tuple[str, ...]:
    return (WHOLE, *sorted({picture.drive for picture in pictures}))


def _depth_sample(files: tuple[StreetPicture, Path]) -> DepthSample:
    picture, depth = files
    image, counts = read_rgb(picture.image), read_grey(depth)
    height, width = image.shape[:2]
    if counts.shape != (height, width):
        raise SourceError(
            f"{depth} has {counts.shape[1]}×{counts.shape[0]} pixels and its picture {width}×{height}: name the depth "
            "map of this picture."
        )
    depth_m, camera = metres_of(counts, METRES_PER_COUNT), picture.camera(width, height)
    return DepthSample(picture.name, image, depth_m, camera, place=picture.drive)


def _object_sample(files: tuple[StreetPicture, Path]) -> ObjectSample:
    picture, labels = files
    image = read_rgb(picture.image)
    height, width = image.shape[:2]
    sample = labelled_sample(picture.name, image, picture.camera(width, height), labels)
    return replace(sample, place=picture.drive)
