"""What moves in a video, and where it is at each moment."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from howfar.synth.world import STRUCTURE, Body, Eye, World

MOMENT_S = 1e-3
"""Half the time over which a speed is taken as a difference."""


@dataclass(frozen=True, slots=True, eq=False)
class Mover:
    """A body that moves straight ahead, as it looks.

    Attributes:
        make: The body at its own origin at a time in seconds; it looks along X.
        start_m: Where it is at the time 0, in the world.
        heading_rad: Where it goes, counter-clockwise from X.
        speed_m_s: Its speed at the time 0.
        acceleration_m_s2: How the speed grows, or falls until it stands.
    """

    make: Callable[[float], Body]
    start_m: tuple[float, float, float]
    heading_rad: float
    speed_m_s: float
    acceleration_m_s2: float = 0.0

    def way_m(self, time_s: float) -> float:
        """How far it has gone."""
        a, v = self.acceleration_m_s2, self.speed_m_s
        moving_s = min(time_s, -v / a) if a < 0 else time_s
        return v * moving_s + a * moving_s**2 / 2

    def speed_at(self, time_s: float) -> float:
        """Its speed in metres per second."""
        return max(0.0, self.speed_m_s + self.acceleration_m_s2 * time_s)

    def at(self, time_s: float) -> Body:
        """The body in the world."""
        way_m, (x, y, z) = self.way_m(time_s), self.start_m
        x, y = x + way_m * math.cos(self.heading_rad), y + way_m * math.sin(self.heading_rad)
        return self.make(time_s).at(x, y, z, self.heading_rad)


@dataclass(frozen=True, slots=True)
class Ride:
    """How the camera moves: straight ahead along Y, with the sway of a car or of a walker.

    Attributes:
        start: Where it is at the time 0, and how it looks.
        speed_m_s: Its speed along Y; 0 for a camera that stands.
        yaw_rate_rad_s: How fast it turns to the left.
        sway_m: How far it goes up and down.
        sway_rad: How far it nods and rolls.
        sway_hz: How often.
    """

    start: Eye
    speed_m_s: float = 0.0
    yaw_rate_rad_s: float = 0.0
    sway_m: float = 0.0
    sway_rad: float = 0.0
    sway_hz: float = 1.0

    @property
    def is_still(self) -> bool:
        """Whether the camera neither moves nor turns."""
        return not (self.speed_m_s or self.yaw_rate_rad_s or self.sway_m or self.sway_rad)

    def at(self, time_s: float) -> Eye:
        """The camera at a time."""
        x, y, z = self.start.position_m
        phase = math.tau * self.sway_hz * time_s
        return replace(
            self.start,
            position_m=(x, y + self.speed_m_s * time_s, z + self.sway_m * math.sin(phase)),
            yaw_rad=self.start.yaw_rad + self.yaw_rate_rad_s * time_s,
            pitch_rad=self.start.pitch_rad + self.sway_rad * math.sin(phase + 1.0),
            roll_rad=self.start.roll_rad + self.sway_rad * math.sin(phase / 2),
        )


@dataclass(frozen=True, slots=True)
class Motion:
    """How an object moves at one moment.

    Attributes:
        towards_m_s: How fast its depth shrinks: its speed towards the camera's plane, above 0 if it comes nearer.
        over_ground_m_s: Its speed in the world.
    """

    towards_m_s: float
    over_ground_m_s: float


@dataclass(frozen=True, slots=True, eq=False)
class MovingWorld:
    """A scene in which some bodies and perhaps the camera move.

    Attributes:
        still: The world at the time 0, without what moves; its camera is not used.
        movers: What moves.
        ride: The camera.
    """

    still: World
    movers: tuple[Mover, ...]
    ride: Ride

    def at(self, time_s: float) -> World:
        """The scene at a time; its objects have the same order, and so the same numbers, at any time."""
        bodies = (*self.still.bodies, *(mover.at(time_s) for mover in self.movers))
        return replace(self.still, bodies=bodies, eye=self.ride.at(time_s))

    def motion_of(self, instance: int, time_s: float) -> Motion:
        """The motion of the object with this number, counted from 1."""
        standing = [body for body in self.still.bodies if body.name != STRUCTURE]
        if instance <= len(standing):
            place, mover = standing[instance - 1].matrix[:3, 3], None
        else:
            mover = self.movers[instance - 1 - len(standing)]
        depths_m = []
        for moment_s in (time_s - MOMENT_S, time_s + MOMENT_S):
            eye = self.ride.at(moment_s)
            if mover is not None:
                place = mover.at(moment_s).matrix[:3, 3]
            depths_m.append(_depth_m(place, eye))
        speed_m_s = 0.0 if mover is None else mover.speed_at(time_s)
        return Motion((depths_m[0] - depths_m[1]) / (2 * MOMENT_S), speed_m_s)


def _depth_m(place_m: NDArray[np.float64], eye: Eye) -> float:
    return float(eye.rotation[2] @ (place_m - np.array(eye.position_m)))
