"""One shard: its pictures are looked at, and its file is written, by whoever is asked; twice gives the same bytes."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pyarrow.parquet as pq

from howfar.batch.looking import BatchRangefinder, as_table
from howfar.batch.plan import Plan


@dataclass(frozen=True)
class Written:
    """What is told of a shard that is written.

    Attributes:
        shard: Its number.
        pictures: How many pictures it has.
        failed: How many of these could not be looked at.
    """

    shard: int
    pictures: int
    failed: int


def write_shard(
    plan: Plan,
    shard: int,
    looker: BatchRangefinder,
    told: Callable[[int], None] = lambda done: None,
    deadly: Collection[int] = (),
) -> Written:
    """Look at the pictures of a shard, and write its file.

    Args:
        plan: The plan of all.
        shard: The shard's number.
        looker: Makes the rows.
        told: Called after each picture with how many are done.
        deadly: As for `BatchRangefinder.rows`.

    Raises:
        OutputError: If the file cannot be written.
        ModelError: If the networks fail.
    """

    def counted(rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for done, row in enumerate(rows, 1):
            told(done)
            yield row

    table = as_table(counted(looker.rows(plan.sources(shard), deadly)))
    buffer = BytesIO()
    pq.write_table(table.replace_schema_metadata(plan.footer()), buffer, compression="zstd")
    plan.folder.write(plan.shard_name(shard), buffer.getvalue())
    return Written(shard, table.num_rows, table.num_rows - table.column("error").null_count)


def written(plan: Plan, shard: int) -> Written:
    """What is told of a shard that is there, by its footer."""
    with plan.folder.open(plan.shard_name(shard)) as file:
        metadata = pq.read_metadata(file)
    column = metadata.schema.names.index("error")
    good = sum(
        metadata.row_group(group).column(column).statistics.null_count for group in range(metadata.num_row_groups)
    )
    return Written(shard, metadata.num_rows, metadata.num_rows - good)
