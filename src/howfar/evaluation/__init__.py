"""How well a network does: metrics, the protocols they are got by, and reports."""
