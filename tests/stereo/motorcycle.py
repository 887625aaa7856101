"""A real pair with its rig: the motorcycle of Middlebury 2014, as scikit-image ships it."""

from pathlib import Path

import cv2
from skimage import data


def write_pair(folder: Path) -> None:
    """Write it at half its size: left.png, right.png and rig.toml."""
    for name, image in zip(("left", "right"), data.stereo_motorcycle()[:2], strict=True):
        small = cv2.resize(image, (370, 250), interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(folder / f"{name}.png"), small[..., ::-1])
    rig = "width_px = 370\nheight_px = 250\nfocal_px = 497.5\nbaseline_m = 0.193\noffset_px = 15.5\n"
    (folder / "rig.toml").write_text(rig)
