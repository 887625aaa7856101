"""How well a detector does: COCO's numbers, precision and recall."""
