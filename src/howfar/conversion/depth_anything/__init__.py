"""Depth Anything V1 and V2: telling them apart, their weights' names, and the network with its card."""
