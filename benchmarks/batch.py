"""`howfar batch` on one machine: pictures a second by so many processes, over the bare networks, and what kills leave.

    python benchmarks/batch.py photos/ --rounds 3
    python benchmarks/batch.py photos/ --kills 20

The first takes turns: the bare networks (detector, depth, ranging: what each is fed was kept beforehand) in one process
of one thread, then batches by one process of one thread, by one for each core, and by one process with as many threads.
Rates are of the middle of each run, when all networks are open. The processor's time of each picture is told beside
them, which hangs less on what else the machine does. The second kills, with SIGKILL and at random, all processes of a
run, the first of them, or one that works, and starts the same command again: every picture must be one row, and the
files those of a run that nobody killed; options of `howfar batch` follow after --. It is for Linux.
"""

import argparse
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from howfar.batch.inputs import list_pictures
from howfar.batch.processes import on_processes
from howfar.batch.run import run_batch
from howfar.models.processor import usable_cores
from howfar.pipeline.spec import RangefinderSpec

MIDDLE = (0.25, 0.75)
"""What part of a run its rate is of."""
WARM_UP = 5
ALL, FIRST, WORKER = "all processes", "the first process", "one that works"
HOWFAR = "from howfar.cli.app import main\nif __name__ == '__main__': main()"


def main() -> None:
    """Time it, or kill it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("photos", type=Path)
    parser.add_argument("--pictures", type=int, default=200, help="of each run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engine", default="onnxruntime")
    parser.add_argument("--kills", type=int, default=0, help="kill so often, in place of timing")
    parser.add_argument("--longest", type=float, default=10.0, help="seconds until a kill, at most")
    parser.add_argument("--seed", type=int, default=0)
    words = sys.argv[1:]
    end = words.index("--") if "--" in words else len(words)
    told = parser.parse_args(words[:end])
    pictures = list(islice(list_pictures([str(told.photos)]), told.pictures))
    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder, "pictures.txt")
        manifest.write_text("\n".join(pictures))
        if told.kills:
            command = ["--engine", told.engine, "--shard-size", "4", *words[end + 1 :]]
            kill_often(manifest, Path(folder), command, told.kills, told.longest, random.Random(told.seed))
        else:
            take_turns(manifest, pictures, Path(folder), told.engine, told.rounds)


def take_turns(manifest: Path, pictures: Sequence[str], folder: Path, engine: str, rounds: int) -> None:
    """Time all ways in turns, and print the medians and the ratios of each round."""
    cores = usable_cores()
    bare = "bare networks, 1 × 1"
    ways: dict[str, Callable[[], tuple[float, float]]] = {
        bare: partial(alone, time_bare, pictures[:60], engine),
        "1 process × 1 thread": partial(time_batch, manifest, folder, engine, 1, 1),
        f"{cores} processes × 1 thread": partial(time_batch, manifest, folder, engine, cores, 1),
        f"1 process × {cores} threads": partial(time_batch, manifest, folder, engine, 1, cores),
    }
    taken: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
    for number in range(rounds):
        for way, measure in ways.items():
            taken[way].append(measure())
            rate, cpu_ms = taken[way][-1]
            print(
                f"round {number + 1}, {way}: {rate:.2f} pictures a second, {cpu_ms:.1f} ms of a processor each, "
                f"load {os.getloadavg()[0]:.1f}",
                flush=True,
            )
    bare_taken, one, many, threads = taken.values()
    print(f"{'overhead over the bare networks, by wall clock':60}{ratio(bare_taken, one, 0):.3f}")
    print(f"{'the same, by the time of the processor':60}{ratio(one, bare_taken, 1):.3f}")
    print(f"{f'{cores} processes over one, by wall clock':60}{ratio(many, one, 0):.3f}")
    print(f"{'the same, by the time of the processor':60}{cores * ratio(one, many, 1):.3f}")
    print(f"{f'{cores} processes over {cores} threads, by wall clock':60}{ratio(many, threads, 0):.3f}")


def ratio(above: Sequence[tuple[float, float]], below: Sequence[tuple[float, float]], at: int) -> float:
    """The median of the rounds' ratios: each is of what was measured one after the other."""
    return statistics.median(one[at] / other[at] for one, other in zip(above, below, strict=True))


def alone(measure: Callable[..., tuple[float, float]], *given: Any) -> tuple[float, float]:
    """Measure in a process of its own."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, given)


def time_bare(pictures: Sequence[str], engine: str) -> tuple[float, float]:
    """Pictures a second, and processor's milliseconds each, of the networks alone, one thread each."""
    import cv2

    cv2.setNumThreads(1)
    finder = RangefinderSpec(threads=1, engine=engine).open()  # type: ignore[arg-type]
    perceiver: Any = finder.perceiver
    (method,) = finder.ranging.methods
    sessions = [perceiver.detector.session, perceiver.depth.session, method.network.session]  # type: ignore[attr-defined]
    fed: list[tuple[Any, tuple[Any, ...]]] = []
    for kind in {type(session) for session in sessions}:
        keep(kind, fed)
    for picture in pictures:
        finder.look(picture)
    runs = [(session, tensors) for session, tensors in fed if session in sessions]
    for kind in {type(session) for session in sessions}:
        kind.run = kind.run.__wrapped__
    for session, tensors in runs[: 3 * WARM_UP]:
        session.run(*tensors)
    wall, processor = time.perf_counter(), time.process_time()
    for session, tensors in runs:
        session.run(*tensors)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    return len(pictures) / wall, 1e3 * processor / len(pictures)


