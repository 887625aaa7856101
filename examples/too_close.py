"""Warn when something comes too close: a video, a camera or a folder, watched from Python.

python examples/too_close.py drive.mp4 --metres 2 --classes person,chair
"""

import argparse

import howfar


def main() -> None:
    """Print a line for each frame in which something is nearer than the limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", help="video, camera:0, rtsp://… or folder")
    parser.add_argument("--metres", type=float, default=2.0)
    parser.add_argument("--classes", default="person", help="class names, with commas")
    parser.add_argument("--fov-deg", type=float, help="horizontal field of view of the camera")
    arguments = parser.parse_args()

    finder = howfar.Rangefinder(
        fov_deg=arguments.fov_deg, max_depth_m=arguments.metres, classes=arguments.classes.split(",")
    )
    try:
        for scene in finder.watch(arguments.source):
            for thing in scene:
                when = scene.source if scene.time_s is None else f"{scene.time_s:7.2f} s"
                print(
                    f"{when}: {thing.label} at {thing.range_m:.1f} m", "(two depths in its box)" * thing.distance.mixed
                )
    except howfar.HowfarError as error:
        raise SystemExit(f"too_close: {error}") from None


if __name__ == "__main__":
    main()
