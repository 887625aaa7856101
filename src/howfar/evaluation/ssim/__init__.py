"""Comparing depth maps as pictures, by structural similarity."""
