"""Which picture belongs to which shard: made once from the list of all pictures, and kept beside the results."""

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from io import BytesIO
from itertools import islice
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from howfar.batch.folder import ResultFolder
from howfar.batch.identity import Identity
from howfar.errors import OutputError

PLAN = "_plan/plan.json"
PICTURES = "_plan/pictures.parquet"
"""The plan, and its list of pictures: a row group for each shard. Readers of Parquet pass over names with _."""
SUCCESS = "_SUCCESS"
"""Is there when all shards are."""

MOST_OF_A_SHARD = 2000
LEAST_OF_A_SHARD = 8
SHARDS_OF_A_FEW = 64
"""How many shards a list gets that is shorter than `MOST_OF_A_SHARD` times that, so that all processes have some."""

_PLAN_FOLDER, _, _PLAN_NAME = PLAN.partition("/")
_LIST = pa.schema([pa.field("source", pa.string(), nullable=False)])


@dataclass(frozen=True)
class Plan:
    """The plan of one set of results.

    Attributes:
        folder: Where the results are.
        identity: What their numbers hang on.
        pictures: How many pictures there are.
        shard_pictures: How many of them each shard has; the last one has the rest.
        digest: SHA-256 of the list of pictures, in hexadecimal.
    """

    folder: ResultFolder
    identity: Identity
    pictures: int
    shard_pictures: int
    digest: str

    @property
    def shards(self) -> int:
        """How many shards there are."""
        return -(-self.pictures // self.shard_pictures)

    def shard_size(self, shard: int) -> int:
        """How many pictures a shard has."""
        return min(self.shard_pictures, self.pictures - shard * self.shard_pictures)

    def shard_name(self, shard: int) -> str:
        """The name of its file."""
        return f"part-{shard:06d}.parquet"

    def missing(self) -> list[int]:
        """The shards that are not there yet."""
        there = self.folder.names()
        return [shard for shard in range(self.shards) if self.shard_name(shard) not in there]

    def sources(self, shard: int) -> list[tuple[int, str]]:
        """The number and the source of each picture of a shard."""
        with self.folder.open(PICTURES) as file:
            names = pq.ParquetFile(file).read_row_group(shard).column(0).to_pylist()
        return list(enumerate(names, shard * self.shard_pictures))

    def footer(self) -> dict[str, str]:
        """What each file of the results tells in its footer; mappings are JSON."""
        facts = {**asdict(self.identity), "plan": self.digest}
        return {f"howfar.{name}": each if isinstance(each, str) else json.dumps(each) for name, each in facts.items()}


@dataclass(frozen=True)
class Listing:
    """The list of all pictures, in a temporary file: memory need not hold it.

    Attributes:
        file: One JSON text a line.
        count: How many there are.
        digest: SHA-256 of the file, in hexadecimal.
    """

    file: IO[str]
    count: int
    digest: str

    def __iter__(self) -> Iterator[str]:
        self.file.seek(0)
        return map(json.loads, self.file)


@contextmanager
def listed(pictures: Iterable[str]) -> Iterator[Listing]:
    """Keep a list of pictures during the block."""
    count, digest = 0, hashlib.sha256()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        for each in pictures:
            line = json.dumps(each) + "\n"
            digest.update(line.encode())
            file.write(line)
            count += 1
        yield Listing(file, count, digest.hexdigest())


def refuse_foreign(folder: ResultFolder) -> None:
    """Raise OutputError where a folder holds something else than results."""
    names = folder.names()
    if names and _PLAN_FOLDER not in names:
        raise OutputError(f"{folder.shown} holds other files already: name a new folder.", setting="out")


def shard_pictures_for(pictures: int) -> int:
    """How many pictures a shard has where nobody says it."""
    return min(MOST_OF_A_SHARD, max(LEAST_OF_A_SHARD, -(-pictures // SHARDS_OF_A_FEW)))


def planned(folder: ResultFolder, listing: Listing, identity: Identity, shard_pictures: int | None = None) -> Plan:
    """The plan that is in a folder, or a new one, which is written.

    Args:
        folder: Where the results will be.
        listing: The pictures.
        identity: What the results' numbers hang on.
        shard_pictures: How many pictures a shard has; by their number when None.

    Raises:
        OutputError: If the folder holds results of other pictures or settings.
    """
    if (kept := _read(folder)) is not None:
        _check_same(kept, identity, listing, shard_pictures)
        return kept
    size = shard_pictures or shard_pictures_for(listing.count)
    plan = Plan(folder, identity, listing.count, size, listing.digest)
    _write(plan, iter(listing))
    return plan


def _write(plan: Plan, sources: Iterator[str]) -> None:
    buffer = BytesIO()
    with closing(pq.ParquetWriter(buffer, _LIST, compression="zstd")) as writer:
        for shard in range(plan.shards):
            names = list(islice(sources, plan.shard_size(shard)))
            writer.write_table(pa.table([names], schema=_LIST), row_group_size=len(names))
    plan.folder.write(PICTURES, buffer.getvalue())
    told = {name: each for name, each in asdict(plan).items() if name != "folder"}
    plan.folder.write(PLAN, json.dumps(told, indent=2).encode())


def _read(folder: ResultFolder) -> Plan | None:
    """The plan of a folder; None where there is none, or the run that was about to write it was killed before."""
    if _PLAN_NAME not in ResultFolder(f"{folder.name}/{_PLAN_FOLDER}").names():
        return None
    with folder.open(PLAN) as file:
        data = file.read()
    try:
        told: dict[str, Any] = json.loads(data)
        return Plan(folder, Identity(**told.pop("identity")), **told)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise OutputError(
            f"{folder.shown}/{PLAN} is no plan of this version of howfar: name a new folder.", setting="out"
        ) from None


def _check_same(kept: Plan, identity: Identity, listing: Listing, shard_pictures: int | None) -> None:
    """Refuse to go on with what was begun in another way."""
    why = kept.identity.difference(Identity(**json.loads(json.dumps(asdict(identity)))))
    if not why and listing.digest != kept.digest:
        counts = f"{kept.pictures:,} then, {listing.count:,} now"
        why = f"the list of pictures is another one ({counts})"
    if not why and shard_pictures not in (None, kept.shard_pictures):
        why = f"a shard had {kept.shard_pictures:,} pictures"
    if why:
        raise OutputError(
            f"The results in {kept.folder.shown} were begun otherwise: {why}. Give what was given then, or name a new "
            "folder.",
            setting="out",
        )
