"""A scale is used with the network that it was found for, and with no other."""

from pathlib import Path

import pytest

from howfar.errors import SettingError
from howfar.models import open_depth_network
from howfar.models.model_file import file_digest
from howfar.pipeline.depth_scale import check_scale
from howfar.scene.calibration import DepthScale
from tests.models.onnx_files import mean_depth


def test_its_own_network_is_accepted(tmp_path: Path) -> None:
    path = mean_depth(tmp_path)
    check_scale(DepthScale(1.2, "depth", file_digest(path)), open_depth_network(path).facts)
    check_scale(None, open_depth_network(path).facts, camera_scale=False)


@pytest.mark.parametrize(
    ("digest", "camera_scale", "says", "setting"),
    [
        pytest.param("ab" * 32, True, "calibrate again with this network", "", id="another network"),
        pytest.param(
            None,
            False,
            "wrong without it: scale by the camera",
            "camera_scale",
            id="metres without the camera's scale",
        ),
    ],
)
def test_anything_else_is_refused(
    tmp_path: Path, digest: str | None, camera_scale: bool, says: str, setting: str
) -> None:
    path = mean_depth(tmp_path)
    scale = DepthScale(1.2, "theirs", digest or file_digest(path))
    with pytest.raises(SettingError, match=says) as refused:
        check_scale(scale, open_depth_network(path).facts, camera_scale=camera_scale)
    assert refused.value.setting == setting
