"""Objects through the frames of a video: one number for each, distances without flicker, speeds, alerts."""

from howfar.tracking.tracker import Tracker

__all__ = ["Tracker"]
