"""One door to the calibrations of stereo pairs, of whatever kind the file is."""

from collections.abc import Iterator
from pathlib import Path

from howfar.errors import SettingError
from howfar.io.foreign_trees import tree_of
from howfar.io.kitti_calibration import is_of_kitti
from howfar.io.other_camera_files import is_of_other_tool
from howfar.io.parsing import parse_toml, read_text
from howfar.io.rig_files.rig_toml import is_rig_toml, rig_of_table
from howfar.io.rig_files.text_forms import (
    is_matrix_with_baseline,
    is_of_middlebury,
    of_kitti,
    of_matrix_with_baseline,
    of_middlebury,
)
from howfar.io.rig_files.trees import of_tree
from howfar.io.toml import refusing_unreadable
from howfar.scene.stereo_calibration import StereoCalibration

WANTED = (
    "give a rig file of howfar (TOML), a calibration of KITTI, Middlebury, ROS (two files, left,right), Kalibr, "
    "OpenCV, DepthAI or stereodemo, or a matrix with the baseline below it."
)

IN_FOLDERS = ("rig.toml", "calib_cam_to_cam.txt", "calib.txt", "*camchain*.yaml", "calib.json", "K.txt")
"""What a folder is looked through for, in this order."""

TWO_IN_FOLDERS = (("left.yaml", "right.yaml"), ("left.yml", "right.yml"), ("intrinsics.yml", "extrinsics.yml"))

STARTS = ("{", "[", "<", "%YAML")
"""What the text of a file begins with that is one line, and no path."""

PARTNERS = (("left", "right"), ("intrinsics", "extrinsics"), ("extrinsics", "intrinsics"), ("intrinsic", "extrinsic"))
"""What a file is called whose other half lies beside it, and what that is called."""


def read_rig(source: Path | str) -> StereoCalibration:
    """Read the calibration of a pair.

    Args:
        source: A file, a folder with one, two files joined by a comma (left,right), or the text of a file.

    Raises:
        SettingError: If there is none, it is of no known kind, or something in it is missing or cannot be.
    """
    if isinstance(source, str) and ("\n" in source or source.lstrip().startswith(STARTS)):
        return _plausible(_of_texts([source], "The rig"), "The rig")
    paths = _paths(source)
    name = f"The rig file {','.join(map(str, paths))}"
    return _plausible(_of_texts(list(_texts(paths)), name), name)


def _paths(source: Path | str) -> list[Path]:
    """The files of a rig: one, or two that belong together."""
    path = Path(source)
    try:
        if path.is_dir():
            return _in_folder(path)
        if path.exists():
            return [path, *_partner(path)]
    except (OSError, ValueError) as error:  # a name that no file can have
        raise SettingError(
            f"The rig file {str(source)[:60]!r}… cannot be read ({error.args[-1]}): check the path."
        ) from None
    both = [Path(part.strip()) for part in str(source).split(",")]
    return both if len(both) == 2 else [path]


def _in_folder(folder: Path) -> list[Path]:
    for pattern in IN_FOLDERS:
        found = sorted(folder.glob(pattern))
        if found:
            return found[:1]
    for names in TWO_IN_FOLDERS:
        both = [folder / name for name in names]
        if all(each.is_file() for each in both):
            return both
    raise SettingError(
        f"The folder {folder} holds no rig file ({', '.join(IN_FOLDERS)}, left.yaml and right.yaml, "
        "intrinsics.yml and extrinsics.yml): name the file."
    )


def _partner(path: Path) -> Iterator[Path]:
    """The other half of a rig that is in two files."""
    for own, other in PARTNERS:
        if own in path.stem and (beside := path.with_name(path.stem.replace(own, other) + path.suffix)).is_file():
            yield beside
            return


def _texts(paths: list[Path]) -> Iterator[str]:
    for path in paths:
        with refusing_unreadable(path, "rig file"):
            yield read_text(path)


def _of_texts(texts: list[str], name: str) -> StereoCalibration:
    try:
        return _of_one_text(texts[0]) if len(texts) == 1 else of_tree([tree_of(text) for text in texts])
    except SettingError as error:
        raise SettingError(f"{name}: {error}") from None
    except (ValueError, TypeError, OverflowError, RecursionError, KeyError, IndexError, AttributeError) as error:
        reason = str(error).split("\n")[0].rstrip(".")
        raise SettingError(f"{name} cannot be read ({reason}): {WANTED}") from None


def _of_one_text(text: str) -> StereoCalibration:
    if is_of_middlebury(text):
        return of_middlebury(text)
    if is_of_kitti(text):
        return of_kitti(text)
    if is_matrix_with_baseline(text):
        return of_matrix_with_baseline(text)
    if is_of_other_tool(text):
        return of_tree(tree_of(text))
    table = parse_toml(text)
    if not is_rig_toml(table):
        raise SettingError(_no_rig(text))
    return rig_of_table(table)


def _no_rig(text: str) -> str:
    """What to say of TOML that is of something else."""
    if "fx_px" in text:
        return "it describes one camera, and a pair needs a rig file: add baseline_m, or calibrate the pair."
    return f"it is of no kind that is read: {WANTED}"


def _plausible(calibration: StereoCalibration, name: str) -> StereoCalibration:
    """The calibration, if its focal lengths can be in pixels.

    Raises:
        SettingError: If one cannot: it is in millimetres, or a share of the picture's width.
    """
    for camera in (calibration.left, calibration.right):
        if not camera.is_plausible:
            raise SettingError(
                f"{name} has a focal length of {camera.focal_px:.4g} pixels for pictures of "
                f"{camera.width_px}×{camera.height_px}, which no lens has: give it in pixels."
            )
    return calibration
