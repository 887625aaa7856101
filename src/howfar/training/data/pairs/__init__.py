"""Stereo pairs with boxes, as a detector of pairs is shown them."""
