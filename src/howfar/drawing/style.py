"""How the annotated picture looks."""

from dataclasses import dataclass

from howfar.drawing.units import Units


@dataclass(frozen=True, slots=True)
class DrawStyle:
    """What is drawn, and in which units.

    Attributes:
        units: Metres or feet on the labels.
        show_far: Draw the objects beyond the maximum depth as thin grey boxes without a label.
        show_region: Show what each distance was measured on: what was taken for the object as a tint in the colour of
            its distance, where the method tells, else the region's edge in white.
        show_interval: Add to each label the interval that holds the true distance four times in five.
    """

    units: Units = "m"
    show_far: bool = False
    show_region: bool = False
    show_interval: bool = False
