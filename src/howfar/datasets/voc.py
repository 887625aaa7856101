"""Pascal VOC: a folder of pictures, and for each an XML file with its boxes.

Everingham et al.: The Pascal Visual Object Classes (VOC) Challenge, IJCV 2010. The folder holds

- `JPEGImages/NAME.jpg` (or another kind of picture);
- `Annotations/NAME.xml`, with `object`s of a `name` and a `bndbox`, whose pixels are counted from 1, ends included;
- `ImageSets/Main/SPLIT.txt`, one NAME a line; without one, all pictures are one split, `all`.

Objects marked `difficult` are objects like the others here.
"""

from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

import numpy as np

from howfar.datasets.files import pictures_in
from howfar.datasets.samples import DetectionSample, LazySamples
from howfar.datasets.splits import WHOLE, read_list, refuse_unknown_split
from howfar.errors import SourceError
from howfar.io.parsing import UnreadableError, read_bytes
from howfar.io.pictures import read_rgb

IMAGES = "JPEGImages"
ANNOTATIONS = "Annotations"
LISTS = "ImageSets/Main"
CORNERS = ("xmin", "ymin", "xmax", "ymax")
SPLITS = ("train", "val", "trainval", "test")
LARGEST_PX = 1e6
"""No picture is as wide."""

Object = tuple[str, float, float, float, float]


class PascalVoc:
    """The pictures in one folder.

    Attributes:
        root: The folder.
        name: What to call the data set.
        splits: The names of its parts.
        class_names: The names that occur in any of its annotations, in the order of the alphabet.
    """

    def __init__(self, root: str | Path) -> None:
        """Take the folder and read all annotations, which alone tell what classes there are.

        Raises:
            SourceError: If it is not such a folder, or an annotation cannot be read.
        """
        self.root = Path(root)
        self.name = self.root.resolve().name
        for part in (IMAGES, ANNOTATIONS):
            if not (self.root / part).is_dir():
                raise SourceError(
                    f"{self.root} is not in Pascal VOC's form: it should hold the folders {IMAGES} and {ANNOTATIONS}, "
                    f"and {part} is missing."
                )
        found = sorted((self.root / ANNOTATIONS).glob("*.xml"))
        if not found:
            raise SourceError(f"{self.root / ANNOTATIONS} holds no annotation NAME.xml: complete the data set.")
        self._objects = {path.stem: read_annotation(path) for path in found}
        self._pictures = {path.stem: path for path in pictures_in(self.root / IMAGES)}
        self.class_names = tuple(sorted({each[0] for objects in self._objects.values() for each in objects}))
        self.splits = tuple(name for name in SPLITS if self._list(name).is_file()) or (WHOLE,)

    def split(self, split: str) -> LazySamples[DetectionSample]:
        """The pictures of one split in the order of its list, read when asked for.

        Raises:
            SettingError: If there is no such split.
            SourceError: If its list cannot be read, or a picture or annotation is missing.
        """
        refuse_unknown_split(split, self.splits, self.name)
        if split == WHOLE:
            names = sorted(self._objects | self._pictures)
        else:
            names = [line.split()[0] for line in read_list(self._list(split), "one picture a line, as 2007_000027")]
        self._refuse_missing(names, self._objects, f"annotations of the split {split} in {ANNOTATIONS}")
        self._refuse_missing(names, self._pictures, f"pictures of the split {split} in {IMAGES}")
        return LazySamples(list(enumerate(names)), self._load)

    def _list(self, split: str) -> Path:
        return self.root / LISTS / f"{split}.txt"

    def _refuse_missing(self, names: list[str], there: Iterable[str], what: str) -> None:
        missing = [name for name in names if name not in there]
        if missing:
            raise SourceError(
                f"{len(missing)} of the {len(names)} {what} are missing, the first being {missing[0]}: complete the "
                "data set."
            )

    def _load(self, numbered: tuple[int, str]) -> DetectionSample:
        number, name = numbered
        objects = self._objects[name]
        boxes = np.array([each[1:] for each in objects], dtype=np.float32).reshape(-1, 4)
        boxes[:, :2] -= 1  # from pixels counted from 1, ends included, to the outer edges of the box
        return DetectionSample(
            name=name,
            image_id=number,
            image=read_rgb(self._pictures[name]),
            boxes_xyxy_px=boxes,
            class_ids=np.array([self.class_names.index(each[0]) for each in objects], dtype=np.int64),
            crowd=np.zeros(len(objects), dtype=np.bool_),
            class_names=self.class_names,
        )


def read_annotation(path: Path) -> list[Object]:
    """Read the objects of one annotation: each its name and xmin, ymin, xmax, ymax as they stand there.

    Raises:
        SourceError: If the file is not XML, declares a document type, or an object lacks its name or corners.
    """
    try:
        root = _parse(read_bytes(path))
    except OSError as error:
        raise SourceError(f"The annotation {path} cannot be read ({error.strerror}): fetch it again.") from None
    except UnreadableError as error:
        raise SourceError(f"The annotation {path} cannot be read ({error}): fetch it again.") from None
    except (expat.ExpatError, ValueError, LookupError) as error:  # of encodings that Python lacks, or that are none
        raise SourceError(f"The annotation {path} is not plain XML ({error}): fetch it again.") from None
    return [_object(entry, path) for entry in root.iter("object")]


def _parse(data: bytes) -> ElementTree.Element:
    """Parse XML without a document type: entities, which can be made to grow or to fetch files, need one."""
    parser, builder = expat.ParserCreate(), ElementTree.TreeBuilder()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.Parse(data, True)
    return builder.close()


def _refuse_document_type(*_: object) -> None:
    raise ValueError("it declares a document type")


def _object(entry: ElementTree.Element, path: Path) -> Object:
    name = (entry.findtext("name") or "").strip()
    texts = [entry.findtext(f"bndbox/{corner}") for corner in CORNERS]
    try:
        x1, y1, x2, y2 = (_pixels(text or "nothing") for text in texts)
    except ValueError:
        raise SourceError(
            f"{path} has an object {name[:40]!r} whose bndbox lacks one of {', '.join(CORNERS)}, or has one that is no "
            "number of pixels."
        ) from None
    if x2 < x1 or y2 < y1:
        raise SourceError(f"{path} has an object {name[:40]!r} whose bndbox ends before it begins: correct it.")
    if not name:
        raise SourceError(f"{path} has an object without a name: name its class.")
    return name, x1, y1, x2, y2


def _pixels(text: str) -> float:
    value = float(text)
    if not abs(value) <= LARGEST_PX:  # false for NaN
        raise ValueError
    return value
