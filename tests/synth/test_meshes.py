"""The unit meshes."""

import importlib.util

import numpy as np
import pytest

from howfar.errors import MissingExtraError
from howfar.synth.meshes import SHAPES, need_renderer, unit_mesh

pytest.importorskip("trimesh", reason="needs the extra `synth`")

HOLLOW = ("shade", "ring", "leaves")


@pytest.mark.parametrize("name", SHAPES)
def test_a_unit_mesh_fills_the_unit_cube(name: str) -> None:
    corners = unit_mesh(name).corners.reshape(-1, 3)
    np.testing.assert_allclose(corners.min(axis=0), -0.5, atol=0.02)
    np.testing.assert_allclose(corners.max(axis=0), 0.5, atol=0.02)


@pytest.mark.parametrize("name", [name for name in SHAPES if name not in HOLLOW])
def test_normals_look_outwards(name: str) -> None:
    mesh = unit_mesh(name)
    assert (np.einsum("tx,tx->t", mesh.faces, mesh.corners.mean(axis=1)) > 0).all()
    assert (np.einsum("tcx,tx->tc", mesh.normals, mesh.faces) > 0.5).all()
    np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=2), 1, atol=1e-9)


def test_a_box_keeps_its_edges_and_a_ball_has_none() -> None:
    box, ball = unit_mesh("box"), unit_mesh("ball")
    np.testing.assert_allclose(box.normals, np.repeat(box.faces[:, None], 3, axis=1), atol=1e-9)
    np.testing.assert_allclose(ball.normals, 2 * ball.corners, atol=0.03)


def test_the_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"howfar\[synth\]"):
        need_renderer()
