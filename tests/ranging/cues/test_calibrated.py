"""Spreads as measured, and wider ones on pictures unlike those learned from."""

import math
from dataclasses import replace

import pytest

from howfar.ranging.cues.calibrated import (
    LENS_NOTE,
    SHAPE_NOTE,
    on_seen_pictures,
    with_measured_spread,
    with_measured_spreads,
)
from howfar.ranging.cues.fusion import Fused
from howfar.scene import Camera, Cue, DepthFacts
from howfar.scene.margins import DomainMargin, Margins, Spread

FACTS = DepthFacts(
    "net",
    margins=Margins(
        domains=(DomainMargin("outdoors", (5.0,), (1.4,)),),
        spreads=(Spread("size", "outdoors", 2.0), Spread("joined", "outdoors", 0.5)),
    ),
    outdoors=1.0,
)
NONE = DepthFacts("net")
DEPTH, SIZE, GROUND = Cue("depth", 4.0, 0.2), Cue("size", 5.0, 0.1), Cue("ground", 6.0, 0.3)
SILENT = Cue.unknown("size", "no known size")


def lens(width_px: int, height_px: int, field_deg: float) -> Camera:
    """A camera whose longer side sees so many degrees."""
    focal_px = max(width_px, height_px) / 2 / math.tan(math.radians(field_deg) / 2)
    return Camera(width_px, height_px, focal_px, focal_px, width_px / 2, height_px / 2)


@pytest.mark.parametrize(
    ("facts", "size_log_sd", "joined_log_sd"), [(FACTS, 0.2, 0.1), (NONE, 0.1, 0.2)], ids=["measured", "not measured"]
)
def test_the_spreads_of_other_cues_are_multiplied_by_what_was_measured(facts, size_log_sd, joined_log_sd) -> None:
    size, ground, silent = with_measured_spreads((SIZE, GROUND, SILENT), facts)
    assert (size.depth_m, size.log_sd, ground) == (5.0, pytest.approx(size_log_sd), GROUND)
    assert silent == SILENT
    assert with_measured_spread(Fused(4.0, 0.2), facts).log_sd == pytest.approx(joined_log_sd)


def test_the_depth_map_is_not_another_cue() -> None:
    assert with_measured_spreads((DEPTH,), FACTS) == (DEPTH,)


@pytest.mark.parametrize(
    ("camera", "wider", "note"),
    [
        (lens(640, 480, 60), False, ""),
        (lens(480, 1280, 80), False, ""),
        (lens(1242, 375, 81), False, ""),
        (lens(1500, 400, 81), True, ""),
        (lens(1500, 250, 80), True, SHAPE_NOTE),
        (lens(250, 1500, 80), True, SHAPE_NOTE),
        (lens(640, 480, 16), True, LENS_NOTE),
        (lens(640, 480, 140), True, LENS_NOTE),
    ],
    ids=[
        "usual",
        "upright",
        "as wide as KITTI's",
        "a little wider",
        "a strip",
        "an upright strip",
        "a long lens",
        "a fisheye",
    ],
)
def test_a_picture_unlike_those_learned_from_is_less_certain_and_says_why(camera, wider: bool, note: str) -> None:
    (cue,) = on_seen_pictures([DEPTH], camera, NONE)
    assert (cue.depth_m, cue.note, cue.log_sd > DEPTH.log_sd) == (4.0, note, wider)


def test_the_odder_the_wider() -> None:
    sds = [on_seen_pictures([DEPTH], lens(640, 480, field), NONE)[0].log_sd for field in (40, 25, 18, 12, 6)]
    assert sds == sorted(sds)


def test_a_measured_map_and_a_silent_cue_stay_and_another_reason_is_kept() -> None:
    strip = lens(1500, 250, 80)
    silent, doubtful = Cue.unknown("depth", "no metres"), replace(DEPTH, note="too near")
    assert on_seen_pictures([DEPTH], strip, replace(NONE, measured=True)) == (DEPTH,)
    assert on_seen_pictures([silent], strip, NONE) == (silent,)
    assert on_seen_pictures([doubtful], strip, NONE)[0].note == "too near"
