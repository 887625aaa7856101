"""What tells a distance besides the depth map: sizes and the ground; and how cues are joined."""
