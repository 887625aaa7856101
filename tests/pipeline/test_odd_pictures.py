"""Odd pictures: no objects, nothing but sky, boxes at the frame, cameras that look elsewhere."""

import json
import math
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from PIL import Image

from howfar.pipeline.perceivers import DepthAlone
from howfar.pipeline.rangefinder import Rangefinder
from howfar.pipeline.scenes import range_objects, scene_of
from howfar.ranging import parse_method
from howfar.ranging.cues.joining import parse_cues
from howfar.ranging.settings import Ranging
from howfar.scene import Camera, DepthFacts, DepthMap, Detections, Frame, Perception, Scene
from howfar.scene.margins import DomainMargin, Margins, Spread
from howfar.scene.schema import scene_schema
from howfar.sources.as_frame import as_frame

WIDTH_PX, HEIGHT_PX = 640, 480
JSON_FORM = jsonschema.Draft202012Validator(scene_schema())
MARGINS = Margins(
    domains=(DomainMargin("rooms", (1.0, 8.0), (1.3, 1.5)),),
    spreads=(Spread("size", "rooms", 1.5), Spread("joined", "outdoors", 1.2)),
)
AWAY_M = np.tile(np.linspace(60, 1, 60, dtype=np.float32)[:, None], (1, 80))
MAPS_M = {
    "one distance": np.full((60, 80), 3.0, dtype=np.float32),
    "all sky": np.full((60, 80), np.nan, dtype=np.float32),
    "sky above": np.where(np.arange(60)[:, None] < 30, np.nan, AWAY_M).astype(np.float32),
}
OBJECTS = {
    "no objects": [],
    "one object": [("person", (100, 100, 150, 300))],
    "the whole frame": [("car", (0, 0, 640, 480))],
    "at the frame": [("truck", (0, 200, 300, 480)), ("person", (500, 0, 640, 480)), ("bus", (0, 0, 10, 10))],
    "without area": [("person", (100, 100, 100, 300)), ("car", (100, 100, 200, 100))],
    "above the horizon": [("train", (100, 10, 300, 100)), ("kite", (50, 50, 90, 90))],
}
CAMERAS = {
    "in the middle": None,
    "off the centre": Camera(WIDTH_PX, HEIGHT_PX, 500.0, 500.0, 100.0, 50.0),
    "beside the picture": Camera(WIDTH_PX, HEIGHT_PX, 500.0, 500.0, 320.0, 900.0),
}
NETWORKS = {
    "no limit": DepthFacts("a"),
    "rooms": DepthFacts("b", reach_m=10.0),
    "streets": DepthFacts("c", reach_m=80.0, margins=MARGINS),
    "measured": DepthFacts("d", log_sd=0.01, measured=True),
}


@pytest.mark.parametrize("facts", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("depth_m", MAPS_M.values(), ids=MAPS_M)
@pytest.mark.parametrize("objects", OBJECTS.values(), ids=OBJECTS)
def test_every_object_has_a_distance_in_its_interval_or_a_reason(objects, depth_m, facts: DepthFacts) -> None:
    boxes = np.array([box for _, box in objects], dtype=np.float32).reshape(-1, 4)
    found = Detections.from_boxes(boxes, [label for label, _ in objects])
    image = np.zeros((HEIGHT_PX, WIDTH_PX, 3), dtype=np.uint8)
    models = {"detector": "d", "depth": "n"}
    for camera in CAMERAS.values():
        seen = Perception(Frame(image, "photo", camera), found, DepthMap(depth_m, "metres"), facts, models)
        for cues in ("auto", "size", "ground", "depth", "all"):
            ranging = Ranging((parse_method("median"),), parse_cues(cues, camera_height_m=1.6), 5.0)
            view = scene_of(seen, range_objects(seen, ranging)[0], ranging.max_depth_m)
            for each in (*view.objects, *view.beyond):
                distance = each.distance
                assert distance.is_known == (distance.reason == "")
                assert not distance.is_known or 0 < distance.low_m < distance.depth_m < distance.high_m < math.inf
            content = json.loads(view.to_json())
            assert Scene.from_dict(content).to_dict() == content
    JSON_FORM.validate(content)  # of the last one, as it takes long


@pytest.mark.parametrize("way", ["file", "picture of Pillow's", "array", "frame of a video"])
def test_a_whole_turn_is_doubted_whichever_way_it_comes(tmp_path: Path, way: str) -> None:
    columns, rows = np.linspace(0, math.tau, 800), np.linspace(0, 3, 400)[:, None]
    grey = (127 + 60 * np.sin(columns) + 40 * np.cos(rows)).astype(np.uint8)
    pixels = np.repeat(grey[:, :, None], 3, axis=2)
    Image.fromarray(pixels).save(tmp_path / "turn.png")
    frame = {
        "file": lambda: as_frame(tmp_path / "turn.png"),
        "picture of Pillow's": lambda: as_frame(Image.open(tmp_path / "turn.png")),
        "array": lambda: as_frame(pixels),
        "frame of a video": lambda: Frame(pixels, "turn.mp4", index=0, time_s=0.0),
    }[way]()
    camera = Rangefinder.of(DepthAlone()).camera_for(frame)
    assert camera.origin == "assumed"
    assert camera.focal_px == pytest.approx(800 / math.tau)
    assert "its edges meet" in camera.doubt.reason
