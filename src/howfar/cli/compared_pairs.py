"""Pairs of pictures for `howfar compare`: what of the command's options is about them."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from howfar.datasets.pairs_with_depth import PairsWithDepth
    from howfar.evaluation.comparison.comparison import PictureComparison
    from howfar.evaluation.comparison.object_distances import ComparedObject, ComparedObjects, ObjectEyes
    from howfar.models import RunOptions
    from howfar.pipeline.pairs import PairEyes
    from howfar.scene import DepthEstimator
    from howfar.scene.stereo_calibration import StereoCalibration
    from howfar.sources.kinds import Source
    from howfar.stereo import Matcher


@dataclass(frozen=True, slots=True)
class PairsAsked:
    """What is asked for of pairs.

    Attributes:
        right: The right-hand pictures.
        layout: How each picture holds both of a pair; None where it does not.
        methods: What matches pairs, with commas between; empty where that is not said.
        max_disparity_px: The largest disparity that is looked for; the matcher's own when None.
        repair: Whether faults that can be repaired are.
        camera: The file of the rig; None where there is none.
    """

    right: tuple[str, ...] = ()
    layout: str | None = None
    methods: str = ""
    max_disparity_px: int | None = None
    repair: bool = False
    camera: Path | None = None

    @property
    def are_wanted(self) -> bool:
        """Whether two eyes are compared at all."""
        return bool(self.right or self.layout or self.methods)

    def refuse(self, *, data: bool, lens_given: bool) -> None:
        """Raise SettingError where the options do not fit together.

        Args:
            data: Whether a data set is compared on.
            lens_given: Whether a focal length or a field of view was given.
        """
        from howfar.errors import SettingError

        if not self.are_wanted:
            if self.camera is not None or self.repair or self.max_disparity_px is not None:
                raise SettingError(
                    "--camera, --repair and --max-disparity are about pairs here: give --right, --stereo or "
                    "--stereo-method too, or leave them out."
                )
            return
        if data and (self.right or self.layout):
            raise SettingError("A data set has its own right-hand pictures: leave out --right and --stereo.")
        if not data and not (self.right or self.layout):
            raise SettingError("Two eyes need two pictures: give --right, --stereo, or --data with pairs.")
        if lens_given:
            raise SettingError("A pair has the cameras of its rig: leave out --focal-px and --fov-….")

    def sources(self, pictures: "Sequence[str]") -> "list[Source]":
        """The pairs, or pictures alone."""
        from howfar.cli.console import tell
        from howfar.sources.pairs import open_with_pairs

        return open_with_pairs(pictures, self.right, self.layout, tell=tell)

    def eyes(self) -> "PairEyes | None":
        """What rectifies and checks pairs; None for pictures alone."""
        from howfar.pipeline.given import given_rig
        from howfar.pipeline.pairs import PairEyes, Stereo

        return PairEyes(None, given_rig(self.camera), Stereo(repair=self.repair)) if self.are_wanted else None

    def samples(self, data: Path, split: str, align: str) -> "PairsWithDepth":
        """The pairs of a data set.

        Raises:
            SettingError: If their rig is not known, and depth is not to be aligned either.
        """
        from howfar.datasets.pairs_with_depth import open_pairs_with_depth
        from howfar.errors import SettingError

        pairs = open_pairs_with_depth(data, split, self._calibration())
        if not pairs.has_metres and align == "none":
            raise SettingError(f"{pairs.name}: give --camera, or compare with --align median.")
        return pairs

    def matchers(self, running: "RunOptions") -> "dict[str, Matcher]":
        """What matches pairs, by names that tell them apart; none for pictures alone."""
        from howfar.errors import SettingError
        from howfar.pipeline.open_matcher import open_matcher
        from howfar.pipeline.pairs import DEFAULT_STEREO

        if not self.are_wanted:
            return {}
        wanted = [name.strip() for name in (self.methods or str(DEFAULT_STEREO.method)).split(",") if name.strip()]
        if len(set(wanted)) < len(wanted):
            raise SettingError("--stereo-method names one more than once: name each once.")
        opened = [open_matcher(name, running) for name in wanted]
        distinct = len({matcher.name for matcher in opened}) == len(opened)
        return {matcher.name if distinct else name: matcher for name, matcher in zip(wanted, opened, strict=True)}

    def _calibration(self) -> "StereoCalibration | None":
        from howfar.io.rig_files import read_rig

        return None if self.camera is None else read_rig(self.camera)


class LookedAtObjects:
    """The objects of the pairs as they pass, and the pictures of the first ones."""

    def __init__(self, eyes: "ObjectEyes | None") -> None:
        """Take what tells their distances; None for nothing."""
        self._eyes = eyes
        self.objects: list[ComparedObject] = []

    def look(self, comparison: "PictureComparison") -> "ComparedObjects | None":
        """Look for the objects of one pair, and keep them."""
        if self._eyes is None:
            return None
        found = self._eyes.look(comparison.sample)
        self.objects += found.objects
        return found


def object_eyes(
    detector: str,
    networks: "Mapping[str, DepthEstimator]",
    matchers: "Mapping[str, Matcher]",
    pairs: PairsAsked,
    running: "RunOptions",
) -> "ObjectEyes | None":
    """What tells the distances of objects by one eye and by two; None where nothing gives metres with one."""
    from howfar.evaluation.comparison.object_distances import ObjectEyes
    from howfar.pipeline.rangefinder import Rangefinder

    name = next((name for name, network in networks.items() if network.facts.is_metric), None)
    if name is None or not matchers:
        return None
    finder = Rangefinder(detector, networks[name], threads=running.threads, engine=running.engine)
    return ObjectEyes(
        finder, name, {f"{each} + {name}": found for each, found in matchers.items()}, pairs.max_disparity_px
    )
