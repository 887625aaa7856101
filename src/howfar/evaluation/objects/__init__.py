"""How far off the distances of objects are, and the margins that follow."""
