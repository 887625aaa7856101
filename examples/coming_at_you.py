"""Follow what a camera sees and say what comes at it: number, distance, speed, seconds to contact.

python examples/coming_at_you.py drive.mp4 --seconds 3
"""

import argparse

import howfar


def main() -> None:
    """Print a line for each frame in which something is about to be here."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", help="video, camera:0 or rtsp://…")
    parser.add_argument("--seconds", type=float, default=3.0, help="tell contacts within this time")
    parser.add_argument("--fov-deg", type=float, help="horizontal field of view of the camera")
    arguments = parser.parse_args()

    finder = howfar.Rangefinder(fov_deg=arguments.fov_deg)
    try:
        for scene in finder.watch(arguments.source, track=True):
            for thing in scene:
                track = thing.track
                if track is not None and track.ttc_s < arguments.seconds:
                    print(
                        f"{scene.time_s or 0:7.2f} s: #{track.track_id} {thing.label} at {thing.depth_m:.1f} m, "
                        f"{track.speed_m_s:.1f} m/s, here in {track.ttc_s:.1f} s "
                        f"({track.ttc_low_s:.1f} to {track.ttc_high_s:.1f})"
                    )
    except howfar.HowfarError as error:
        raise SystemExit(f"coming_at_you: {error}") from None


if __name__ == "__main__":
    main()
