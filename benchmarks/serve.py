"""The server under load, from this machine alone: requests a second, the slowest, memory, whether answers are right.

    python benchmarks/serve.py photo.jpg --requests 300 --memory 2000

For 1, 8 and 64 clients at a time it sends a bounded number of requests over loopback, each with the same picture, and
compares each answer with what Python gives. The bare networks (detector, depth, ranging) are timed on the same picture
before and after, so that the ratio is of one run. A request that is told to come later (503) comes later, and counts.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path

import httpx
import numpy as np

from howfar import Rangefinder

AT_A_TIME = (1, 8, 64)
MEBIBYTE = 2**20


def main() -> None:
    """Start a server, ask it, and tell."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("picture", type=Path)
    parser.add_argument("--requests", type=int, default=300, help="of each number of clients")
    parser.add_argument("--memory", type=int, default=2000, help="further requests, over which memory is watched")
    told = parser.parse_args()
    data = told.picture.read_bytes()
    finder = Rangefinder()
    expected = comparable(finder.look(data).to_dict())
    before_s = look_s(finder, data)
    command = [sys.executable, "-m", "howfar", "serve", "--port", "0", "--quiet"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            url = address_of(server)
            for clients in AT_A_TIME:
                load(url, data, expected, clients, told.requests)
            start = memory_bytes(server.pid)
            load(url, data, expected, 8, told.memory)
            grown = (memory_bytes(server.pid) - start) / MEBIBYTE
            print(f"memory over {told.memory} requests: {grown:+.1f} MiB")
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(20)
    bare_s = statistics.median([before_s, look_s(finder, data)])
    print(f"Python's own look, no server: {1 / bare_s:.1f} pictures a second")


def look_s(finder: Rangefinder, data: bytes, rounds: int = 60) -> float:
    """The median time of a look in seconds, decoding included."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        finder.look(data)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def address_of(server: "subprocess.Popen[str]") -> str:
    """The address that a server tells when it is ready."""
    assert server.stderr is not None
    url = ""
    for line in server.stderr:
        if line.startswith("howfar serves at "):
            url = line.split()[-1].rstrip("/")
        if line.startswith("Ctrl-C"):
            return url
    raise SystemExit("The server did not start.")


def load(url: str, data: bytes, expected: dict[str, object], clients: int, requests: int) -> None:
    """Send requests, so many at a time, and tell how it went."""
    with httpx.Client(base_url=url, timeout=120, limits=httpx.Limits(max_connections=clients)) as client:
        start = time.perf_counter()
        with ThreadPoolExecutor(clients) as pool:
            answers = list(pool.map(ask, repeat(client, requests), repeat(data, requests)))
        took_s = time.perf_counter() - start
    right = sum(comparable(json.loads(text)) == expected for text, _, _ in answers)
    slowest_ms = 1e3 * float(np.percentile([seconds for _, seconds, _ in answers], 99))
    refused = sum(count for _, _, count in answers)
    print(
        f"{clients} at a time: {requests / took_s:.1f} requests a second, 99 % within {slowest_ms:.0f} ms, "
        f"{right} of {requests} right, {refused} times told to come later"
    )


def ask(client: httpx.Client, data: bytes) -> tuple[str, float, int]:
    """The answer to one request, the time it took, and how often it was told to come later."""
    start, refused = time.perf_counter(), 0
    while True:
        answer = client.post("/v1/look", content=data)
        if answer.status_code == 200:
            return answer.text, time.perf_counter() - start, refused
        if answer.status_code != 503:
            raise SystemExit(f"The server answered {answer.status_code}: {answer.text}")
        refused += 1
        time.sleep(float(answer.headers["Retry-After"]))


def comparable(scene: dict[str, object]) -> dict[str, object]:
    """A scene without what differs between two looks at one picture."""
    return {name: value for name, value in scene.items() if name not in ("timing_ms", "source")}


def memory_bytes(process: int) -> int:
    """The resident memory of a process (Linux)."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
