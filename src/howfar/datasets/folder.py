"""Any folder of pictures with depth maps, or with boxes in YOLO's lines, that a `dataset.toml` describes.

The description's fields are shown in howfar.datasets.dataset_toml.
"""

from pathlib import Path

from howfar.datasets.camera_table import CameraTable
from howfar.datasets.dataset_toml import DESCRIPTION_NAME, Division, read_description
from howfar.datasets.files import refuse_missing
from howfar.datasets.pairs import Pair, find_pairs
from howfar.datasets.samples import DepthSample, DetectionSample, LazySamples
from howfar.datasets.yolo_labels import read_yolo_sample
from howfar.errors import SettingError, SourceError
from howfar.io.depth_units import METRES, metres_of
from howfar.io.depth_values import read_values
from howfar.io.pictures import picture_size, read_rgb
from howfar.io.toml import Fields
from howfar.scene import Camera

DEPTH_FIELDS = ("kind", "name", "images", "depths", "unit", "scale", "invalid", "camera", "cameras", "splits")
DETECTION_FIELDS = ("kind", "name", "images", "labels", "classes", "splits")
CAMERA_FIELDS = ("fx_px", "fy_px", "cx_px", "cy_px", "width_px", "height_px")


class FolderDepth:
    """Pictures with depth maps, as a description tells."""

    def __init__(self, description: str | Path) -> None:
        """Take the description, or the folder that it lies in, and find the pairs.

        Raises:
            SettingError: If the description says something that cannot be.
            SourceError: If it finds no pictures, pictures and depth maps that do not pair, or a table of cameras that
                cannot be read.
        """
        path = description_at(Path(description))
        fields = _of_kind("depth", path, DEPTH_FIELDS)
        self.root = path.parent
        self.name = _name(fields, self.root)
        self.metres_per_count = _metres_per_count(fields)
        self.invalid = _invalid(fields)
        self._division = Division(fields.subtable("splits", {}), self.root)
        self.splits = self._division.names
        self._pairs = find_pairs(self.root, fields.text("images"), fields.text("depths"))
        self._camera = _camera(fields.subtable("camera", {}), self._pairs[0].image)
        self._cameras = _cameras(fields, self.root)

    def split(self, split: str) -> LazySamples[DepthSample]:
        """The pairs of one split, read when asked for.

        Raises:
            SettingError: If there is no such split.
            SourceError: If its list cannot be read, or a picture, a depth map or a camera of a table is missing.
        """
        pairs = self._division.choose(self._pairs, split, self.name)
        refuse_missing((pair.partner for pair in pairs), f"{len(pairs)} depth maps of the split {split}")
        if self._cameras is not None:
            self._cameras.refuse_others(pair.name for pair in pairs)
        return LazySamples(pairs, self._load)

    def _load(self, pair: Pair) -> DepthSample:
        image, counts = read_rgb(pair.image), read_values(pair.partner, coarse=True)
        height, width = image.shape[:2]
        if counts.shape != (height, width):
            raise SourceError(
                f"{pair.partner} has {counts.shape[1]}×{counts.shape[0]} values and its picture {width}×{height} "
                "pixels: give depth maps of the pictures' size."
            )
        depth_m = metres_of(counts, self.metres_per_count, self.invalid)
        described = self._camera if self._cameras is None else self._cameras.camera(pair.name)
        camera = Camera.assumed(width, height) if described is None else described.fitted_to(width, height)
        return DepthSample(pair.name, image, depth_m, camera)


class FolderDetection:
    """Pictures with boxes in YOLO's lines, as a description tells."""

    def __init__(self, description: str | Path) -> None:
        """Take the description, or the folder that it lies in, and find the pictures.

        Raises:
            SettingError: If the description says something that cannot be.
            SourceError: If it finds no pictures, or pictures and labels that do not pair.
        """
        path = description_at(Path(description))
        fields = _of_kind("detection", path, DETECTION_FIELDS)
        self.root = path.parent
        self.name = _name(fields, self.root)
        self.class_names = fields.texts("classes")
        if not self.class_names:
            raise SettingError(f"{path}: classes should be a list of at least one name.")
        self._division = Division(fields.subtable("splits", {}), self.root)
        self.splits = self._division.names
        self._pairs = find_pairs(self.root, fields.text("images"), fields.text("labels"))

    def split(self, split: str) -> LazySamples[DetectionSample]:
        """The pictures of one split, read when asked for; one without a file of labels has no object.

        Raises:
            SettingError: If there is no such split.
            SourceError: If its list cannot be read, or names a picture that is not there.
        """
        pairs = self._division.choose(self._pairs, split, self.name)
        return LazySamples(list(enumerate(pairs)), self._load)

    def _load(self, numbered: tuple[int, Pair]) -> DetectionSample:
        number, pair = numbered
        return read_yolo_sample(pair.name, number, pair.image, pair.partner, self.class_names)


def description_at(path: Path) -> Path:
    """The description that a path names: itself, or the `dataset.toml` in it."""
    return path / DESCRIPTION_NAME if path.is_dir() else path


def _of_kind(kind: str, path: Path, known: tuple[str, ...]) -> Fields:
    fields = read_description(path)
    if fields.text("kind") != kind:
        raise SettingError(f"{path} describes a data set for {fields.text('kind')}; this needs one for {kind}.")
    fields.refuse_others(known)
    return fields


def _name(fields: Fields, root: Path) -> str:
    return fields.text("name", root.resolve().name)


def _metres_per_count(fields: Fields) -> float:
    if ("unit" in fields) == ("scale" in fields):
        raise SettingError(f"{fields.where}: give either unit (m, cm or mm) or scale (the metres of one step).")
    if "unit" in fields:
        unit = fields.text("unit")
        if unit not in METRES:
            raise SettingError(f"{fields.where}: unit should be m, cm or mm, not {unit!r}; for others give scale.")
        return METRES[unit]
    scale = fields.number("scale")
    if scale <= 0:
        raise SettingError(f"{fields.where}: scale should be the metres of one step, more than 0, not {scale:g}.")
    return scale


def _invalid(fields: Fields) -> tuple[float, ...]:
    """The numbers that stand for "not known": a list of them, or a single one."""
    one = fields.table.get("invalid", [])
    return fields.numbers("invalid", default=()) if isinstance(one, list) else (fields.number("invalid"),)


def _cameras(fields: Fields, root: Path) -> CameraTable | None:
    """The table of the pictures' own cameras; None where none is named."""
    if "cameras" not in fields:
        return None
    if "camera" in fields:
        raise SettingError(f"{fields.where}: give either camera, one for all, or cameras, a table of them.")
    return CameraTable(root / fields.text("cameras"))


def _camera(fields: Fields, picture: Path) -> Camera | None:
    """The described camera, of the first picture's size where none is said; None where no camera is described."""
    fields.refuse_others(CAMERA_FIELDS)
    if not fields.table:
        return None
    sized = "width_px" in fields or "height_px" in fields
    width, height = (fields.number("width_px"), fields.number("height_px")) if sized else picture_size(picture)
    cx_px, cy_px = fields.number("cx_px", width / 2), fields.number("cy_px", height / 2)
    return Camera(round(width), round(height), fields.number("fx_px"), fields.number("fy_px"), cx_px, cy_px)
