"""What a server has open, in words for its clients."""

from typing import Any

from howfar.pipeline.rangefinder import Rangefinder


def described(finder: Rangefinder) -> dict[str, Any]:
    """The networks of a finder and their facts, as far as its perceiver tells, and the ranging methods."""
    detector = getattr(finder.perceiver, "detector", None)
    facts = getattr(getattr(finder.perceiver, "depth", None), "facts", None)
    return {
        "detector": None if detector is None else {"name": detector.name, "classes": list(detector.class_names)},
        "depth": None
        if facts is None
        else {
            "name": facts.name,
            "kind": facts.kind,
            "scenes": facts.scenes or None,
            "reach_m": facts.reach_m,
            "sha256": facts.sha256 or None,
        },
        "methods": list(finder.method_names),
        "max_depth_m": finder.ranging.max_depth_m,
    }
