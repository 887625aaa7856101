"""What is kept of depth maps that were laid over a yardstick: sums of errors, and similarities."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from howfar.evaluation.comparison.hard_surfaces import HardSurface
from howfar.evaluation.depth.boundaries import BoundarySums
from howfar.evaluation.depth.metrics import DepthSums


@dataclass(frozen=True, eq=False)
class SurfaceSums:
    """Sums of the errors on one kind of surface, or another part of the pictures; two of them add up.

    Attributes:
        inside: Of the pixels inside the outlines.
        elsewhere: Of all others of the pictures that show it: the figure to compare with.
    """

    inside: DepthSums = field(default_factory=DepthSums.none)
    elsewhere: DepthSums = field(default_factory=DepthSums.none)

    def __add__(self, other: "SurfaceSums") -> "SurfaceSums":
        return SurfaceSums(self.inside + other.inside, self.elsewhere + other.elsewhere)


@dataclass(frozen=True, eq=False)
class NetworkSums:
    """What has to be kept of one network on some pictures; two of them add up.

    Attributes:
        depth: Sums of the errors against the yardstick; none where there are no metres.
        boundaries: Sums over the contours, against the truth alone.
        surfaces: Sums of the errors on glass, mirrors and thin things.
        by_pair: Sums of the errors where two eyes see, and where they do not.
        ssims: The structural similarity of each picture's map to the yardstick.
        inverse_ssims: That of inverse depth, which disparity is, but for a factor; none where there are no metres.
        times_s: The time of each look at a picture, pre- and post-processing included.
    """

    depth: DepthSums = field(default_factory=DepthSums.none)
    boundaries: BoundarySums = field(default_factory=BoundarySums.none)
    surfaces: Mapping[HardSurface, SurfaceSums] = field(default_factory=dict)
    by_pair: SurfaceSums = field(default_factory=SurfaceSums)
    ssims: tuple[float, ...] = ()
    inverse_ssims: tuple[float, ...] = ()
    times_s: tuple[float, ...] = ()

    def __add__(self, other: "NetworkSums") -> "NetworkSums":
        surfaces = {
            surface: self.surfaces.get(surface, SurfaceSums()) + other.surfaces.get(surface, SurfaceSums())
            for surface in {**self.surfaces, **other.surfaces}
        }
        return NetworkSums(
            self.depth + other.depth,
            self.boundaries + other.boundaries,
            surfaces,
            self.by_pair + other.by_pair,
            self.ssims + other.ssims,
            self.inverse_ssims + other.inverse_ssims,
            self.times_s + other.times_s,
        )
