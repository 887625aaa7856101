"""Pairs of pictures as sources: two files, folders, videos or cameras, or both pictures in one."""

import re
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import BinaryIO, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from howfar.errors import SettingError, SourceError
from howfar.scene.frame import Frame
from howfar.sources.as_frame import paired
from howfar.sources.kinds import LiveSource, Source, failing
from howfar.sources.live_pairs import LivePairSource
from howfar.sources.opening import open_sources

Layout = Literal["side-by-side", "over-under"]
"""How one picture holds both: the left-hand one is on the left, or above."""

BY_ORDER = "The pictures have no names in common and are paired in their order: {left} with {right}."
SIDES = re.compile(r"(?<![a-z])(left|right|l|r)(?![a-z])")
"""What tells the two names of a pair apart: left_07.png and right_07.png, 0007_L.jpg and 0007_R.jpg."""

_TWO_CAMERAS = re.compile(r"((?:camera:|rtsps?://)[^,]+),\s*((?:camera:|rtsps?://)[^,]+)", re.IGNORECASE)


@dataclass(frozen=True)
class PairSource:
    """Two sources whose frames belong together, one by one."""

    left: Source
    right: Source
    note: str = ""

    @property
    def name(self) -> str:
        """The name of the left-hand one."""
        return self.left.name

    @property
    def is_stream(self) -> bool:
        """Whether it is a video or live."""
        return self.left.is_stream

    @property
    def path(self) -> Path | None:
        """The file of the left-hand one, or None."""
        return self.left.path

    @property
    def frame_count(self) -> int | None:
        """Number of pairs as far as it can be told beforehand."""
        counts = [each.frame_count for each in (self.left, self.right) if each.frame_count is not None]
        return min(counts, default=None)

    @property
    def fps(self) -> float | None:
        """Pairs a second as far as it can be told beforehand."""
        return self.left.fps

    def frames(self, every: int = 1) -> Generator[Frame, None, None]:
        """Give each pair as one frame.

        Raises:
            SourceError: If one of them cannot be read, or a video ends before the other one.
        """
        with closing(self.left.frames(every)) as lefts, closing(self.right.frames(every)) as rights:
            for index, left in enumerate(lefts):
                right = next(rights, None)
                if right is None:
                    raise SourceError(
                        f"{self.right.name} ends after {index} pictures, and {self.left.name} goes on: give two videos "
                        "of the same moments."
                    )
                pair = paired(left, right)
                yield replace(pair, notes=(*pair.notes, self.note)) if self.note and index == 0 else pair


@dataclass(frozen=True)
class SplitSource:
    """A source whose pictures hold both pictures of a pair."""

    both: Source
    layout: Layout

    @property
    def name(self) -> str:
        """Its name."""
        return self.both.name

    @property
    def is_stream(self) -> bool:
        """Whether it is a video or live."""
        return self.both.is_stream

    @property
    def path(self) -> Path | None:
        """Its file, or None."""
        return self.both.path

    @property
    def frame_count(self) -> int | None:
        """Number of pairs as far as it can be told beforehand."""
        return self.both.frame_count

    @property
    def fps(self) -> float | None:
        """Pairs a second as far as it can be told beforehand."""
        return self.both.fps

    def frames(self, every: int = 1) -> Generator[Frame, None, None]:
        """Give each pair as one frame.

        Raises:
            SourceError: If it cannot be read, or a picture cannot be cut into two halves.
        """
        with closing(self.both.frames(every)) as frames:
            for frame in frames:
                yield split(frame, self.layout)


def split(frame: Frame, layout: Layout) -> Frame:
    """Cut a picture that holds both of a pair into its halves.

    The camera of the whole picture, which no half has, is dropped.

    Raises:
        SourceError: If its side is odd, so that there are no two halves.
    """
    across = layout == "side-by-side"
    side_px = frame.width_px if across else frame.height_px
    if side_px % 2:
        raise SourceError(
            f"{frame.source} is {side_px} pixels {'wide' if across else 'high'}, which two equal pictures cannot be: "
            "give two files, or another layout."
        )
    left, right = np.split(frame.image, 2, axis=1 if across else 0)
    halves: list[NDArray[np.uint8]] = [np.ascontiguousarray(each) for each in (left, right)]
    return replace(frame, image=halves[0], right=halves[1], camera=None)


