"""Rendering many videos on many cores; what is complete is not rendered again."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from howfar.errors import SettingError
from howfar.synth.making import alone, claim, rendered
from howfar.synth.meshes import need_renderer
from howfar.synth.spec import MOST_SCENES
from howfar.synth.videos.sequence import render_video, video_folder
from howfar.synth.videos.spec import VideoSpec
from howfar.synth.videos.truth import RECORD_NAME

FORM = 1
"""Of the videos: raised when the same seed no longer gives the same files, so that no folder mixes the two."""


def missing_videos(spec: VideoSpec, out: Path, videos: int) -> list[int]:
    """Claim a folder for the settings, and tell which of the videos 0 to `videos` - 1 are not complete in it.

    Raises:
        SettingError: If the count cannot be, or the folder holds videos of other settings.
        OutputError: If the folder holds something else, or cannot be written to.
        MissingExtraError: If what casts rays is not installed.
    """
    need_renderer()
    if not 1 <= videos <= MOST_SCENES:
        raise SettingError(f"From 1 to {MOST_SCENES} videos can be rendered, not {videos}: choose a number between.")
    claim({"videos": FORM, **asdict(spec)}, out)
    return [number for number in range(videos) if not (video_folder(out, number) / RECORD_NAME).is_file()]


def make_videos(
    spec: VideoSpec, out: Path, numbers: Sequence[int], workers: int | None, step: Callable[[str], None]
) -> int:
    """Render videos into a folder that `missing_videos` has claimed.

    Args:
        spec: The settings.
        out: The folder.
        numbers: The videos to render.
        workers: Processes that render; as many as there are cores if None.
        step: Called once a video, with its name.

    Returns:
        How many videos the folder has.

    Raises:
        SettingError: If there are to be no or too many processes.
        OutputError: If another command renders into the folder, a file cannot be written, or a process was ended.
    """
    with alone(out):
        for number in rendered(partial(render_video, spec, out), numbers, workers):
            step(video_folder(out, number).name)
    return len(list(out.glob(f"*/{RECORD_NAME}")))
