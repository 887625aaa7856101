"""The weights of the field's terms."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CrfWeights:
    """How much each term of the field counts; 0 leaves it out (see `field.py` for the terms).

    Attributes:
        smooth_depth: Neighbours have the same depth.
        smooth_classes: Neighbours are of the same class.
        colour: The difference in CIE L*a*b* at which neighbours count e^−½ of what those of one colour do.
        across_classes: What of `smooth_depth` stays where two neighbours are of different classes, 0 to 1.
        geometry: A class is as far away as it usually is there.
        plane: The superpixels of a segment lie on a plane (in log depth).
        segment_class: The superpixels of a segment are of its class.
        detail: What of the network's own depth within a superpixel is kept, 0 to 1.
    """

    smooth_depth: float = 0.5
    smooth_classes: float = 0.5
    colour: float = 10.0
    across_classes: float = 0.5
    geometry: float = 0.1
    plane: float = 0.2
    segment_class: float = 0.3
    detail: float = 1.0


CHOICES: dict[str, tuple[float, ...]] = {
    "smooth_depth": (0.0, 0.25, 1.0, 4.0),
    "colour": (4.0, 10.0, 25.0),
    "plane": (0.0, 0.2, 1.0, 5.0),
    "detail": (0.0, 0.5, 1.0),
    "smooth_classes": (0.0, 0.5, 1.0, 2.0, 4.0),
    "segment_class": (0.0, 0.3, 1.0),
    "geometry": (0.0, 0.03, 0.1, 0.3),
    "across_classes": (0.0, 0.3, 1.0),
}
"""What is tried of each weight, one after the other."""

OF_CLASSES = ("smooth_classes", "segment_class", "geometry", "across_classes")
"""The weights that say nothing where there are no classes."""
