"""Writing pictures."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from howfar.errors import OutputError
from howfar.io.picture_writer import png_bytes, save_picture

IMAGE = np.full((30, 40, 3), (200, 100, 50), dtype=np.uint8)


@pytest.mark.parametrize("ending", [".jpg", ".jpeg", ".png", ".webp", ".tiff", ".bmp", ".JPG"])
def test_a_picture_is_written_as_its_ending_says(tmp_path: Path, ending: str) -> None:
    path = save_picture(IMAGE, tmp_path / f"photo{ending}")
    assert path == tmp_path / f"photo{ending}"
    assert np.asarray(Image.open(path).convert("RGB")).mean(axis=(0, 1)) == pytest.approx([200, 100, 50], abs=3)


def test_an_ending_that_is_not_written_becomes_png(tmp_path: Path) -> None:
    assert save_picture(IMAGE, tmp_path / "photo.heic") == tmp_path / "photo.png"
    assert Image.open(tmp_path / "photo.png").format == "PNG"


def test_a_picture_too_large_for_its_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"write it as \.png"):
        save_picture(np.zeros((1, 70000, 3), dtype=np.uint8), tmp_path / "wide.webp")
    assert list(tmp_path.iterdir()) == []


def test_png_bytes_are_a_png() -> None:
    assert (np.asarray(Image.open(BytesIO(png_bytes(IMAGE)))) == IMAGE).all()
