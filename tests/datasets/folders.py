"""Small data sets made for tests."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def write_nyu(root: Path, *, train: tuple[str, ...] = ("0002",), test: tuple[str, ...] = ("0000", "0001")) -> Path:
    """NYU's layout: picture NNNN is of one colour, NNNN, and all its depths are step 10 · (NNNN + 1)."""
    for part in ("rgb", "depth8"):
        (root / part).mkdir(parents=True)
    for name in (*train, *test):
        grey = np.full((480, 640), int(name), dtype=np.uint8)
        Image.fromarray(np.stack([grey] * 3, axis=-1)).save(root / "rgb" / f"{name}.jpg", quality=100)
        Image.fromarray(10 * (grey + 1)).save(root / "depth8" / f"{name}.png")
    (root / "train.txt").write_text("".join(f"{name}\n" for name in train))
    (root / "test.txt").write_text("".join(f"{name} kitchen\n" for name in test))
    return root


def coco_table() -> dict[str, Any]:
    """Two pictures of 64×48 pixels, categories with a gap in their numbers, a crowd, a picture without any object."""
    return {
        "images": [
            {"id": 7, "file_name": "a.png", "width": 64, "height": 48},
            {"id": 3, "file_name": "deep/b.png", "width": 64, "height": 48},
        ],
        "annotations": [
            {"id": 0, "image_id": 7, "category_id": 90, "bbox": [10, 5, 20, 30], "area": 300.0, "iscrowd": 0},
            {
                "id": 4,
                "image_id": 7,
                "category_id": 1,
                "bbox": [0, 0, 8, 8],
                "area": 64.0,
                "iscrowd": 1,
                "segmentation": {"counts": [1, 2], "size": [48, 64]},
            },
        ],
        "categories": [{"id": 1, "name": "person"}, {"id": 90, "name": "toothbrush"}],
    }


def write_coco(root: Path, table: dict[str, Any] | None = None) -> tuple[Path, Path]:
    """The pictures' folder and the JSON file of a COCO data set; the pictures are grey noise."""
    images = root / "images"
    (images / "deep").mkdir(parents=True)
    random = np.random.default_rng(0)
    for name in ("a.png", "deep/b.png"):
        Image.fromarray(random.integers(0, 255, (48, 64), dtype=np.uint8)).save(images / name)
    annotations = root / "instances.json"
    annotations.write_text(json.dumps(coco_table() if table is None else table))
    return images, annotations


def write_nyu_mat(path: Path, *, depth_shape: tuple[int, ...] = (1449, 640, 480)) -> Path:
    """A file laid out like the official one, in which only pairs 0 and 2 are written.

    Pair i has the picture value 10 · i + channel and the depth i + 1 metres; but its pixel in row 7, column 600 of the
    first channel is 99, and there it is 5 m deep.
    """
    import h5py

    with h5py.File(path, "w") as file:
        images = file.create_dataset("images", (1449, 3, 640, 480), "u1", chunks=(1, 3, 640, 480), compression=1)
        depths = file.create_dataset("depths", depth_shape, "f4", chunks=(1, *depth_shape[1:]), compression=1)
        for index in (0, 2) if len(depth_shape) == 3 else ():
            image = np.empty((3, 640, 480), dtype=np.uint8)
            image[:] = 10 * index + np.arange(3).reshape(3, 1, 1)
            depth = np.full((640, 480), index + 1, dtype=np.float32)
            image[0, 600, 7], depth[600, 7] = 99, 5
            images[index], depths[index] = image, depth
    return path


def write_raw(root: Path, scenes: tuple[str, ...] = ("kitchen_0001", "office_0002")) -> Path:
    """Raw pairs of 64×48 pixels: in each scene pictures 00000 and 00002, whose depth is 1500 mm with a corner of 0."""
    for scene in scenes:
        (root / scene).mkdir(parents=True)
        for number in ("00000", "00002"):
            Image.new("RGB", (64, 48)).save(root / scene / f"rgb_{number}.jpg")
            write_depth_png(root / scene / f"sync_depth_{number}.png", 1500)
    return root


def write_depth_png(path: Path, value: int, size: tuple[int, int] = (64, 48)) -> Path:
    """A 16-bit PNG of one value, with 0 in its first pixel."""
    path.parent.mkdir(parents=True, exist_ok=True)
    counts = np.full(size[::-1], value, dtype=np.uint16)
    counts[0, 0] = 0
    Image.fromarray(counts).save(path)
    return path


