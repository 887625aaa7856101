"""One eye beside two: what a pair of pictures says of each object, and what the left-hand one says alone.

python examples/two_cameras.py left.png right.png rig.toml
"""

import argparse

import howfar


def main() -> None:
    """Print a line for each object that is found in the left-hand picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("left", help="picture of the left-hand camera")
    parser.add_argument("right", help="picture of the right-hand camera, at the same moment")
    parser.add_argument("rig", help="calibration of the two cameras: a rig.toml, KITTI, Middlebury, ROS, Kalibr, …")
    parser.add_argument("--method", default="sgbm", help="what matches the pictures")
    arguments = parser.parse_args()

    try:
        finder = howfar.Rangefinder(camera=arguments.rig, stereo=howfar.Stereo(arguments.method))
        two = finder.look(arguments.left, right=arguments.right)
        one = {thing.box_xyxy_px: thing for thing in finder.look(arguments.left)}
    except howfar.HowfarError as error:
        raise SystemExit(f"two_cameras: {error}") from None
    for thing in two:
        alone = one.get(thing.box_xyxy_px)
        print(f"{thing.label:12s} two eyes {told(thing)}   one eye {'–' if alone is None else told(alone)}")


def told(thing: howfar.SceneObject) -> str:
    """A distance with its interval, which holds the true one four times in five."""
    if not thing.distance.is_known:
        return "unknown"
    return f"{thing.depth_m:5.2f} m ({thing.distance.low_m:.2f} to {thing.distance.high_m:.2f})"


if __name__ == "__main__":
    main()
