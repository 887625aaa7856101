"""Pictures with boxes, as a detector is shown them."""
