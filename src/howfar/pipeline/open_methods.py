"""Opening ranging methods by name, with the network that a method needs."""

from howfar.errors import SettingError
from howfar.models.library import FOREGROUND, open_foreground
from howfar.models.run_options import RunOptions
from howfar.ranging import NO_BOUNDS, STATISTICS, Bounds, Method, method_names, parse_method
from howfar.ranging.methods.foreground import Foreground
from howfar.ranging.methods.layers import NAME as LAYERS
from howfar.ranging.methods.layers import Layers

DEFAULT_METHOD = "auto"
"""The learned method: the depth of the cells that a small network takes for the object in the box."""


def all_method_names() -> tuple[str, ...]:
    """Every name that `open_method` knows."""
    return (DEFAULT_METHOD, f"{DEFAULT_METHOD}:FILE.onnx", LAYERS, *method_names())


def open_method(
    name: str, *, shrink: float | None = None, bounds: Bounds = NO_BOUNDS, options: RunOptions | None = None
) -> Method:
    """The method of a name such as `auto`, `median` or `percentile:40`.

    Args:
        name: One of `all_method_names()`; `auto:FILE.onnx` is the learned method with a network of your own.
        shrink: The share of the box's sides to use, above 0 and at most 1; the method's own when None.
        bounds: Limits in metres on the depths that are used.
        options: How a network is run.

    Raises:
        SettingError: If there is no such method, it takes no shrink factor, or the factor is not above 0 and at most 1.
        ModelError: If the method's network cannot be opened.
    """
    learned, colon, file = name.partition(":")
    if name == LAYERS:
        _refuse_shrink(name, shrink)
        return Layers(bounds)
    if learned != DEFAULT_METHOD:
        if name not in STATISTICS and not name.startswith("percentile:"):
            raise SettingError(
                f"No ranging method is called {name!r}; there are {', '.join(all_method_names())}.", setting="method"
            )
        return parse_method(name, shrink=shrink, bounds=bounds)
    _refuse_shrink(learned, shrink)
    network = open_foreground(file if colon else FOREGROUND, options)
    return Foreground(network, network.side, network.margin, bounds, name)


def _refuse_shrink(name: str, shrink: float | None) -> None:
    if shrink is not None:
        raise SettingError(
            f"The method {name} finds the object in the whole box, and a shrink factor does not go with it: leave it "
            "out, or choose another method.",
            setting="shrink",
        )
