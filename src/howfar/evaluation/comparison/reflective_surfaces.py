"""Where glass and mirrors are in the pictures that `howfar synth` rendered, so that errors on them can be told apart.

Networks see through a pane and into a mirror, and sensors do so too; rendered truth is that of the pane and of the
mirror's own surface.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from howfar.datasets.coco import read_table, refusing_other_forms
from howfar.datasets.folder import description_at
from howfar.errors import SourceError
from howfar.io.pictures import read_grey

ReflectiveSurface = Literal["glass", "mirrors"]

SURFACE_CLASSES: dict[ReflectiveSurface, tuple[str, ...]] = {
    "glass": ("glass screen", "window"),
    "mirrors": ("mirror",),
}
"""The classes whose objects are mostly of glass, or mostly a mirror; their frames are inside their outlines."""

INSTANCES = "instances"


class SurfaceMasks:
    """The glass and the mirrors of one split."""

    def __init__(self, root: Path, annotations: Path) -> None:
        """Take the data set's folder and its COCO annotations, each with the number of its `instance`.

        Raises:
            SourceError: If the annotations cannot be read, or are not of a rendered data set.
        """
        self._root = root
        self._numbers: dict[str, dict[ReflectiveSurface, list[int]]] = {}
        table = read_table(annotations)
        with refusing_other_forms(annotations):
            pictures = {image["id"]: str(image["file_name"]) for image in table["images"]}
            names = {category["id"]: str(category["name"]) for category in table["categories"]}
            for shape in table["annotations"]:
                self._add(pictures[shape["image_id"]], names[shape["category_id"]], int(shape["instance"]))

    @classmethod
    def of_split(cls, data: Path, split: str) -> "SurfaceMasks | None":
        """Those of a split of a data set; None where the folder holds no instances with annotations."""
        root = description_at(data).parent
        annotations = root / "annotations" / f"instances_{split}.json"
        return cls(root, annotations) if annotations.is_file() and (root / INSTANCES).is_dir() else None

    def masks(self, name: str, shape: tuple[int, ...]) -> Mapping[ReflectiveSurface, NDArray[np.bool_]]:
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
