"""What the cues see of objects."""

import numpy as np

from howfar.ranging.cues.seen import seen_objects
from howfar.ranging.cues.sizes import default_sizes
from howfar.scene import Detections


def test_objects_of_a_class_know_how_many_they_are() -> None:
    labels = ["Book", "cup", "book", "tv", "tv", "desk", "table"]
    boxes = np.array([[10 * k, 0, 10 * k + 8, 20] for k in range(len(labels))], dtype=np.float32)
    seen = seen_objects(Detections.from_boxes(boxes, labels), default_sizes())
    assert [one.alike for one in seen] == [2, 1, 2, 1, 1, 2, 2]
    assert [one.size and one.size.name for one in seen] == [
        *("book", "cup", "book", None, None, "dining table", "dining table")
    ]
