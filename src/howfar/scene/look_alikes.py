"""Classes that one thing is taken for: a tanker is car, truck and bus at once.

Detectors give each class a score of its own, so that one thing comes out as several boxes of different classes. Of the
boxes that the embedded detector gives at a score of 0.3, 202 pairs on 337 photos of COCO and 26 on 11 streets are
look-alikes of the groups below that overlap by more than an IoU of 0.6; the truth has 15 such pairs on the photos, most
of them one thing with two names. What shares a box in truth is in no group: a person and what they ride or sit on, a
bowl and what is in it, a chair and its table.
"""

LOOK_ALIKES = (
    ("car", "truck", "bus", "train"),
    ("bicycle", "motorcycle"),
    ("bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe", "teddy bear"),
    ("backpack", "handbag", "suitcase"),
    ("skis", "snowboard", "surfboard", "skateboard"),
    ("bottle", "wine glass", "cup", "bowl", "vase"),
    ("fork", "knife", "spoon", "scissors", "toothbrush"),
    ("banana", "apple", "orange", "broccoli", "carrot"),
    ("sandwich", "hot dog", "pizza", "donut", "cake"),
    ("bench", "chair", "couch", "bed"),
    ("tv", "laptop", "microwave", "oven", "toaster", "refrigerator"),
    ("remote", "cell phone"),
)
"""The groups, by COCO's names."""

_GROUPS = {name: names[0] for names in LOOK_ALIKES for name in names}


def group_of(label: str) -> str:
    """A name that classes which look alike share; that of the class itself for any other."""
    name = label.strip().casefold()
    return _GROUPS.get(name, name)
