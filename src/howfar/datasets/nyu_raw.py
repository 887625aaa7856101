"""Raw pairs of a Kinect, as those of NYU Depth v2 that the toolbox has synchronised: one folder a scene.

Each scene's folder holds pictures `rgb_NNNNN.jpg` (or `.png`, `.ppm`) and depth maps `sync_depth_NNNNN.png` of 16 bits
in millimetres, aligned with the picture of the same number, 0 where the sensor saw nothing. Lists `train.txt`,
`val.txt` and `test.txt` beside the scenes, each naming one scene a line, divide them; without a list they are one
split, `all`.
"""

from dataclasses import dataclass
from pathlib import Path

from howfar.datasets.nyu import NYU_CAMERA
from howfar.datasets.samples import DepthSample, LazySamples
from howfar.datasets.splits import WHOLE, read_list, refuse_unknown_split
from howfar.errors import SourceError
from howfar.io.depth_units import metres_of
from howfar.io.depth_values import read_values
from howfar.io.pictures import read_rgb

RGB = "rgb_"
DEPTH = "sync_depth_"
RGB_ENDINGS = (".jpg", ".png", ".ppm")
LISTS = ("train", "val", "test")


@dataclass(frozen=True, slots=True)
class RawPair:
    """One picture with its depth map."""

    image: Path
    depth: Path


class NyuRaw:
    """The scenes in one folder."""

    name = "NYU Depth v2, raw pairs"

    def __init__(self, root: str | Path, metres_per_count: float = 0.001) -> None:
        """Take the folder that holds the scenes' folders.

        Args:
            root: The folder.
            metres_per_count: What one step of a depth map is worth.

        Raises:
            SourceError: If no folder in it holds such pairs.
        """
        self.root = Path(root)
        self.metres_per_count = metres_per_count
        self._scenes = scenes_in(self.root)
        if not self._scenes:
            raise SourceError(
                f"{self.root} holds no raw pairs: it should hold a folder for each scene, with pictures "
                f"{RGB}00000.jpg and depth maps {DEPTH}00000.png."
            )
        self.splits = tuple(name for name in LISTS if self._list(name).is_file()) or (WHOLE,)

    def split(self, split: str) -> LazySamples[DepthSample]:
        """The pairs of one split's scenes, scene by scene in the order of their numbers, read when asked for.

        Raises:
            SettingError: If there is no such split.
            SourceError: If its list cannot be read or names a scene that is not there, or half of a pair is missing.
        """
        refuse_unknown_split(split, self.splits, str(self.root))
        scenes = self._scenes if split == WHOLE else read_list(self._list(split), "one scene a line")
        for scene in scenes:
            if scene not in self._scenes:
                raise SourceError(
                    f"{self._list(split)} names the scene {scene!r}, which holds no pairs in {self.root}."
                )
        return LazySamples([pair for scene in scenes for pair in _pairs(self.root / scene)], self._load)

    def _list(self, split: str) -> Path:
        return self.root / f"{split}.txt"

    def _load(self, pair: RawPair) -> DepthSample:
        image, counts = read_rgb(pair.image), read_values(pair.depth, coarse=True)
        if counts.shape != image.shape[:2]:
            raise SourceError(
                f"{pair.depth} has {counts.shape[1]}×{counts.shape[0]} pixels and its picture "
                f"{image.shape[1]}×{image.shape[0]}: pair each picture with the depth map aligned with it."
            )
        camera = NYU_CAMERA.fitted_to(image.shape[1], image.shape[0])
        name = pair.image.relative_to(self.root).with_suffix("").as_posix()
        return DepthSample(name, image, metres_of(counts, self.metres_per_count), camera)


def scenes_in(root: Path) -> list[str]:
    """The names of the folders in a folder that hold raw depth maps, in their order."""
    return sorted(folder.name for folder in root.iterdir() if folder.is_dir() and any(folder.glob(f"{DEPTH}*.png")))


def _pairs(folder: Path) -> list[RawPair]:
    pictures = {path.stem.removeprefix(RGB): path for path in folder.glob(f"{RGB}*") if path.suffix in RGB_ENDINGS}
    depths = {path.stem.removeprefix(DEPTH): path for path in folder.glob(f"{DEPTH}*.png")}
    alone = sorted(pictures.keys() ^ depths.keys())
    if alone:
        raise SourceError(
            f"{folder} has {len(alone)} of its pictures or depth maps without the other, the first being number "
            f"{alone[0]}: complete the scene, or take the lone files away."
        )
    return [RawPair(pictures[number], depths[number]) for number in sorted(pictures)]
