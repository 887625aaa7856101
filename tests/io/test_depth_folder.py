"""Folders of depth maps."""

from pathlib import Path

import numpy as np
import pytest

from howfar.errors import SourceError
from howfar.io.depth_folder import DepthFolder
from howfar.scene import DepthMap


def test_a_map_is_read_as_it_was_written_to_the_millimetre(tmp_path: Path) -> None:
    values = np.array([[1.2344, 3.0], [0.25, np.nan]], dtype=np.float32)
    folder = DepthFolder(tmp_path / "maps")
    folder.write("0007", DepthMap(values, "metres"))
    read = folder.read("0007")
    np.testing.assert_array_equal(read.valid, [[True, True], [True, False]])
    np.testing.assert_allclose(read.values[read.valid], [1.234, 3.0, 0.25], atol=1e-6)


def test_a_map_of_close_things_is_not_taken_for_metres(tmp_path: Path) -> None:
    folder = DepthFolder(tmp_path)
    folder.write("near", DepthMap(np.full((2, 2), 0.004, dtype=np.float32), "metres"))
    np.testing.assert_allclose(folder.read("near").values, 0.004)


def test_a_picture_without_a_map_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no depth map of the picture 0001"):
        DepthFolder(tmp_path).read("0001")
