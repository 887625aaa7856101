"""Files that describe two cameras: those of howfar, and those of other tools as they are."""

from howfar.io.rig_files.reading import read_rig
from howfar.io.rig_files.rig_toml import rig_toml, write_rig

__all__ = ["read_rig", "rig_toml", "write_rig"]
