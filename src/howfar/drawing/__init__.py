"""Results for people: annotated pictures, depth in colour, tables."""
