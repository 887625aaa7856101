"""Batches of stereo pairs."""

import numpy as np
import pytest

from howfar.datasets.rig_pairs import RigPair
from howfar.scene import Camera
from howfar.training.data.depth.augmentation import DepthAugmentation
from howfar.training.data.depth.batches import DepthDraw
from howfar.training.data.depth.mixing import MixedDraw
from howfar.training.self_supervised.examples import PairExample, PairExamples, Rig, collate

STILL = DepthAugmentation(base_px=(64, 32), scale=(1.0, 1.0), rotation_deg=0.0, colour=(1.0, 1.0), flip=0.0)


def pair(baseline_m: float = 0.5, focal_px: float = 50.0) -> RigPair:
    """Left: a ramp across; right: the same, four pixels further left."""
    ramp = np.tile((2 * np.arange(68)).astype(np.uint8)[None, :, None], (32, 1, 3))
    return RigPair("a", ramp[:, :64], ramp[:, 4:], Camera.from_focal(64, 32, focal_px), baseline_m)


def draw(augmentation: DepthAugmentation, of: RigPair, index: int = 0, width: int = 32) -> PairExample:
    examples = PairExamples([[of] * (index + 1)], augmentation, Rig.of(pair(), (64, 32)), seed=1)
    return examples[MixedDraw(0, DepthDraw(index, 0, (width, 32)))]


def test_both_pictures_show_the_same_part() -> None:
    example = draw(STILL, pair())
    assert example.left.shape == example.right.shape == (32, 32, 3)
    assert (example.right.astype(int) - example.left == 8).all()


def test_a_mirrored_pair_is_a_pair_with_its_eyes_exchanged() -> None:
    flipping = DepthAugmentation(base_px=(64, 32), scale=(1.0, 1.0), rotation_deg=0.0, colour=(1.0, 1.0), flip=1.0)
    example = draw(flipping, pair())
    # The ramp falls now; what lies at x on the left still lies at x − 4 on the right.
    assert (np.diff(example.left[0, :, 0].astype(int)) < 0).all()
    np.testing.assert_array_equal(example.right[:, :-4], example.left[:, 4:])


def test_both_pictures_have_the_same_colours() -> None:
    coloured = DepthAugmentation(base_px=(64, 32), scale=(1.0, 1.0), rotation_deg=0.0, colour=(0.5, 0.9), flip=0.0)
    example = draw(coloured, pair())
    np.testing.assert_array_equal(example.right[:, :-4], example.left[:, 4:])


@pytest.mark.parametrize(("baseline_m", "ratio"), [(0.5, 1.0), (0.25, 0.5)], ids=["the rig's own", "half of it"])
def test_the_baseline_is_told_as_a_multiple_of_the_learned_one(baseline_m: float, ratio: float) -> None:
    assert draw(STILL, pair(baseline_m)).baseline == pytest.approx(ratio)


def test_another_camera_is_brought_to_the_focal_length_that_is_learned() -> None:
    ours, theirs = draw(STILL, pair()), draw(STILL, pair(focal_px=25.0), width=64)
    step = {name: np.median(np.diff(each.left[16, 8:24, 0].astype(int))) for name, each in (("o", ours), ("t", theirs))}
    # Half of the focal length: enlarged twice, so that the ramp rises half as fast.
    assert step == {"o": 2, "t": 1}


def test_the_rig_tells_metres() -> None:
    rig = Rig.of(pair(), (128, 64))
    assert rig.focal_px == pytest.approx(100.0)
    # 4 of 128 pixels are a 32nd of the width: Z = f · B / d = 100 · 0.5 / 4.
    assert rig.unit_m(128) * 32 == pytest.approx(100 * 0.5 / 4)


def test_the_middle_fills_the_crop() -> None:
    rig, camera = Rig.of(pair(), (64, 32)), pair().camera
    assert rig.middle(camera, (64, 32)).scale == pytest.approx(1.0)
    assert rig.middle(camera, (64, 64)).scale == pytest.approx(2.0)


def test_a_batch_stacks_pairs() -> None:
    batch = collate([draw(STILL, pair()), draw(STILL, pair(0.25))])
    assert batch.left.shape == batch.right.shape == (2, 3, 32, 32)
    assert batch.baseline.tolist() == pytest.approx([1.0, 0.5])
    assert batch.names == ("a", "a")
