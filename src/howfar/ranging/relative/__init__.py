"""Relative depth maps: their order, and the evidence that gives them metres."""
