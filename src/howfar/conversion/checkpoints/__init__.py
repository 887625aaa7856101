"""Weights out of files that others publish, without running code from them."""
