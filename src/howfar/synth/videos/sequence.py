"""One video, from its number to its files."""

from pathlib import Path

import numpy as np

from howfar.io.camera_files import write_calibration
from howfar.io.video_writer import VideoWriter
from howfar.scene.calibration import Calibration
from howfar.synth.assembly import assemble
from howfar.synth.objects import seen_objects
from howfar.synth.photograph import exposure, photograph, random_sensor
from howfar.synth.videos.moving_street import moving_street
from howfar.synth.videos.spec import VideoSpec
from howfar.synth.videos.truth import (
    CAMERA_NAME,
    MOT_INFO_NAME,
    MOT_NAME,
    RECORD_NAME,
    TRACKS_NAME,
    VIDEO_NAME,
    SeenFrame,
    mot_info_text,
    mot_text,
    tracks_text,
)
from howfar.synth.views import see
from howfar.synth.writing import write_json, write_text


def render_video(spec: VideoSpec, out: Path, number: int) -> int:
    """Render one video and write its files; gives its number.

    Raises:
        OutputError: If a file cannot be written.
    """
    random, camera, times_s = spec.random(number), spec.camera(number), spec.times_s(number)
    world = moving_street(random, spec.seconds)
    folder, frames = video_folder(out, number), []
    sensor, factor = random_sensor(random), 0.0
    with VideoWriter(folder / VIDEO_NAME, overwrite=True) as video:
        for index, time_s in enumerate(times_s):
            assembly = assemble(world.at(time_s))
            views = see(assembly, camera, 0.0)
            # The exposure stays as it was at first, as that of a camera does for a few seconds.
            factor = factor or exposure(views.left, np.isfinite(views.depth_m), sensor.grey)
            video.write(photograph(views.left, sensor, factor, random), time_s)
            seen = seen_objects(assembly, views, camera)
            motions = {each.instance: world.motion_of(each.instance, time_s) for each in seen}
            frames.append(SeenFrame(index, time_s, seen, motions))
    calibration = folder / CAMERA_NAME
    calibration.unlink(missing_ok=True)
    write_calibration(Calibration(camera), calibration)
    write_text(folder / TRACKS_NAME, tracks_text(frames))
    write_text(folder / MOT_NAME, mot_text(frames))
    write_text(folder / MOT_INFO_NAME, mot_info_text(folder.name, camera, frames))
    write_json(
        folder / RECORD_NAME,
        {"frames": len(frames), "times_s": list(times_s), "camera_stands_still": world.ride.is_still},
    )
    return number


def video_folder(out: Path, number: int) -> Path:
    """The folder of the video of a number."""
    return out / f"{number:06d}"
