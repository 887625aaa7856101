"""Crops of depth maps, as the learned ranging method is shown them."""
