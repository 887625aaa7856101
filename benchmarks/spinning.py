"""How long ONNX Runtime's threads should wait awake for work, as ratios to not at all.

    python benchmarks/spinning.py [--rounds 8] [--neighbours 2]

The two embedded networks take turns, as in a look. Each setting runs in a process of its own, in turns, as sessions
with other settings in one process would share its cores; the median over a process's runs is taken, and of these the
least over the rounds. Neighbours are processes that keep a core busy each.
"""

import argparse
import subprocess
import sys
import time
from contextlib import ExitStack

import numpy as np
import onnxruntime

from howfar.models.library import DEFAULT_DEPTH, DEFAULT_DETECTOR, find_model
from howfar.models.preprocess import input_size

SPIN = "session.intra_op.spin_duration_us"
UNTIL_THE_RUN_ENDS = {"session.force_spinning_stop": "1"}
SETTINGS: dict[str, dict[str, str]] = {
    "not at all": {"session.intra_op.allow_spinning": "0"},
    **{f"{us} µs": {SPIN: str(us), **UNTIL_THE_RUN_ENDS} for us in (10, 20, 50, 200)},
    "till the run ends": UNTIL_THE_RUN_ENDS,
    "as by default": {},
}
RUNS = 60
BUSY = "while True: pass"


def median_ms(settings: dict[str, str]) -> float:
    """The median time of both networks one after the other, for a photo of 640×480."""
    works = []
    for name in (DEFAULT_DETECTOR, DEFAULT_DEPTH):
        path, card = find_model(name)
        options = onnxruntime.SessionOptions()
        for entry, value in settings.items():
            options.add_session_config_entry(entry, value)
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        width, height = input_size(640, 480, card.input)
        tensor = np.random.default_rng(0).normal(size=(1, 3, height, width)).astype(np.float32)
        works.append((session, {session.get_inputs()[0].name: tensor}))
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        for session, fed in works:
            session.run(None, fed)
        times.append(1e3 * (time.perf_counter() - start))
    return float(np.median(times))


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--neighbours", type=int, default=0)
    parser.add_argument("--one", choices=SETTINGS, help=argparse.SUPPRESS)  # what a process of its own is asked
    told = parser.parse_args()
    if told.one is not None:
        print(median_ms(SETTINGS[told.one]))
        return
    least = dict.fromkeys(SETTINGS, float("inf"))
    with ExitStack() as stack:
        for _ in range(told.neighbours):
            busy = stack.enter_context(subprocess.Popen([sys.executable, "-c", BUSY]))
            stack.callback(busy.kill)
        for _ in range(told.rounds):
            for name in SETTINGS:
                ran = subprocess.run([sys.executable, __file__, "--one", name], check=True, capture_output=True)
                least[name] = min(least[name], float(ran.stdout))
    for name, took_ms in least.items():
        print(f"{name:18} {took_ms:7.1f} ms   {took_ms / least['not at all']:.2f}")


if __name__ == "__main__":
    main()
