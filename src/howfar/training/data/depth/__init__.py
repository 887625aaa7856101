"""Pairs of pictures and depth, as a depth network is shown them."""
