"""The name under which a depth network gives semantic classes; without PyTorch, for whoever reads exported files."""

CLASS_PROBABILITIES = "class_probabilities"
"""What the output is called in an exported file: N×C×h×w, the probability of each class in each cell."""