def open_with_pairs(
    specs: Sequence[str],
    right: Sequence[str] = (),
    layout: str | None = None,
    *,
    stdin: BinaryIO | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> list[Source]:
    """Turn what the user names into sources of pictures, or of pairs.

    Args:
        specs: As for `open_sources`; `camera:0,camera:1` is a pair of cameras.
        right: The right-hand pictures, likewise; none where each picture is alone or holds both.
        layout: How each picture holds both of a pair (`Layout`); None where it does not.
        stdin: What to read for `-`.
        tell: Called with one sentence where pictures are paired in their order.

    Raises:
        SourceError: If something is missing, or there are more pictures on one side than on the other.
        SettingError: If there is no such layout, or both it and right-hand pictures are given.
    """
    if right and layout is not None:
        raise SettingError("Either each picture holds both of a pair, or the right-hand ones are named: not both.")
    if right:
        return open_pairs(specs, right, stdin=stdin, tell=tell)
    opened: list[Source] = []
    for cameras, group in groupby(specs, _TWO_CAMERAS.fullmatch):
        if cameras is None:
            opened += open_sources(list(group), stdin=stdin, each_alone=True)
        else:
            opened += open_pairs([cameras[1]], [cameras[2]])
    return opened if layout is None else split_sources(opened, layout)


def open_pairs(
    left: Sequence[str],
    right: Sequence[str],
    *,
    stdin: BinaryIO | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> list[Source]:
    """Turn what the user names on both sides into sources of pairs.

    Pictures are paired by their names where each has a partner, and in their order otherwise.

    Args:
        left: As for `open_sources`: the left-hand pictures.
        right: Likewise, the right-hand ones.
        stdin: What to read for `-`.
        tell: Called with one sentence where pictures are paired in their order.

    Raises:
        SourceError: If something is missing, or there are more pictures on one side than on the other.
        SettingError: If a picture is paired with itself.
    """
    lefts, rights = open_sources(left, stdin=stdin), open_sources(right, stdin=stdin)
    if len(lefts) == len(rights) == 1:
        return [_pair(lefts[0], rights[0])]
    by_name = _by_name(lefts, rights)
    if by_name is not None:
        return [_pair(*each) for each in by_name]
    if len(lefts) != len(rights):
        raise SourceError(
            f"There are {len(lefts)} left-hand pictures and {len(rights)} right-hand ones, and their names do not tell "
            "which belong together: give as many, or name them alike."
        )
    tell(BY_ORDER.format(left=Path(lefts[0].name).name, right=Path(rights[0].name).name))
    return [_pair(*each) for each in zip(lefts, rights, strict=True)]


def split_sources(sources: Sequence[Source], layout: str) -> list[Source]:
    """Sources whose pictures hold both pictures of a pair, as sources of pairs.

    Raises:
        SettingError: If there is no such layout.
    """
    for known in get_args(Layout):
        if layout == known:
            return [SplitSource(each, known) for each in sources]
    raise SettingError(f"Both pictures lie {' or '.join(get_args(Layout))}, not {layout!r}.", setting="stereo")


def _by_name(lefts: Sequence[Source], rights: Sequence[Source]) -> list[tuple[Source, Source]] | None:
    """Each left-hand picture with the one whose name is the same but for its side; None if there is none for some."""
    partners = {_key(each): each for each in rights}
    keys = [_key(each) for each in lefts]
    if len(partners) != len(rights) or len(set(keys)) != len(keys) or not set(keys) & set(partners):
        return None
    missing = [each for each, key in zip(lefts, keys, strict=True) if key not in partners]
    if missing and len(missing) == len(lefts):
        return None
    return [
        (each, partners[key] if key in partners else failing(each.name, _alone(each)))
        for each, key in zip(lefts, keys, strict=True)
    ]


def _key(source: Source) -> str:
    return SIDES.sub("*", Path(source.name).stem.lower())


def _alone(source: Source) -> SourceError:
    return SourceError(f"{source.name} has no right-hand picture of its name: name it like that, or leave it out.")


def _pair(left: Source, right: Source) -> Source:
    if left.path is not None and right.path is not None and left.path == right.path:
        raise SettingError(
            f"{left.name} is given as both pictures of a pair: name the one of the right-hand camera.", setting="right"
        )
    if left.is_stream != right.is_stream:
        raise SettingError(
            f"{left.name} is {'a video' if left.is_stream else 'one picture'} and {right.name} is not: give two of one "
            "kind.",
            setting="right",
        )
    if isinstance(left, LiveSource) and isinstance(right, LiveSource):
        return LivePairSource(left, right)
    return PairSource(left, right)
