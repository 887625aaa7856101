"""The shipped examples run as they are."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import howfar
from tests.stereo.motorcycle import write_pair

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(EXAMPLES / words[0]), *words[1:]], capture_output=True, text=True, check=False
    )


def module(path: Path) -> ModuleType:
    """A file of an example, imported as its script does."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = loaded  # dataclasses look their module up
    spec.loader.exec_module(loaded)
    return loaded


def numbers(markdown: str) -> list[tuple[str, list[float]]]:
    """The rows of a table: what stands first, and the distances in metres."""
    rows = [line.strip("|").split("|") for line in markdown.splitlines() if line.startswith("| ") and " m " in line]
    return [(row[0].strip(), [float(cell.split()[0]) for cell in row[1:]]) for row in rows]


def test_the_page_of_the_hollow_chair_says_what_its_script_prints(tmp_path: Path) -> None:
    done = run("hollow_chair_curved_bed/make.py", "--out", str(tmp_path), "--width", "80")
    assert done.returncode == 0, done.stderr
    page = (EXAMPLES / "hollow_chair_curved_bed" / "README.md").read_text(encoding="utf-8")
    shown, printed = numbers(page), numbers(done.stdout)
    assert [name for name, _ in shown] == [name for name, _ in printed]
    for (name, once), (_, now) in zip(shown, printed, strict=True):
        assert now == pytest.approx(once, abs=0.02), f"{name}: run the script, and mend the page"
    for picture in re.findall(r"\]\((\w+\.jpg)\)", page):
        assert (tmp_path / picture).exists()
        assert (EXAMPLES / "hollow_chair_curved_bed" / picture).exists()


def test_the_example_renders_exact_depth() -> None:
    rendering = module(EXAMPLES / "hollow_chair_curved_bed" / "rendering.py")
    camera = howfar.Camera.from_fov(64, 48, 60.0)
    room = rendering.Block("", (0.0, -1.25, 1.5), (5.0, 2.5, 5.0), (200, 200, 200))
    crate = rendering.Block("crate", (0.0, -1.0, 2.5), (0.4, 0.4, 1.0), (90, 60, 30), 0.0)
    image, depth_m, seen = rendering.render([room, crate], camera, 1.0, 0.0)
    assert image.shape == (48, 64, 3)
    np.testing.assert_allclose(depth_m[seen == 1], 2.0, rtol=1e-5, err_msg="the crate's front, and nothing behind it")
    assert (seen == 1)[20:28, 28:36].all()
    np.testing.assert_allclose(depth_m[10, [0, 63]], 4.0, rtol=1e-5, err_msg="the far wall")
    rows = np.arange(40, 48)
    np.testing.assert_allclose(depth_m[rows, 5], camera.fy_px / (rows + 0.5 - camera.cy_px), rtol=1e-4)


def test_too_close_names_what_is_near(shared: Path) -> None:
    done = run("too_close.py", str(shared / "data/nyu_depth_v2/rgb/0005.jpg"), "--classes", "chair", "--metres", "3.5")
    assert done.returncode == 0, done.stderr
    assert "0005.jpg: chair at 3." in done.stdout


def test_too_close_tells_what_is_wrong_in_one_sentence(tmp_path: Path) -> None:
    done = run("too_close.py", str(tmp_path / "none.mp4"))
    assert done.returncode == 1
    assert done.stderr.startswith("too_close: There is no file")


def test_two_cameras_beside_one(tmp_path: Path) -> None:
    write_pair(tmp_path)
    done = run("two_cameras.py", *(str(tmp_path / name) for name in ("left.png", "right.png", "rig.toml")))
    assert done.returncode == 0, done.stderr
    line = next(line for line in done.stdout.splitlines() if line.startswith("motorcycle"))
    two, one = (float(part.split()[0]) for part in re.findall(r"eyes? +([\d.]+ m)", line))
    assert two == pytest.approx(2.4, abs=0.1)
    assert one != two
