"""A folder of depth maps, one for each picture of a data set, by the picture's name."""

from pathlib import Path

from howfar.errors import SourceError
from howfar.io.depth_files import read_depth, save_depth_png
from howfar.scene import DepthFacts, DepthMap, Frame


class DepthFolder:
    """Depth maps as 16-bit PNGs in millimetres; stands in for the network that gave them."""

    def __init__(self, root: Path) -> None:
        """Take a folder, which need not exist yet."""
        self.root = root

    @property
    def facts(self) -> DepthFacts:
        """What is known of whoever made the maps."""
        return DepthFacts(f"the maps in {self.root.name}")

    def estimate(self, frame: Frame) -> DepthMap:
        """The map of the picture whose source a data set calls by the map's name.

        Raises:
            SourceError: As `read`.
        """
        return self.read(frame.source)

    def read(self, name: str) -> DepthMap:
        """The map of the picture that a data set calls `name`, in metres.

        Raises:
            SourceError: If there is none, or it cannot be read.
        """
        path = self._path(name)
        if not path.is_file():
            raise SourceError(
                f"{self.root} has no depth map of the picture {name}: make the maps of all pictures first."
            )
        return read_depth(path, "mm")

    def write(self, name: str, depth: DepthMap) -> None:
        """Keep the map of a picture at its own resolution; an existing file is replaced.

        Raises:
            OutputError: If it cannot be written.
        """
        height, width = depth.shape
        save_depth_png(depth, self._path(name), width, height, overwrite=True)

    def _path(self, name: str) -> Path:
        return self.root / f"{name}.png"
