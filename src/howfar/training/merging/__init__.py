"""Merging trained networks and calibrating what comes out, so that each does its task again."""
