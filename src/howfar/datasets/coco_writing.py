"""Writing scenes as COCO JSON, whose annotations carry distances.

The annotations have the fields of COCO's for boxes; all further ones are those of the scene's JSON: `score`, `depth_m`,
its interval `low_m` and `high_m`, `position_m`, `reason`, and of tracks `track_id`. An image has its `camera` and
`caveats`. `coco_distances.py` reads them, and whatever reads COCO's boxes passes over them.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from howfar.io.output_names import source_name
from howfar.scene import Scene

MEANING = (
    "Boxes with distances in metres: depth_m is that of the visible surface along the optical axis, and lies between "
    "low_m and high_m four times in five; null where it is not known."
)
OF_COCO = ("label", "class_id", "box_xyxy_px", "cues")
"""What an annotation says in COCO's own fields, and what it leaves out."""


class CocoScenes:
    """Scenes that become one COCO document; of each is kept what is written."""

    def __init__(self, version: str) -> None:
        """Begin an empty document.

        Args:
            version: The version of what found the objects.
        """
        self._version = version
        self._sources: list[str] = []
        self._images: list[dict[str, Any]] = []
        self._annotations: list[dict[str, Any]] = []
        self._categories: dict[str, int] = {}

    def add(self, scene: Scene) -> None:
        """Add the labelled objects of a picture, or of a frame of a video."""
        content = scene.to_dict()
        image_id = len(self._images) + 1
        self._sources.append(scene.source)
        self._images.append(
            {
                "id": image_id,
                "file_name": "",
                "width": scene.width_px,
                "height": scene.height_px,
                **{name: content[name] for name in ("frame", "time_s") if name in content},
                **{name: content[name] for name in ("camera", "models", "caveats", "no_metres", "max_depth_m")},
            }
        )
        for one in content["objects"]:
            self._annotations.append(self._annotation(one, image_id))

    def to_dict(self) -> dict[str, Any]:
        """The document. Pictures are named from the folder that holds all of them."""
        images = [{**image, "file_name": name} for image, name in zip(self._images, _names(self._sources), strict=True)]
        return {
            "info": {"description": MEANING, "version": f"howfar {self._version}"},
            "images": images,
            "annotations": self._annotations,
            "categories": [{"id": number, "name": name} for name, number in self._categories.items()],
        }

    def _annotation(self, one: dict[str, Any], image_id: int) -> dict[str, Any]:
        x1, y1, x2, y2 = one["box_xyxy_px"]
        width, height = round(x2 - x1, 2), round(y2 - y1, 2)
        return {
            "id": len(self._annotations) + 1,
            "image_id": image_id,
            "category_id": self._categories.setdefault(one["label"], len(self._categories) + 1),
            "bbox": [x1, y1, width, height],
            "area": round(width * height, 2),
            "iscrowd": 0,
            "segmentation": [],
            **{name: value for name, value in one.items() if name not in OF_COCO},
        }


def _names(sources: Sequence[str]) -> list[str]:
    """The names of pictures as seen from the folder that holds all of them."""
    paths = {each: Path(each).absolute() for each in sources if "://" not in each and each != "-"}
    try:
        folder = os.path.commonpath([path.parent for path in paths.values()]) if paths else ""
    except ValueError:  # they lie on several drives
        return [source_name(each) for each in sources]
    return [paths[each].relative_to(folder).as_posix() if each in paths else source_name(each) for each in sources]
