"""Start-up and memory of the command, each the least (memory: the most) of several runs of a fresh process.

python benchmarks/startup.py PHOTO
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import av
import numpy as np

RUNS = 5


def run(words: list[str], folder: str) -> tuple[float, float]:
    """Seconds and peak memory in MB of one process."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, *words], cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{words} failed")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def report(name: str, words: list[str], bar: str) -> None:
    """Time a command, and print it with its bar."""
    with tempfile.TemporaryDirectory() as folder:
        runs = [run(words, folder) for _ in range(RUNS)]
    print(f"{name:34} {min(s for s, _ in runs):6.2f} s  {max(mb for _, mb in runs):6.0f} MB   ({bar})")


def write_video(path: Path, seconds: float, fps: int = 5) -> None:
    """A noisy 320×240 video."""
    rng = np.random.default_rng(0)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=fps)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for _ in range(round(seconds * fps)):
            image = np.kron(rng.integers(0, 255, (12, 16, 3), dtype=np.uint8), np.ones((20, 20, 1), dtype=np.uint8))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode(None))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photo", type=Path)
    photo = str(parser.parse_args().photo.resolve())
    report("python -c pass", ["-c", "pass"], "what the interpreter takes")
    report("import howfar", ["-c", "import howfar"], "bar: 0.1 s above the interpreter")
    report("howfar --help", ["-m", "howfar", "--help"], "bar: 0.15 s above the interpreter")
    report("howfar look photo.jpg", ["-m", "howfar", "look", photo], "bar: 1.5 s, 350 MB")
    with tempfile.TemporaryDirectory() as folder:
        for seconds in (10, 600):
            path = Path(folder) / f"{seconds}.avi"
            write_video(path, seconds)
            spent, memory = run(["-m", "howfar", "look", str(path), "--threads", "2"], folder)
            print(
                f"video of {seconds:3} s at 5 frames a second   {spent:6.2f} s  {memory:6.0f} MB   (bar: within 50 MB)"
            )


if __name__ == "__main__":
    main()
