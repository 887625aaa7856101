"""Why a statistic of the box fails on a hollow chair and a curved bed: rendered, measured and drawn.

    python examples/hollow_chair_curved_bed/make.py

It renders three rooms with exact depth, measures each thing in its true box, prints the table of the page README.md and
writes the page's pictures.
"""

import argparse
import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rendering import render
from scenes import BED, CHAIRS, HIDDEN, MAP_CAMERA, Room

from howfar import Camera, DepthMap, Detections, Distance, SceneObject, View
from howfar.drawing.side_by_side import side_by_side
from howfar.io.picture_writer import save_picture
from howfar.pipeline.open_methods import open_method
from howfar.ranging import measure
from howfar.scene import Weights

METHODS = ("mean", "central-mean", "median", "percentile:40", "auto")
DRAWN = ("central-mean", "median", "auto")
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Seen:
    """A room as a camera sees it.

    Attributes:
        room: The room.
        camera: The picture's camera.
        depth: Its exact depth, on the grid of `MAP_CAMERA` whatever the picture's size.
        things: Its things, each in the box round its visible pixels.
        truths: Their true distances.
    """

    room: Room
    camera: Camera
    depth: DepthMap
    things: Detections
    truths: tuple[Distance, ...]

    def by(self, method: str) -> tuple[Distance, ...]:
        """The distances by a ranging method."""
        return measure(self.depth, self.things.boxes_xyxy_px, self.camera, open_method(method))


def see(room: Room, width_px: int) -> Seen:
    """Render the depth of a room and find its things in it."""
    camera = MAP_CAMERA.resized(width_px, width_px * MAP_CAMERA.height_px // MAP_CAMERA.width_px)
    _, depth_m, blocks = render(room.blocks, MAP_CAMERA, room.height_m, room.down_deg)
    owners = np.array([block.thing for block in room.blocks])[blocks]
    labels = [label for label in dict.fromkeys(block.thing for block in room.blocks) if label]
    truths = tuple(true_distance(owners == label, depth_m, camera) for label in labels)
    things = Detections.from_boxes([truth.region_xyxy_px for truth in truths], labels)
    return Seen(room, camera, DepthMap(depth_m, "metres"), things, truths)


def true_distance(mask: NDArray[np.bool_], depth_m: NDArray[np.float32], camera: Camera) -> Distance:
    """The median depth of a thing's visible pixels, as in `howfar evaluate objects`."""
    rows, columns = np.nonzero(mask)
    pixel = camera.width_px / mask.shape[1]
    edges = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    x1, y1, x2, y2 = (float(edge) * pixel for edge in edges)
    whole = (0.0, 0.0, float(camera.width_px), float(camera.height_px))
    weights = Weights(mask.astype(np.float32), whole)
    unknown = (math.nan, math.nan, math.nan)
    median_m = float(np.median(depth_m[mask]))
    return Distance(median_m, math.nan, unknown, "truth", 1.0, False, (x1, y1, x2, y2), weights=weights)


def table(rooms: list[Seen]) -> str:
    """Each thing's true distance, and what each method makes of it, in Markdown."""
    lines = [f"| | truth | {' | '.join(f'`{name}`' for name in METHODS)} |", "|---" * (len(METHODS) + 2) + "|"]
    for seen in rooms:
        columns = [seen.by(name) for name in METHODS]
        for label, truth, *estimates in zip(seen.things.labels, seen.truths, *columns, strict=True):
            errors = [round(100 * (each.depth_m / truth.depth_m - 1)) for each in estimates]
            cells = [f"{each.depth_m:.2f} m ({off:+d} %)" for each, off in zip(estimates, errors, strict=True)]
            lines.append(f"| {label} | {truth.depth_m:.2f} m | {' | '.join(cells)} |")
    return "\n".join(lines)


def picture(seen: Seen) -> NDArray[np.uint8]:
    """The truth and the drawn methods, two by two, each under its name."""
    fine = seen.camera.resized(2 * seen.camera.width_px, 2 * seen.camera.height_px)
    image, _, _ = render(seen.room.blocks, fine, seen.room.height_m, seen.room.down_deg)
    smooth = cv2.resize(image, (seen.camera.width_px, seen.camera.height_px), interpolation=cv2.INTER_AREA)
    panels = [panel(seen, smooth, seen.truths), *(panel(seen, smooth, seen.by(name)) for name in DRAWN)]
    upper, lower = side_by_side(panels[:2], ["truth", DRAWN[0]]), side_by_side(panels[2:], DRAWN[1:])
    return np.vstack([upper, lower])


def panel(seen: Seen, image: NDArray[np.uint8], distances: tuple[Distance, ...]) -> NDArray[np.uint8]:
    """The picture with the things, their distances, and what each was measured on."""
    things = tuple(
        SceneObject(label, class_id, 1.0, (box[0], box[1], box[2], box[3]), distance)
        for class_id, (label, box, distance) in enumerate(
            zip(seen.things.labels, seen.things.boxes_xyxy_px.tolist(), distances, strict=True)
        )
    )
    return View(
        source=seen.room.name,
        width_px=seen.camera.width_px,
        height_px=seen.camera.height_px,
        camera=seen.camera,
        models={"detector": "true boxes", "depth": "true depth"},
        objects=things,
        beyond=(),
        depth=seen.depth,
        image=image,
    ).draw(show_region=True)


def main() -> None:
    """Print the table and write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=HERE, help="folder for the pictures")
    parser.add_argument("--width", type=int, default=480, help="width of a picture in pixels")
    arguments = parser.parse_args()
    rooms = [see(room, arguments.width) for room in (CHAIRS, BED, HIDDEN)]
    print(table(rooms))
    for seen in rooms:
        save_picture(picture(seen), arguments.out / f"{seen.room.name}.jpg", overwrite=True)


if __name__ == "__main__":
    main()
