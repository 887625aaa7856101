"""How well a depth network does: errors, protocols, outlines, structural similarity."""
