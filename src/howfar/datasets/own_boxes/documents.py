"""Boxes in JSON: COCO's form, and howfar's own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from howfar.datasets.coco import CocoTable, corners_of, refusing_other_forms
from howfar.datasets.own_boxes.box_file import (
    NO_TRACK,
    NamedBoxes,
    OwnBox,
    PictureBoxes,
    checked_score,
    checked_track,
)
from howfar.errors import SettingError, SourceError
from howfar.io.parsing import UnreadableError, parse_json, read_large_json, read_text
from howfar.scene import Scene

FORMS = "COCO JSON (images, annotations and categories) or the JSON of howfar look"


def read_document(path: Path) -> NamedBoxes:
    """Read boxes from a JSON file, or one of JSON Lines.

    Raises:
        SourceError: If it cannot be read, or has another form.
    """
    try:
        if path.suffix.lower() == ".jsonl":
            content: Any = [parse_json(line) for line in read_text(path, None).splitlines() if line.strip()]
        else:
            content = read_large_json(path, _without_outline)
    except (OSError, UnreadableError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"The boxes {path} cannot be read ({reason}): give {FORMS}.") from None
    if isinstance(content, dict) and "annotations" in content:
        return NamedBoxes(path, _of_coco(content, path))
    scenes = [content] if isinstance(content, dict) else content
    if not isinstance(scenes, list) or not all(isinstance(each, dict) and "objects" in each for each in scenes):
        hint = " Lists of COCO's results name neither pictures nor classes." if _is_of_results(content) else ""
        raise SourceError(f"{path} holds no boxes in a known form: give {FORMS}.{hint}")
    return NamedBoxes(path, _of_scenes(scenes, path))


def _of_coco(table: dict[str, Any], path: Path) -> Iterator[PictureBoxes]:
    with refusing_other_forms(path):
        coco = CocoTable.of(table, path)
        boxes: dict[int, list[OwnBox]] = {picture.image_id: [] for picture in coco.pictures}
        names = dict(zip(coco.category_ids, coco.class_names, strict=True))
        for number, (box, entry) in enumerate(zip(coco.boxes, table["annotations"], strict=True), 1):
            where = f"Annotation {entry.get('id', f'number {number}')} of {path}"
            if box.crowd:
                continue
            score, track_id = checked_score(entry.get("score"), where), checked_track(entry.get("track_id"), where)
            corners = corners_of(box.box_xywh_px)
            boxes[box.image_id].append(OwnBox(names[box.category_id], corners, score, track_id))
        for picture, entry in zip(coco.pictures, table["images"], strict=True):
            yield PictureBoxes(
                picture.file_name,
                tuple(boxes[picture.image_id]),
                (picture.width_px, picture.height_px),
                entry.get("frame"),
                _is_undistorted(entry),
            )


def _of_scenes(scenes: list[dict[str, Any]], path: Path) -> Iterator[PictureBoxes]:
    for number, content in enumerate(scenes, 1):
        try:
            scene = Scene.from_dict(content)
        except SettingError as error:
            raise SourceError(f"Scene {number} of {path} cannot be read: {error}") from None
        boxes = (
            OwnBox(each.label, each.box_xyxy_px, each.score, NO_TRACK if each.track is None else each.track.track_id)
            for each in scene
        )
        size_px = (scene.width_px, scene.height_px)
        yield PictureBoxes(scene.source, tuple(boxes), size_px, scene.frame, scene.undistorted)


def _is_undistorted(entry: dict[str, Any]) -> bool:
    camera = entry.get("camera")
    return isinstance(camera, dict) and camera.get("undistorted") is True


def _is_of_results(content: Any) -> bool:
    return isinstance(content, list) and bool(content) and isinstance(content[0], dict) and "bbox" in content[0]


def _without_outline(entry: dict[str, Any]) -> dict[str, Any]:
    entry.pop("segmentation", None)
    return entry
