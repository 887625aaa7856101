"""COCO's detection format: a folder of pictures and one JSON file with the boxes of all of them.

Lin et al.: Microsoft COCO: Common Objects in Context, ECCV 2014; the format is described on cocodataset.org.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, overload

import numpy as np
from numpy.typing import NDArray

from howfar.datasets.files import leads_out, refuse_missing
from howfar.datasets.samples import DetectionSample, LazySamples
from howfar.errors import SourceError
from howfar.io.parsing import UnreadableError, read_large_json
from howfar.io.pictures import read_rgb
from howfar.scene.box import Box

LARGEST_PX = 1e6
"""No picture is as wide."""


@dataclass(frozen=True, slots=True)
class CocoPicture:
    """One picture as the JSON file describes it."""

    image_id: int
    file_name: str
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class CocoBox:
    """One object as the JSON file describes it.

    Attributes:
        image_id: The picture it is in.
        category_id: COCO's number of its class.
        box_xywh_px: Left, top, width and height in pixels.
        area_px2: The area that decides whether it is small, medium or large: of its outline, where there is one.
        crowd: Whether the box is drawn round many objects at once.
    """

    image_id: int
    category_id: int
    box_xywh_px: tuple[float, float, float, float]
    area_px2: float
    crowd: bool


@dataclass(frozen=True, slots=True)
class CocoTable:
    """What a JSON file says.

    Attributes:
        pictures: The pictures, in the file's order.
        boxes: The objects of all pictures, in the file's order.
        category_ids: COCO's numbers of the classes, in the file's order; they may have gaps.
        class_names: Their names, in the same order.
    """

    pictures: tuple[CocoPicture, ...]
    boxes: tuple[CocoBox, ...]
    category_ids: tuple[int, ...]
    class_names: tuple[str, ...]

    @classmethod
    def of(cls, table: dict[str, Any], where: Path) -> Self:
        """Take the fields of a file, and check that they fit together.

        Args:
            table: The content of the file.
            where: Its path, for messages.

        Raises:
            SourceError: If it does not have COCO's form, gives an id twice, or has a box of no picture or category.
        """
        with refusing_other_forms(where):
            coco = cls(
                tuple(_picture(entry) for entry in table["images"]),
                tuple(_box(entry) for entry in table["annotations"]),
                tuple(_whole(entry["id"]) for entry in table["categories"]),
                names_of_classes(table),
            )
        pictures = {picture.image_id for picture in coco.pictures}
        if not pictures:
            raise SourceError(f"{where} names no picture: choose the annotations of the pictures that you have.")
        if len(pictures) < len(coco.pictures):
            raise SourceError(f"{where} gives one id to two pictures: number them anew.")
        for box in coco.boxes:
            if box.image_id not in pictures:
                raise SourceError(f"{where} has a box in picture {box.image_id}, which it does not list.")
            if box.category_id not in coco.category_ids:
                raise SourceError(f"{where} has a box of category {box.category_id}, which it does not list.")
        return coco


class CocoDetection(Sequence[DetectionSample]):
    """The pictures of a COCO JSON file with their boxes, each read when asked for.

    Attributes:
        pictures: The pictures, in the file's order.
        boxes: The objects of all pictures, in the file's order.
        category_ids: COCO's numbers of the classes, in the file's order; they may have gaps.
        class_names: Their names, in the same order.
    """

    def __init__(
        self, images_dir: str | Path, annotations_json: str | Path, table: dict[str, Any] | None = None
    ) -> None:
        """Read the JSON file and check that it fits together and that no picture is missing.

        Args:
            images_dir: The folder that the names of the pictures start from.
            annotations_json: The file.
            table: What `read_table` made of the file, if that has been done.

        Raises:
            SourceError: If the file cannot be read or does not have COCO's form, or a picture is missing.
        """
        self.images_dir = Path(images_dir)
        self.annotations_json = Path(annotations_json)
        if table is None:
            table = read_table(self.annotations_json)
        coco = CocoTable.of(table, self.annotations_json)
        self.pictures, self.boxes = coco.pictures, coco.boxes
        self.category_ids, self.class_names = coco.category_ids, coco.class_names
        self._refuse_missing()
        self._boxes_of: dict[int, list[CocoBox]] = {picture.image_id: [] for picture in self.pictures}
        for box in self.boxes:
            self._boxes_of[box.image_id].append(box)
        self._class_of = {category: index for index, category in enumerate(self.category_ids)}
        self._samples: LazySamples[DetectionSample] = LazySamples(self.pictures, self._load)

    def __len__(self) -> int:
        return len(self.pictures)

    @overload
    def __getitem__(self, index: int) -> DetectionSample: ...
    @overload
    def __getitem__(self, index: slice) -> LazySamples[DetectionSample]: ...
    def __getitem__(self, index: int | slice) -> DetectionSample | LazySamples[DetectionSample]:
        return self._samples[index]

    def without_picture(self, index: int) -> DetectionSample:
        """A picture's objects alone, from the file: its image is empty, 0×0."""
        return self._sample(self.pictures[index], np.zeros((0, 0, 3), dtype=np.uint8))

    def _refuse_missing(self) -> None:
        paths = (self.images_dir / picture.file_name for picture in self.pictures)
        refuse_missing(paths, f"{len(self.pictures)} pictures of {self.annotations_json}")

    def _load(self, picture: CocoPicture) -> DetectionSample:
        path = self.images_dir / picture.file_name
        image = read_rgb(path)
        if image.shape[:2] != (picture.height_px, picture.width_px):
            raise SourceError(
                f"{path} has {image.shape[1]}×{image.shape[0]} pixels and {self.annotations_json} says "
                f"{picture.width_px}×{picture.height_px}: its boxes are for another picture."
            )
        return self._sample(picture, image)

    def _sample(self, picture: CocoPicture, image: NDArray[np.uint8]) -> DetectionSample:
        boxes = self._boxes_of[picture.image_id]
        return DetectionSample(
            name=picture.file_name,
            image_id=picture.image_id,
            image=image,
            boxes_xyxy_px=_corners([box.box_xywh_px for box in boxes]),
            class_ids=np.array([self._class_of[box.category_id] for box in boxes], dtype=np.int64),
            crowd=np.array([box.crowd for box in boxes], dtype=np.bool_),
            class_names=self.class_names,
        )


