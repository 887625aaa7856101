"""How a box on a depth map becomes one distance: statistics, depth layers, a learned foreground, masks."""
