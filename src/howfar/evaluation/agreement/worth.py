"""Whether int8 pays on this machine: two probes of some convolutions, alike but for int8, timed in turns."""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from howfar.evaluation.agreement.speed import times_of
from howfar.models.card import card_path
from howfar.models.card_reading import read_card
from howfar.models.processor import has_vnni

FLOAT, INT8 = "probe-float", "probe-int8"
PAYS = 0.9
"""It pays where it takes at most this share of the time of the fastest way in floats: calibrating is work as well."""

VNNI = {
    True: "the processor multiplies bytes in one step (VNNI, or its like)",
    False: "the processor has no VNNI, so weights would have 7 bits",
    None: "it cannot be told whether the processor has VNNI, so weights would have 7 bits",
}


def int8_worth(turns: int) -> str:
    """Say whether int8 pays here, and by which times.

    Args:
        turns: How often each probe is run by each engine.
    """
    folder = Path(str(resources.files("howfar.models").joinpath("probes")))
    files = {name: folder / f"{name}.onnx" for name in (FLOAT, INT8)}
    times_ms, _ = times_of({name: (path, read_card(card_path(path))) for name, path in files.items()}, turns)
    return f"{verdict(times_ms)}; {VNNI[has_vnni()]}"


def verdict(times_ms: Mapping[str, float]) -> str:
    """Say whether int8 pays, from the times of the probes by name, engine and precision."""
    words = {name: name.partition(", ")[2] for name in times_ms}
    floats, int8 = ({name: took for name, took in times_ms.items() if name.startswith(each)} for each in (FLOAT, INT8))
    quickest, fast = min(floats, key=floats.__getitem__), min(int8, key=int8.__getitem__)
    pays = "pays" if int8[fast] <= PAYS * floats[quickest] else "does not pay"
    return (
        f"it {pays} here: a probe takes {int8[fast]:.1f} ms by {words[fast]}, and {floats[quickest]:.1f} ms by "
        f"{words[quickest]}, the fastest in floats"
    )
