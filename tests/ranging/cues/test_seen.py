"""What the cues see of objects."""

import numpy as np

from howfar.ranging.cues.seen import seen_objects
from howfar.ranging.cues.sizes import default_sizes
from howfar.scene import Detections


def test_objects_of_a_class_know_how_many_they_are() -> None:
    boxes = np.array([[10 * k, 0, 10 * k + 8, 20] for k in range(5)], dtype=np.float32)
    seen = seen_objects(Detections.from_boxes(boxes, ["Book", "cup", "book", "book", "cup"]), default_sizes())
    assert [one.alike for one in seen] == [3, 2, 3, 3, 2]
    assert [one.size.name for one in seen if one.size is not None] == ["book", "cup", "book", "book", "cup"]
