"""The check that a camera file's scale of depth is used with the network that it was found with."""

from howfar.errors import SettingError
from howfar.scene import DepthFacts
from howfar.scene.calibration import DepthScale


def check_scale(scale: DepthScale | None, facts: DepthFacts, *, camera_scale: bool = True) -> None:
    """Refuse a scale that was found with another depth network, or with other settings.

    Args:
        scale: The camera file's scale; None where it has none.
        facts: Facts about the network in use.
        camera_scale: Whether the network's depth is scaled by the focal length.

    Raises:
        SettingError: If the scale is that of another network, or depth is not scaled by the focal length.
    """
    if scale is None:
        return
    if facts.sha256 != scale.depth_sha256:
        raise SettingError(
            f"The camera file's scale is that of the depth network {scale.depth_name} "
            f"(SHA-256 {scale.depth_sha256[:12]}…), not of this {facts.name}: calibrate again with this network, or "
            "take [scale] out of the camera file."
        )
    if not camera_scale:
        raise SettingError(
            "The camera file's scale comes on top of the camera scale and is wrong without it: scale by the "
            "camera, or take [scale] out of the camera file.",
            setting="camera_scale",
        )