def write_described_depth(root: Path, description: str | None = None, names: tuple[str, ...] = ("a", "b", "c")) -> Path:
    """Pictures `rgb/NAME.jpg` with `depth/NAME.png` in millimetres, all of 2000, and their dataset.toml."""
    (root / "rgb").mkdir(parents=True)
    for name in names:
        Image.new("RGB", (64, 48)).save(root / "rgb" / f"{name}.jpg")
        write_depth_png(root / "depth" / f"{name}.png", 2000)
    text = 'kind = "depth"\nimages = "rgb/*.jpg"\ndepths = "depth/{stem}.png"\nunit = "mm"\n'
    (root / "dataset.toml").write_text(text if description is None else description)
    return root


def write_yolo(root: Path, images: str = "images", *, names: str = "data.yaml") -> Path:
    """YOLO's layout: pictures a and b of 64×48 pixels; a has two objects, b has no labels."""
    folder = root / images
    folder.mkdir(parents=True)
    for name in "ab":
        Image.new("RGB", (64, 48)).save(folder / f"{name}.jpg")
    labels = root / images.replace("images", "labels") / "a.txt"
    labels.parent.mkdir(parents=True)
    labels.write_text("1 0.5 0.5 0.25 0.5\n0 0.125 0.25 0.25 0.5\n")
    (root / names).write_text("nc: 2\nnames: [person, chair]\n" if names.endswith("yaml") else "person\nchair\n")
    return root


def write_voc(root: Path, names: tuple[str, ...] = ("one", "two"), objects: str | None = None) -> Path:
    """Pascal VOC's layout: pictures of 64×48 pixels, each with a dog and a cat."""
    for folder in ("JPEGImages", "Annotations", "ImageSets/Main"):
        (root / folder).mkdir(parents=True)
    for name in names:
        Image.new("RGB", (64, 48)).save(root / "JPEGImages" / f"{name}.jpg")
        inside = voc_object("dog", 1, 1, 64, 48) + voc_object("cat", 11, 6, 30, 40) if objects is None else objects
        (root / "Annotations" / f"{name}.xml").write_text(f"<annotation>{inside}</annotation>")
    return root


def voc_object(name: str, *corners: object) -> str:
    """One object of a VOC annotation, from xmin, ymin, xmax, ymax."""
    tags = ("xmin", "ymin", "xmax", "ymax")
    box = "".join(f"<{tag}>{corner}</{tag}>" for tag, corner in zip(tags, corners, strict=True))
    return f"<object><name>{name}</name><difficult>0</difficult><bndbox>{box}</bndbox></object>"


def write_kitti(root: Path, lines: str) -> tuple[Path, Path]:
    """A grey street, day/0.png, with some LiDAR depth, depth/0.png, and a list of these lines."""
    for part in ("day", "depth"):
        (root / part).mkdir(parents=True)
    Image.fromarray(np.full((370, 1224, 3), 100, dtype=np.uint8)).save(root / "day" / "0.png")
    counts = np.zeros((370, 1224), dtype=np.uint16)
    counts[200:210, 300:310] = 2560 + np.arange(10)[:, None]
    Image.fromarray(counts).save(root / "depth" / "0.png")
    files = root / "files.txt"
    files.write_text(lines)
    return root, files


KITTI_CALIBRATION = (
    "P0: 700 0 600 0 0 700 180 0 0 0 1 0\nP2: 710 0 610 45 0 720 170 -0.3 0 0 1 0.005\nR0_rect: 1 0 0 0 1 0 0 0 1\n\n"
)


def kitti_line(
    label: str = "Car",
    *,
    occluded: int = 0,
    box: tuple[float, ...] = (10, 20, 30, 40),
    size: tuple[float, ...] = (1.5, 2, 4),
    place: tuple[float, ...] = (1, 1.6, 20),
    turn: float = 0.0,
) -> str:
    """One line of KITTI's labels; the size is height, width and length, the place the middle of the box's bottom."""
    return " ".join(map(str, (label, 0.0, occluded, -1.5, *box, *size, *place, turn))) + "\n"


def write_kitti_objects(root: Path, labels: dict[str, str] | None = None) -> Path:
    """KITTI's object benchmark: for each frame a grey picture, its labels and a calibration; at first 000000, a car."""
    for part in ("image_2", "label_2", "calib"):
        (root / part).mkdir(parents=True)
    for name, lines in ({"000000": kitti_line()} if labels is None else labels).items():
        Image.new("RGB", (1224, 370)).save(root / "image_2" / f"{name}.png")
        (root / "label_2" / f"{name}.txt").write_text(lines)
        (root / "calib" / f"{name}.txt").write_text(KITTI_CALIBRATION)
    return root