def read_table(path: Path) -> dict[str, Any]:
    """Read a COCO JSON file as it stands there, without the outlines.

    Raises:
        SourceError: If it cannot be read or is no JSON object.
    """
    try:
        table = read_large_json(path, _without_outline)
    except OSError as error:
        raise SourceError(f"The annotations {path} cannot be read ({error.strerror}): name a COCO JSON file.") from None
    except UnreadableError as error:
        raise SourceError(f"The annotations {path} are not JSON ({_reason(error)}): name a COCO JSON file.") from None
    if not isinstance(table, dict):
        raise SourceError(f"{path} does not have COCO's form: it should hold images, annotations and categories.")
    return table


def names_of_classes(table: dict[str, Any]) -> tuple[str, ...]:
    """The names of the categories, in the file's order."""
    return tuple(str(entry["name"]) for entry in table["categories"])


@contextmanager
def refusing_other_forms(path: Path) -> Iterator[None]:
    """Turn what goes wrong in taking COCO's fields from a file's table into a SourceError that names the file."""
    try:
        yield
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise SourceError(
            f"{path} does not have COCO's form: it should hold images, annotations with a bbox, and categories "
            f"({_reason(error)})."
        ) from None


def _without_outline(entry: dict[str, Any]) -> dict[str, Any]:
    """Drop the outlines while reading: they are most of COCO's large files, and no box needs them."""
    entry.pop("segmentation", None)
    return entry


def _picture(entry: dict[str, Any]) -> CocoPicture:
    name = str(entry["file_name"])
    if leads_out(name):
        raise ValueError(f"the file_name {name!r} leads out of the data set")
    return CocoPicture(_whole(entry["id"]), name, _whole(entry["width"]), _whole(entry["height"]))


def _box(entry: dict[str, Any]) -> CocoBox:
    x, y, width, height = (_within(float(value), LARGEST_PX) for value in entry["bbox"])
    if width < 0 or height < 0:
        raise ValueError(f"a bbox is left, top, width and height, and one is {width:g} wide and {height:g} high")
    return CocoBox(
        image_id=_whole(entry["image_id"]),
        category_id=_whole(entry["category_id"]),
        box_xywh_px=(x, y, width, height),
        area_px2=_within(float(entry.get("area", width * height)), LARGEST_PX**2),
        crowd=bool(entry.get("iscrowd", 0)),
    )


def _whole(value: Any) -> int:
    number = int(value)
    if isinstance(value, float) and number != value:
        raise ValueError(f"{value:g} is no whole number")
    return int(_within(number, 2**63 - 1))


def _within(value: float, most: float) -> float:
    if not abs(value) <= most:  # false for NaN
        raise ValueError(f"{value:g} is beyond {most:g}")
    return value


def corners_of(box_xywh_px: tuple[float, float, float, float]) -> Box:
    """The corners of a box of COCO's."""
    x, y, width, height = box_xywh_px
    return x, y, x + width, y + height


def _corners(boxes_xywh_px: list[tuple[float, float, float, float]]) -> NDArray[np.float32]:
    boxes = np.array(boxes_xywh_px, dtype=np.float32).reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2]
    return boxes


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"the field {error.args[0]!r} is missing"
    return str(error).rstrip(".")
