"""The field over superpixels, beside what counting everything gives."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from howfar.evaluation.crf.class_geometry import ClassGeometry
from howfar.evaluation.crf.field import DEPTH_LOG_SD, Beliefs, Evidence, Field, independent_sets
from howfar.evaluation.crf.weights import CrfWeights
from tests.evaluation.crf.made import random_evidence, row_of

NONE = CrfWeights(
    smooth_depth=0, smooth_classes=0, across_classes=1, geometry=0, plane=0, segment_class=0, detail=1, colour=10
)
ALL = CrfWeights(
    smooth_depth=2, smooth_classes=0.7, across_classes=0.2, geometry=0.4, plane=0.5, segment_class=0.6, colour=10
)
GEOMETRY = ClassGeometry(np.random.default_rng(1).normal(0, 0.4, (3, 5)), np.array([0.1, 0.3, 0.6]))

WEIGHTS = [
    pytest.param(NONE, id="the network alone"),
    pytest.param(replace(NONE, smooth_depth=3), id="smooth depth"),
    pytest.param(replace(NONE, smooth_classes=1), id="smooth classes"),
    pytest.param(replace(NONE, smooth_depth=3, across_classes=0), id="depth edges at class edges"),
    pytest.param(replace(NONE, geometry=0.5), id="what classes tell of depth"),
    pytest.param(replace(NONE, plane=2), id="planes"),
    pytest.param(replace(NONE, segment_class=1), id="segments of one class"),
    pytest.param(ALL, id="all"),
]


def laid(evidence: Evidence, weights: CrfWeights) -> Field:
    return Field(evidence, weights, None if evidence.probabilities is None else GEOMETRY)


def test_alone_the_network_is_believed() -> None:
    evidence = random_evidence(3)
    beliefs = laid(evidence, NONE).settled()
    np.testing.assert_allclose(beliefs.log_depths, evidence.log_depths)
    np.testing.assert_allclose(beliefs.classes, evidence.probabilities)


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("classes", [3, 0], ids=["depth and classes", "depth alone"])
def test_the_free_energy_never_rises(weights: CrfWeights, classes: int) -> None:
    field = laid(random_evidence(classes), weights)
    beliefs = field.start()
    energies = [field.free_energy(beliefs)]
    for _ in range(4):
        for step in (field.with_depths, field.with_classes):
            beliefs = step(beliefs)
            energies.append(field.free_energy(beliefs))
    assert (np.diff(energies) <= 1e-9).all()


@pytest.mark.parametrize("weights", WEIGHTS)
def test_depths_and_planes_are_at_the_minimum_given_the_classes(weights: CrfWeights) -> None:
    field = laid(random_evidence(3), weights)
    beliefs = field.with_depths(field.start())
    least = field.free_energy(beliefs)
    rng = np.random.default_rng(2)
    for _ in range(20):
        moved = replace(
            beliefs,
            log_depths=beliefs.log_depths + rng.normal(0, 0.01, beliefs.log_depths.shape),
            planes=beliefs.planes + rng.normal(0, 0.01, beliefs.planes.shape),
        )
        assert field.free_energy(moved) >= least


def energy_of(evidence: Evidence, weights: CrfWeights, classes: tuple[int, ...], above: int) -> float:
    """The energy of one labelling of a row in one segment, at the network's depths: written out, term by term."""
    layers, depths = evidence.layers, evidence.log_depths
    energy = 0.0
    for i, c in enumerate(classes):
        energy -= math.log(evidence.probabilities[i, c])
        expected = GEOMETRY.expected(layers.positions, float(depths.mean()))[i, c]
        sd = GEOMETRY.log_sds[c]
        energy += weights.geometry * ((depths[i] - expected) ** 2 / (2 * sd**2) + math.log(sd))
        energy += weights.segment_class * (c != above)
    for (i, j), border in zip(layers.edges.tolist(), layers.borders, strict=True):
        colour = ((layers.colours[i] - layers.colours[j]) ** 2).sum()
        affinity = border * math.exp(-colour / (2 * weights.colour**2))
        share = 1.0 if classes[i] == classes[j] else weights.across_classes
        energy += affinity * weights.smooth_depth * share * (depths[i] - depths[j]) ** 2 / (2 * DEPTH_LOG_SD**2)
        energy += affinity * weights.smooth_classes * (classes[i] != classes[j])
    return energy


def counted(evidence: Evidence, weights: CrfWeights) -> tuple[np.ndarray, float, tuple[int, ...]]:
    """The exact marginals, −ln Z, and the most probable labelling, by counting all of them."""
    count, classes = evidence.probabilities.shape
    marginals, total = np.zeros((count, classes)), 0.0
    best, least = (), math.inf
    for labels in itertools.product(range(classes), repeat=count):
        for above in range(classes):
            energy = energy_of(evidence, weights, labels, above)
            total += math.exp(-energy)
            marginals[np.arange(count), labels] += math.exp(-energy)
            if energy < least:
                best, least = labels, energy
    return marginals / total, -math.log(total), best


