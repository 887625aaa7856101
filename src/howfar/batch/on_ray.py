"""Shards on a cluster: Ray Data hands their numbers to actors, each of which keeps its networks open."""

import logging
import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from howfar.batch.looking import BatchRangefinder
from howfar.batch.plan import Plan
from howfar.batch.shards import Written, write_shard
from howfar.errors import HowfarError, MissingExtraError, SettingError


class ShardWriter:
    """What an actor does. A shard that was written twice, as its actor was thought dead, is the same file."""

    def __init__(self, plan: Plan, looker: BatchRangefinder) -> None:
        """Take what it works on; networks are opened at the first shard."""
        self.plan, self.looker = plan, looker

    def __call__(self, batch: dict[str, NDArray[np.int64]]) -> dict[str, list[int] | list[str]]:
        """Write a shard, and tell what `Written` tells of it, or why it cannot go on.

        Raised, an error of ours would come through as text of Ray's, with a traceback in it.
        """
        (shard,) = batch["shard"].tolist()
        try:
            done, error = write_shard(self.plan, shard, self.looker), ""
        except HowfarError as caught:
            done, error = Written(shard, 0, 0), str(caught)
        return {"shard": [shard], "pictures": [done.pictures], "failed": [done.failed], "error": [error]}


def on_ray(
    plan: Plan, shards: Iterable[int], looker: BatchRangefinder, *, address: str | None, processes: int | None
) -> Generator[Written, None, None]:
    """Write shards by the actors of a Ray cluster, which have to see the folder of the results and the pictures.

    Args:
        plan: The plan.
        shards: The shards to write.
        looker: Makes the rows.
        address: The cluster's address; `auto` for the one that is there; one of this machine's own when None.
        processes: How many actors there are; as many as the cluster has cores for when None.

    Raises:
        SettingError: If the cluster cannot be reached.
        HowfarError: If an actor cannot go on: whatever is wrong with a picture is in its row.
        MissingExtraError: If Ray is not installed.
    """
    with _connected(address) as ray:
        threads = looker.spec.threads or 1
        most = processes or max(1, int(ray.cluster_resources().get("CPU", 1)) // threads)
        numbers = list(shards)
        rows = ray.data.from_items([{"shard": shard} for shard in numbers], override_num_blocks=len(numbers))
        done = rows.map_batches(
            ShardWriter,
            fn_constructor_args=(plan, looker),
            batch_size=1,
            num_cpus=threads,
            compute=ray.data.ActorPoolStrategy(size=min(most, len(numbers))),
        )
        for row in done.iter_rows():
            if row["error"]:
                raise HowfarError(row["error"])
            yield Written(row["shard"], row["pictures"], row["failed"])


@contextmanager
def _connected(address: str | None) -> Generator[Any, None, None]:
    """Ray, connected to a cluster; one that this process had already is kept. What it would send home is not sent."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    try:
        import ray
        import ray.data
    except ImportError:
        raise MissingExtraError("--on ray", "cluster") from None
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    ray.data.DataContext.get_current().enable_progress_bars = False
    if ray.is_initialized():
        yield ray
        return
    try:
        ray.init(address=address, log_to_driver=False, logging_level="error")
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise SettingError(
            f"No Ray cluster answers at {address} ({str(error).splitlines()[0]}): start one by  ray start --head  , or "
            "leave the address out.",
            setting="address",
        ) from None
    try:
        yield ray
    finally:
        ray.shutdown()
