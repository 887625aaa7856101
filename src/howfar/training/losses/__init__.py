"""The losses, each from its paper."""
