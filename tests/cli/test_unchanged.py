"""What `howfar look --format json` prints for a few pictures stays what it was, to the last printed digit.

The expected scenes are those of the program since it knows streets (depth-rooms-streets). Whoever changes them on
purpose writes them again with `python -m tests.cli.test_unchanged ../shared` and says so in CHANGELOG.md.
"""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from howfar.cli.app import app
from howfar.models import DEFAULT_DEPTH
from tests.cli.relative_twin import relative_twin

EXPECTED = Path(__file__).with_name("expected")
DIGITS = {"box_xyxy_px": 2, "fx_px": 2, "fy_px": 2, "cx_px": 2, "cy_px": 2}
"""Digits behind the point that numbers are printed with, where they are not `OTHERS`."""
OTHERS = 4
SIGNIFICANT = 1e-5
"""One in the last of the six digits that a scale of an alignment keeps, whatever its size, at most."""

COCO, NYU, KITTI = "coco_train337/images", "nyu_depth_v2", "kitti_object3/image_2"
NYU_FOCAL = ("--focal-px", "519")
Words = tuple[str, ...]


def measured_depth(shared: Path, folder: Path) -> Words:
    """NYU's own depth of picture 0005, in metres."""
    steps = np.asarray(Image.open(shared / "data" / NYU / "depth8" / "0005.png"))
    np.save(folder / "depth.npy", ((steps + 0.5) * 9.99547 / 255).astype(np.float32))
    return ("--depth", str(folder / "depth.npy"))


def relative_network(shared: Path, folder: Path) -> Words:
    """The embedded depth network with a card that says that it has no metres."""
    return ("--depth-model", str(relative_twin(folder)))


def nothing(shared: Path, folder: Path) -> Words:
    """Nothing of its own."""
    return ()


CASES: dict[str, tuple[str, Words, Callable[[Path, Path], Words]]] = {
    "riders": (f"{COCO}/000000000049.jpg", (), nothing),
    "motorcycle": (f"{COCO}/000000000073.jpg", (), nothing),
    "room": (f"{NYU}/rgb/0005.jpg", NYU_FOCAL, nothing),
    "street": (f"{KITTI}/000007.png", ("--focal-px", "721.54"), nothing),
    "street-all-cues": (
        f"{KITTI}/000007.png",
        ("--focal-px", "721.54", "--cues", "all", "--camera-height", "1.65"),
        nothing,
    ),
    "room-own-depth": (f"{NYU}/rgb/0005.jpg", NYU_FOCAL, measured_depth),
    "room-anchor": (f"{NYU}/rgb/0005.jpg", (*NYU_FOCAL, "--anchor", DEFAULT_DEPTH), relative_network),
    "room-known": (f"{NYU}/rgb/0005.jpg", (*NYU_FOCAL, "--known", "1=2.2", "--known", "4=3.1"), relative_network),
    "room-ranks": (f"{NYU}/rgb/0005.jpg", NYU_FOCAL, relative_network),
}
"""A picture, words of the command line, and what has to be made for it first."""


def scene_of(name: str, shared: Path, folder: Path) -> dict[str, Any]:
    """What is printed now, without the times, the picture's folder, and the words of `no_metres`."""
    picture, words, made = CASES[name]
    arguments = ["look", str(shared / "data" / picture), "--format", "json", "--precision", "fp32", *words]
    arguments += made(shared, folder)
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.stderr
    scene = json.loads(result.stdout)
    del scene["timing_ms"]
    return scene | {"source": Path(scene["source"]).name, "no_metres": scene["no_metres"] is not None}


def same(found: Any, expected: Any, key: str = "") -> Any:
    """Assert that two scenes are the same, numbers up to one in their last printed digit."""
    if isinstance(expected, dict):
        assert found.keys() == expected.keys(), key
        for name, value in expected.items():
            same(found[name], value, f"{key}.{name}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), key
        for index, (one, other) in enumerate(zip(found, expected, strict=True)):
            same(one, other, f"{key}[{index}]")
    elif isinstance(expected, float):
        name = key.rpartition(".")[2].partition("[")[0]
        absolute = 1.01 * 10.0 ** -DIGITS.get(name, OTHERS)
        relative = SIGNIFICANT if ".alignment" in key else 0.0
        assert found == pytest.approx(expected, abs=absolute, rel=relative), key
    else:
        assert found == expected, key


@pytest.mark.parametrize("name", CASES)
def test_look_prints_what_it_printed(name: str, shared: Path, tmp_path: Path) -> None:
    same(scene_of(name, shared, tmp_path), json.loads((EXPECTED / f"{name}.json").read_text(encoding="utf-8")))


def test_every_expected_scene_is_looked_at() -> None:
    assert {path.stem for path in EXPECTED.glob("*.json")} == set(CASES)


def write_expected(shared: Path) -> None:
    """Write what is printed now as what is expected."""
    for name in CASES:
        with tempfile.TemporaryDirectory() as folder:
            text = json.dumps(scene_of(name, shared, Path(folder)), indent=1, ensure_ascii=False)
        (EXPECTED / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_expected(Path(sys.argv[1]).resolve())
