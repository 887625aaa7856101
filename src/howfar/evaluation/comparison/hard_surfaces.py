"""Where glass, mirrors and thin things are in the pictures of `howfar synth`, so that errors on them can be told apart.

Networks see through a pane and into a mirror, and sensors do so too; rendered truth is that of the pane and of the
mirror's own surface. What is thinner than a network's cells vanishes.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from howfar.datasets.coco import read_table, refusing_other_forms
from howfar.datasets.folder import description_at
from howfar.datasets.splits import WHOLE
from howfar.errors import SourceError
from howfar.io.pictures import read_grey

HardSurface = Literal["glass", "mirrors", "thin"]

SURFACE_CLASSES: dict[HardSurface, tuple[str, ...]] = {
    "glass": ("glass screen", "window"),
    "mirrors": ("mirror",),
    "thin": ("fence", "pole"),
}
"""The classes whose objects are mostly of glass, mostly a mirror (their frames are inside their outlines), or thin:
railings, wires, bare trees, lamp posts, of which the pixels themselves count."""

INSTANCES = "instances"


class SurfaceMasks:
    """The glass, the mirrors and the thin things of one split."""

    def __init__(self, root: Path, *annotations: Path) -> None:
        """Take the data set's folder and its COCO annotations, each with the number of its `instance`.

        Raises:
            SourceError: If the annotations cannot be read, or are not of a rendered data set.
        """
        self._root = root
        self._numbers: dict[str, dict[HardSurface, list[int]]] = {}
        for path in annotations:
            table = read_table(path)
            with refusing_other_forms(path):
                pictures = {image["id"]: str(image["file_name"]) for image in table["images"]}
                names = {category["id"]: str(category["name"]) for category in table["categories"]}
                for shape in table["annotations"]:
                    self._add(pictures[shape["image_id"]], names[shape["category_id"]], int(shape["instance"]))

    @classmethod
    def of_split(cls, data: Path, split: str) -> "SurfaceMasks | None":
        """Those of a split of a data set, or of `all`; None where the folder holds no instances with annotations."""
        root = description_at(data).parent
        annotations = sorted((root / "annotations").glob(f"instances_{'*' if split == WHOLE else split}.json"))
        return cls(root, *annotations) if annotations and (root / INSTANCES).is_dir() else None

    def masks(self, name: str, shape: tuple[int, ...]) -> Mapping[HardSurface, NDArray[np.bool_]]:
        """The pixels of each surface that a picture shows, H×W bool; those that it does not show are left out.

        Args:
            name: What the data set calls the picture.
            shape: Rows and columns of the picture.

        Raises:
            SourceError: If the picture of its instances is missing, cannot be read or is of another size.
        """
        numbers = self._numbers.get(name)
        if numbers is None:
            return {}
        path = self._root / INSTANCES / f"{Path(name).stem}.png"
        instances = read_grey(path)
        if instances.shape != shape:
            raise SourceError(f"{path} is of another size than its picture {name}: render the data set again.")
        return {surface: np.isin(instances, chosen) for surface, chosen in numbers.items()}

    def _add(self, picture: str, class_name: str, instance: int) -> None:
        for surface, classes in SURFACE_CLASSES.items():
            if class_name in classes:
                self._numbers.setdefault(picture, {}).setdefault(surface, []).append(instance)
