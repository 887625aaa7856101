"""The whole of a batch: the plan, the shards that are missing, the mark of success."""

from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial

from howfar.batch.folder import ResultFolder
from howfar.batch.identity import Identity
from howfar.batch.inputs import list_pictures
from howfar.batch.looking import BatchRangefinder
from howfar.batch.plan import SUCCESS, Plan, listed, planned, refuse_foreign
from howfar.batch.processes import Event, on_processes
from howfar.batch.shards import written
from howfar.pipeline.spec import RangefinderSpec


@dataclass(frozen=True)
class Progress:
    """How far a batch is.

    Attributes:
        pictures: How many pictures there are.
        written: How many of them are in shards that are written, by earlier runs too.
        failed: How many of these could not be looked at.
        shards: How many shards there are.
        shards_written: How many of them are written.
        under_way: How many pictures are done in shards that are not written yet.
    """

    pictures: int
    written: int
    failed: int
    shards: int
    shards_written: int
    under_way: int = 0

    @property
    def done(self) -> int:
        """How many pictures are done."""
        return self.written + self.under_way

    def after(self, event: Event) -> "Progress":
        """The progress after one more event."""
        if isinstance(event, int):
            return replace(self, under_way=event)
        return replace(
            self,
            written=self.written + event.pictures,
            failed=self.failed + event.failed,
            shards_written=self.shards_written + 1,
            under_way=max(0, self.under_way - event.pictures),
        )


Runner = Callable[[Plan, Iterable[int], BatchRangefinder], Generator[Event, None, None]]
"""Writes the missing shards, and tells how it goes."""


def run_batch(
    names: list[str],
    out: str,
    spec: RangefinderSpec | None = None,
    *,
    runner: Runner | None = None,
    column: str | None = None,
    shard_pictures: int | None = None,
) -> Generator[Progress, None, None]:
    """Look at many pictures, and write a row for each; what is in the folder already is not done again.

    Args:
        names: The pictures (`inputs.list_pictures`).
        out: The folder of the results, or an address that fsspec knows.
        spec: The rangefinder's settings, with one ranging method.
        runner: What works on the shards; one process when None.
        column: The column of manifests that names pictures.
        shard_pictures: How many pictures a shard has; by their number when None.

    Yields:
        How far it is: at once, and whenever a picture is done.

    Raises:
        HowfarError: If it cannot go on, such as by a wrong setting, or results that were begun otherwise.
    """
    looker = BatchRangefinder(spec)
    identity = Identity.of(looker.spec, looker.spec.open())  # here too, so that a wrong setting is told at once
    folder = ResultFolder.at(out)
    refuse_foreign(folder)
    with listed(list_pictures(names, column)) as listing, folder.locked():
        plan = planned(folder, listing, identity, shard_pictures)
        missing = plan.missing()
        before = [written(plan, shard) for shard in sorted({*range(plan.shards)} - {*missing})]
        progress = Progress(plan.pictures, 0, 0, plan.shards, 0)
        for each in before:
            progress = progress.after(each)
        yield progress
        if missing:
            run = runner or partial(on_processes, processes=1)
            with closing(run(plan, missing, looker)) as events:
                for event in events:
                    progress = progress.after(event)
                    yield progress
        if SUCCESS not in folder.names():
            folder.write(SUCCESS, b"")
