"""Boxes of the user's own, read from files: which of them belong to a picture that is looked at."""

from howfar.datasets.own_boxes.box_file import BoxFile, OwnBox, PictureBoxes
from howfar.datasets.own_boxes.opening import open_boxes

__all__ = ["BoxFile", "OwnBox", "PictureBoxes", "open_boxes"]
