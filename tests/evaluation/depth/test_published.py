"""Figures of papers."""

from dataclasses import astuple

import numpy as np
import pytest

from howfar.evaluation.depth.protocols import DEPTH_PROTOCOLS
from howfar.evaluation.depth.published import NYU_PUBLISHED, PUBLISHED

TABLE_I = """
    Eigen      0.907 0.215  nan  0.611 0.887 0.971
    Wang       0.745 0.220  nan  0.605 0.890 0.970
    Eigen      0.641 0.158  nan  0.769 0.950 0.988
    Laina      0.597 0.137 0.059 0.818 0.955 0.988
    Hybrid     0.593 0.130 0.057 0.833 0.960 0.989
"""
"""As the paper prints it: RMSE, REL, log10 and the three δ."""


@pytest.mark.parametrize(("row", "printed"), list(zip(NYU_PUBLISHED, TABLE_I.split("\n")[1:-1], strict=True)))
def test_the_rows_are_those_of_the_papers_table(row, printed: str) -> None:
    name, rmse_m, rel, *others = printed.split()
    assert row.name.startswith(name)
    assert astuple(row)[2:] == pytest.approx([float(rel), float(rmse_m), *map(float, others)], nan_ok=True)


def test_they_stand_beside_protocols_that_there_are() -> None:
    assert set(PUBLISHED) <= set(DEPTH_PROTOCOLS)
    assert all(np.isfinite(row.rel) for row in NYU_PUBLISHED)
