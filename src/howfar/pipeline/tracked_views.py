"""Tracking as a stage: the views of a video, each with the tracks of its objects."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from howfar.pipeline.view import View
from howfar.scene import Query
from howfar.tracking import Tracker

DOUBTFUL_SHARE = 0.4
"""Detections down to this share of the least confidence are looked at, to go on with objects that are known."""


def tracked(views: Iterable[View], sure_score: float | None = None) -> Iterator[View]:
    """Number the objects of a video, and filter their distances: a `Stage`.

    Args:
        views: The views of its frames, in order.
        sure_score: From this score on a detection may begin an object; all may if None.
    """
    tracker = Tracker(sure_score)
    for view in views:
        yield tracker.update(view, view.image)


def tracked_rows(rows: Iterable[tuple[View, ...]], sure_score: float | None = None) -> Iterator[tuple[View, ...]]:
    """The same for rows with one view for each ranging method, each tracked by itself."""
    trackers: list[Tracker] = []
    for row in rows:
        trackers = trackers or [Tracker(sure_score) for _ in row]
        yield tuple(tracker.update(view, view.image) for tracker, view in zip(trackers, row, strict=True))


def query_for_tracking(query: Query, perceiver: Any) -> tuple[Query, float | None]:
    """What to look for in a video that is tracked, doubtful detections too, and from which score on they are sure.

    Args:
        query: What the user looks for.
        perceiver: Whoever sees; where the least confidence of its detector is not known, nothing more is looked for.
    """
    own = getattr(getattr(getattr(perceiver, "detector", None), "spec", None), "score", None)
    sure_score = own if query.score is None else query.score
    return (query, None) if sure_score is None else (replace(query, score=DOUBTFUL_SHARE * sure_score), sure_score)
