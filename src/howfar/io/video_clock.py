"""The time of a video's frames, which goes on where the clock of the file jumps."""

JUMP_S = 10.0
"""A transport stream whose clock leaps further has been joined from two; FFmpeg's own programs take it for that too."""
STEP_BACK_S = 1.0


class VideoClock:
    """Gives each frame its time from the start of the video, in seconds; it never goes back.

    Recordings that were joined begin their clock anew, or at another time of day: the first frame of the next one then
    follows the last one of the former by one frame.

    Attributes:
        has_jumped: Whether the clock of the file has jumped so far.
    """

    def __init__(self, start_s: float, fps: float | None, *, may_leap: bool) -> None:
        """Begin.

        Args:
            start_s: Time that the file states for its first frame.
            fps: Frames a second; None where the file does not say.
            may_leap: Whether a leap ahead is one of the clock, and not a pause in the video.
        """
        self.has_jumped = False
        self._start_s = start_s
        self._fps = fps
        self._may_leap = may_leap
        self._shift_s = -start_s
        self._last_s: float | None = None
        self._step_s = 1 / fps if fps else 0.0

    def time_s(self, stated_s: float | None, index: int) -> float | None:
        """The time of the next frame.

        Args:
            stated_s: Its time as the file states it; None where it does not.
            index: Its number, which tells the time of a frame that has none.
        """
        if stated_s is None:
            return index / self._fps if self._fps else None
        time_s = stated_s + self._shift_s
        if self._last_s is not None:
            if self._is_jump(stated_s, time_s - self._last_s):
                self.has_jumped = True
                self._start_s = stated_s
                self._shift_s += self._last_s + self._step_s - time_s
            elif 0 < time_s - self._last_s < STEP_BACK_S:
                self._step_s = time_s - self._last_s
            time_s = max(stated_s + self._shift_s, self._last_s)
        else:
            time_s = max(time_s, 0.0)
        self._last_s = time_s
        return time_s

    def _is_jump(self, stated_s: float, ahead_s: float) -> bool:
        if ahead_s < 0:  # a little, and not to its beginning, is only a frame whose time is wrong
            return ahead_s < -STEP_BACK_S or stated_s <= self._start_s
        return self._may_leap and ahead_s > JUMP_S