STREETS_HEADER = "set,id,left,right,depth,depth_acc,labels,fx,fy,cx,cy,baseline_m,drive,frame\n"


def write_streets(root: Path, rows: str | None = None) -> Path:
    """Streets by an index.csv: 000001 of drive_a with labels and depth, 000002 of drive_b with other labels and depth.

    The third picture, 000003 of drive_b, has labels alone. All depths are 10 m, that of the first pixel is unknown.
    """
    for part in ("left", "label_2"):
        (root / part).mkdir(parents=True)
    for name in ("000001", "000002", "000003"):
        Image.new("RGB", (64, 48)).save(root / "left" / f"{name}.png")
        write_depth_png(root / "depth" / f"{name}.png", 2560)
        (root / "label_2" / f"{name}.txt").write_text(kitti_line(box=(10, 20, 30, 40)))
    made = (
        "street,000001,left/000001.png,,depth/000001.png,,label_2/000001.txt,50,51,32,24,,drive_a,\n"
        "street,000002,left/000002.png,,depth/000002.png,,objects/000002.json,50,51,32,24,,drive_b,\n"
        "street,000003,left/000003.png,,,,label_2/000003.txt,50,51,32,24,,drive_b,\n"
    )
    (root / "index.csv").write_text(STREETS_HEADER + (made if rows is None else rows))
    return root


def write_drive(root: Path, numbers: Sequence[int]) -> Path:
    """Pictures of one drive with their numbers as frames, by an index.csv: of grey 80 and 88 in turn, and 8 m deep."""
    (root / "left").mkdir(parents=True)
    rows = []
    for number in numbers:
        Image.new("RGB", (64, 48), ((88, 80)[number % 2 == 0],) * 3).save(root / "left" / f"{number}.png")
        write_depth_png(root / "depth" / f"{number}.png", 8 * 256)
        rows.append(f"street,{number},left/{number}.png,,depth/{number}.png,,,50,50,32,24,,drive_a,{number}\n")
    (root / "index.csv").write_text(STREETS_HEADER + "".join(rows))
    return root


def write_street_pairs(root: Path, rows: str | None = None) -> Path:
    """Streets of two drives by an index.csv: of each a pair, left-hand pictures of grey 10, right-hand ones of 20."""
    for side, grey in (("left", 10), ("right", 20)):
        (root / side).mkdir(parents=True)
        for name in ("000001", "000002", "000003"):
            Image.new("RGB", (64, 48), (grey,) * 3).save(root / side / f"{name}.png")
    made = (
        "street,000001,left/000001.png,right/000001.png,,,,50,51,32,24,0.5,drive_a,\n"
        "street,000002,left/000002.png,,,,,50,51,32,24,,drive_a,\n"
        "street,000003,left/000003.png,right/000003.png,,,,50,51,32,24,0.25,drive_b,\n"
    )
    (root / "index.csv").write_text(STREETS_HEADER + (made if rows is None else rows))
    return root


def write_kitti_pairs(root: Path) -> Path:
    """Two pairs in KITTI's folders, of the grey of their number on the left, and 100 more on the right."""
    for folder in ("image_2", "image_3", "calib", "ImageSets"):
        (root / folder).mkdir(parents=True)
    for number, name in enumerate(("000000", "000001")):
        for folder, more in (("image_2", 0), ("image_3", 100)):
            Image.new("RGB", (32, 24), (number + more,) * 3).save(root / folder / f"{name}.png")
        rows = ("P2: 40 0 16 0 0 40 12 0 0 0 1 0", "P3: 40 0 16 -24 0 40 12 0 0 0 1 0")
        (root / "calib" / f"{name}.txt").write_text("\n".join(rows))
    (root / "ImageSets" / "train.txt").write_text("000000\n")
    (root / "ImageSets" / "val.txt").write_text("000001\n")
    return root


def write_nyu_objects(root: Path, classes: NDArray[np.uint8] | None = None) -> Path:
    """NYU's layout with semantic classes: of 0001 those given, of all others none that is known."""
    write_nyu(root)
    (root / "labels40").mkdir()
    for path in (root / "depth8").iterdir():
        unknown = np.full((480, 640), 39, dtype=np.uint8)
        Image.fromarray(classes if classes is not None and path.stem == "0001" else unknown).save(
            root / "labels40" / path.name
        )
    return root


def distance_table() -> dict[str, Any]:
    """The table of `coco_table` with the distance of its toothbrush."""
    table = coco_table()
    table["annotations"][0]["depth_m"] = 2.5
    return table
