"""The evaluation of the distances of objects, and the error margins that follow from it."""
