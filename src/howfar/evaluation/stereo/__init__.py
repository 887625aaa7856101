"""How good the disparities of a stereo matcher are: D1, bad pixels, end-point error, always with coverage."""
