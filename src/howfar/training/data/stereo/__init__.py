"""Pairs with true disparity as batches: patches that match and that do not, and crops."""
