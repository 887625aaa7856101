"""The cues of a distance: the depth map, the size of the object, and the ground; and how they are joined."""
