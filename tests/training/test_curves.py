"""The curves of a training as a picture."""

from pathlib import Path

import pytest
from PIL import Image

from howfar.training.curves import draw_curves

LOSSES = {"loss": 2.0, "l1": 1.0}


@pytest.mark.parametrize(
    ("figures", "panels"),
    [({"val_rel": 0.3}, 2), ({}, 1)],
    ids=["losses and validation", "losses alone"],
)
def test_each_kind_of_figure_that_there_is_has_its_panel(
    tmp_path: Path, figures: dict[str, float], panels: int
) -> None:
    rows = [{"epoch": float(epoch), "seconds": 1.0, **LOSSES, **figures} for epoch in (1, 2, 3)]
    draw_curves(rows, tmp_path / "curves.png", "a training")
    width, height = Image.open(tmp_path / "curves.png").size
    assert round(8 * height / width / 3.5) == panels
