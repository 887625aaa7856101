"""Margins of a depth network and of the cues, measured so that they hold in places that nobody looked at."""