def keep(kind: Any, fed: list[tuple[Any, tuple[Any, ...]]]) -> None:
    """Let a kind of session keep what it is fed."""
    run = kind.run

    def kept(self: Any, *tensors: Any) -> Any:
        fed.append((self, tensors))
        return run(self, *tensors)

    kept.__wrapped__ = run  # type: ignore[attr-defined]
    kind.run = kept


def time_batch(manifest: Path, folder: Path, engine: str, processes: int, threads: int) -> tuple[float, float]:
    """Pictures a second of the middle of a run, and processor's milliseconds each."""
    out = tempfile.mkdtemp(dir=folder)
    spec = RangefinderSpec(threads=threads, engine=engine)  # type: ignore[arg-type]
    times: dict[int, tuple[float, float]] = {}
    running = partial(on_processes, processes=processes)
    for progress in run_batch([str(manifest)], f"{out}/results", spec, runner=running, shard_pictures=10):
        times.setdefault(progress.done, (time.perf_counter(), processors_s()))
    first, last = (min(times, key=lambda done: abs(done - part * progress.pictures)) for part in MIDDLE)
    wall, processor = (after - before for before, after in zip(times[first], times[last], strict=True))
    return (last - first) / wall, 1e3 * processor / (last - first)


def processors_s() -> float:
    """The processor's seconds of this process's children that live."""
    return sum(processor_s(child) for child in children(os.getpid()))


def processor_s(process: int) -> float:
    """The processor's seconds that a process has used."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children(process: int) -> list[int]:
    """The processes that a process has started."""
    try:
        return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []


def kill_often(
    manifest: Path, folder: Path, options: Sequence[str], kills: int, longest_s: float, chance: random.Random
) -> None:
    """Kill runs until it was done so often, and check what comes of each that ends."""
    expected = ended_well(run_of(manifest, folder / "whole", options), folder / "whole")
    killed, number = {ALL: 0, FIRST: 0, WORKER: 0}, 0
    while sum(killed.values()) < kills:
        number += 1
        out = folder / f"killed-{number}"
        run = run_of(manifest, out, options)
        while sum(killed.values()) < kills and (victim := kill_one(run, chance, longest_s)) is not None:
            killed[victim] += 1
            print(
                f"killed {victim}: {len(list(out.glob('part-*')))} of {len(expected) - 1} files are there", flush=True
            )
            if victim != WORKER:  # without one of its processes it goes on by itself
                run.wait()
                run = run_of(manifest, out, options)
        run.wait()
        result = ended_well(run_of(manifest, out, options), out)
        if result != expected:
            raise SystemExit("The files are not those of a run that was not killed.")
    print(f"{sum(killed.values())} kills ({json.dumps(killed)}), {number} results: no row is missing, none is twice.")


def run_of(manifest: Path, out: Path, options: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Start `howfar batch`, with its processes as a group."""
    command = [sys.executable, "-c", HOWFAR, "batch", str(manifest), "--out", str(out), *options]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)


def kill_one(run: "subprocess.Popen[bytes]", chance: random.Random, longest_s: float) -> str | None:
    """Kill at random; what was killed, or None where the run had ended before."""
    victim = chance.choice((ALL, FIRST, WORKER))
    try:
        run.wait(chance.uniform(0.1, longest_s))
    except subprocess.TimeoutExpired:
        workers = children(run.pid)
        if victim == ALL:
            os.killpg(run.pid, signal.SIGKILL)
        elif victim == WORKER and workers:
            os.kill(chance.choice(workers), signal.SIGKILL)
        else:
            victim = FIRST
            run.kill()
        return victim
    return None


def ended_well(run: "subprocess.Popen[bytes]", out: Path) -> dict[str, bytes]:
    """The files of a run that ends by itself, each picture of which is one row."""
    if run.wait() != 0 or not (out / "_SUCCESS").exists():
        raise SystemExit(f"The run ended with exit code {run.returncode}.")
    table, plan = pq.read_table(out, columns=["index", "source"]), pq.read_table(out / "_plan" / "pictures.parquet")
    if table.column("index").to_pylist() != list(range(plan.num_rows)):
        raise SystemExit("A row is missing, or is there twice.")
    if table.column("source").to_pylist() != plan.column("source").to_pylist():
        raise SystemExit("A row is of another picture.")
    return {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}


if __name__ == "__main__":
    main()
