"""How `howfar look` is told to use a network."""

LOOK_WITH = {
    "detection": "--detector {0}",
    "depth": "--depth-model {0}",
    "ranging": "--method auto:{0}",
    "joint": "--detector {0}",
    "stereo": "--right RIGHT --camera RIG --stereo-method {0}",
}
"""The options that name a file or a network, by the task of its card."""
