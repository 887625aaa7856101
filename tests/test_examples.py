"""The shipped examples run as they are."""

import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(EXAMPLES / words[0]), *words[1:]], capture_output=True, text=True, check=False
    )


def test_too_close_names_what_is_near(shared: Path) -> None:
    done = run("too_close.py", str(shared / "data/nyu_depth_v2/rgb/0005.jpg"), "--classes", "chair", "--metres", "3.5")
    assert done.returncode == 0, done.stderr
    assert "0005.jpg: chair at 3." in done.stdout


def test_too_close_tells_what_is_wrong_in_one_sentence(tmp_path: Path) -> None:
    done = run("too_close.py", str(tmp_path / "none.mp4"))
    assert done.returncode == 1
    assert done.stderr.startswith("too_close: There is no file")
