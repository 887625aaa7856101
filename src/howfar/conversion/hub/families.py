"""The foundation networks, beside Depth Anything, that are read from folders of the hub."""

from collections.abc import Mapping

from howfar.conversion.hub import depth_pro, dpt, marigold, zoedepth
from howfar.conversion.hub.family import FoundationFamily

FOUNDATION_FAMILIES: Mapping[str, FoundationFamily] = {
    family.name: family for family in (dpt.FAMILY, zoedepth.FAMILY, depth_pro.FAMILY, marigold.FAMILY)
}
"""By the name that `howfar export` takes."""
