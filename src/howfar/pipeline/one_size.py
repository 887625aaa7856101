"""A number in pixels belongs to pictures of one size: a focal length, the row of a horizon."""

from howfar.errors import SettingError
from howfar.scene.frame import Frame


class OneSize:
    """Remembers the size of the first picture that a number in pixels was used for, and refuses it for other sizes.

    Nothing in a picture tells whether it was made smaller, cut, or taken by another camera, and in each case the number
    is another one.
    """

    def __init__(self, what: str, setting: str, *, either_way: bool = False, instead: str = "") -> None:
        """Take the number's name.

        Args:
            what: What it is, in words, as the beginning of a sentence.
            setting: The name of the setting that gives it.
            either_way: Whether it holds for a picture lying on its side, too.
            instead: What else can be given, at the end of a sentence.
        """
        self._what, self._setting, self._either_way, self._instead = what, setting, either_way, instead
        self._first: tuple[int, int] | None = None

    def check(self, frame: Frame) -> None:
        """Remember the first picture's size, and compare others with it.

        Raises:
            SettingError: If this picture has another size than the first one.
        """
        size = (frame.width_px, frame.height_px)
        first = self._first = self._first or size
        if size == first or (self._either_way and size == first[::-1]):
            return
        raise SettingError(
            f"{self._what} was given for pictures of {first[0]}×{first[1]} pixels, and {frame.source} has "
            f"{size[0]}×{size[1]}: look at pictures of one size at a time{self._instead}.",
            setting=self._setting,
        )


def one_focal_length() -> OneSize:
    """Watches over the pictures that a focal length in pixels is used for."""
    instead = ", or give a field of view, which fits every size"
    return OneSize("A focal length in pixels", "focal_px", either_way=True, instead=instead)


def one_horizon() -> OneSize:
    """Watches over the pictures that the row of a horizon is used for."""
    return OneSize("The row of a horizon", "horizon_px")
