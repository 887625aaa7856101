"""Classes that one thing is taken for, as numbers of a detector's classes (`scene/look_alikes.py`)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from howfar.scene.look_alikes import LOOK_ALIKES


def look_alikes(class_names: Sequence[str]) -> NDArray[np.int64]:
    """The group of each class of a detector, told by its name without regard to case.

    Args:
        class_names: C names.

    Returns:
        C numbers, the same for look-alikes: each is the index of the first class of its group. A class that is in no
        group has a number of its own.
    """
    names = [name.strip().casefold() for name in class_names]
    group_of = {name: group for group in LOOK_ALIKES for name in group}
    first: dict[tuple[str, ...], int] = {}
    return np.array(
        [first.setdefault(group_of.get(name, (name, str(index))), index) for index, name in enumerate(names)],
        dtype=np.int64,
    )