def tiny(seed: int) -> Evidence:
    rng = np.random.default_rng(seed)
    return Evidence(row_of(4, [100, 104, 103, 120]), rng.normal(0.5, 0.1, 4), rng.dirichlet(np.ones(3) * 2, 4))


def classes_alone(field: Field, rounds: int = 50) -> Beliefs:
    beliefs = field.start()
    for _ in range(rounds):
        beliefs = field.with_classes(beliefs)
    return beliefs


@pytest.mark.parametrize("seed", range(4))
def test_classes_that_hardly_talk_are_as_counting_all_labellings_says(seed: int) -> None:
    weak = CrfWeights(smooth_depth=0.2, smooth_classes=0.15, across_classes=0.3, geometry=0.3, segment_class=0.1)
    evidence = tiny(seed)
    field = laid(evidence, weak)
    beliefs = classes_alone(field)
    exact, bound, _ = counted(evidence, weak)
    np.testing.assert_allclose(beliefs.classes, exact, atol=0.02)
    # The planes are no part of what is counted; −ln Z is a bound from below.
    assert field.free_energy(replace(beliefs, planes=np.zeros_like(beliefs.planes))) >= bound


@pytest.mark.parametrize("seed", range(4))
def test_classes_that_talk_much_settle_on_no_worse_labelling_than_the_networks_own(seed: int) -> None:
    strong = CrfWeights(smooth_depth=0.5, smooth_classes=1.5, across_classes=0.3, geometry=0.3, segment_class=0.5)
    evidence = tiny(seed)
    settled = classes_alone(laid(evidence, strong)).classes.argmax(axis=1)
    energies = [
        min(energy_of(evidence, strong, tuple(labels.tolist()), above) for above in range(3))
        for labels in (settled, evidence.probabilities.argmax(axis=1), np.array(counted(evidence, strong)[2]))
    ]
    assert energies[2] <= energies[0] <= energies[1]


@pytest.mark.parametrize(
    ("step", "same"),
    [
        pytest.param(0.0, True, id="of one depth, of one class"),
        pytest.param(0.6, False, id="of two depths, of two classes"),
    ],
)
def test_where_depths_differ_classes_do(step: float, same: bool) -> None:
    # The second is a little more probably of the other class.
    evidence = Evidence(row_of(2), np.array([1.0, 1.0 + step]), np.array([[0.9, 0.1], [0.4, 0.6]]))
    weights = replace(NONE, smooth_depth=1, across_classes=0, smooth_classes=1)
    beliefs = Field(evidence, weights).settled()
    first, second = beliefs.classes.argmax(axis=1)
    assert bool(first == second) is same


def test_depth_edges_stay_where_classes_differ() -> None:
    depths = np.array([1.0, 1.0, 1.4, 1.4])
    weights = replace(NONE, smooth_depth=3, across_classes=0)
    alike, unlike = (
        np.array([first, first, second, second]) for first, second in (([0.9, 0.1],) * 2, ([0.98, 0.02], [0.02, 0.98]))
    )
    steps = [
        float(np.diff(Field(Evidence(row_of(4), depths, each), weights).settled().log_depths)[1])
        for each in (alike, unlike)
    ]
    assert steps[0] < 0.25 < 0.35 < steps[1]


def test_another_colour_keeps_neighbours_apart() -> None:
    depths = np.array([1.0, 1.2])
    weights = replace(NONE, smooth_depth=3)
    steps = [
        float(np.diff(Field(Evidence(row_of(2, c), depths), weights).settled().log_depths)[0])
        for c in ([100, 100], [100, 220])
    ]
    assert steps[0] < 0.05
    assert steps[1] == pytest.approx(0.2, abs=1e-3)


def test_a_segment_draws_its_superpixels_onto_a_plane() -> None:
    layers = row_of(9)
    slope = 0.5 * layers.positions[:, 0]
    bump = np.zeros(9)
    bump[4] = 0.3
    beliefs = Field(Evidence(layers, slope + bump), replace(NONE, plane=20)).settled()
    assert abs(beliefs.log_depths[4] - slope[4]) < 0.06
    assert beliefs.planes[0, 1] == pytest.approx(0.5, abs=0.02)


def test_a_class_draws_depth_to_where_it_usually_is() -> None:
    there = ClassGeometry(np.array([[2.0, 0, 0, 0, 0], [0.0, 0, 0, 0, 0]]), np.array([0.05, 5.0]))
    evidence = Evidence(row_of(1), np.array([1.0]), np.array([[0.999, 0.001]]))
    assert Field(evidence, replace(NONE, geometry=1), there).settled().log_depths[0] > 1.5


def test_superpixels_of_a_set_do_not_touch() -> None:
    rng = np.random.default_rng(0)
    edges = np.unique(np.sort(rng.integers(0, 30, (80, 2)), axis=1), axis=0)
    edges = edges[edges[:, 0] != edges[:, 1]]
    sets = independent_sets(30, edges)
    assert sorted(np.concatenate(sets).tolist()) == list(range(30))
    for each in sets:
        assert not any(first in each and second in each for first, second in edges.tolist())
