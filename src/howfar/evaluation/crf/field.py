"""The field itself: its energy, and mean field over it.

Each superpixel i has a log depth yᵢ and a class cᵢ; each segment r above it has a class Cᵣ and a plane, log depth as a
linear function θᵣ of the place. With the network's log depth dᵢ and probabilities pᵢ, the affinity aᵢⱼ of neighbours
(their common border, less the more their colours differ), and s² = `DEPTH_LOG_SD`²:

    E =   Σᵢ (yᵢ − dᵢ)² / 2s²  −  Σᵢ ln pᵢ(cᵢ)                                   the network
        + Σᵢⱼ aᵢⱼ smooth_depth (yᵢ − yⱼ)² / 2s² · (1 if cᵢ = cⱼ else across_classes)
        + Σᵢⱼ aᵢⱼ smooth_classes [cᵢ ≠ cⱼ]                                        neighbours
        + geometry Σᵢ [(yᵢ − mᵢ(cᵢ))² / 2σ(cᵢ)² + ln σ(cᵢ)]                       what a class tells of depth
        + plane Σᵢ (yᵢ − θᵣ(xᵢ))² / 2s²  +  segment_class Σᵢ [cᵢ ≠ Cᵣ]            the layer above

The second line is where both talk to each other: where depths differ, equal classes are dear, and where classes differ,
unequal depths are cheap. The classes are independent in the approximation (mean field), the depths and planes are the
minimum given them. Each step minimises the free energy E[q] − H(q) over its own part, so that it never rises.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from howfar.evaluation.crf.class_geometry import ClassGeometry
from howfar.evaluation.crf.superpixels import Layers
from howfar.evaluation.crf.weights import CrfWeights

DEPTH_LOG_SD = 0.15
"""How far off the network's log depth is taken to be: the unit in which differences of depth count."""

SLOPE_RIDGE = 0.05
"""Draws the slopes of a segment's plane to 0, which a segment of one or two superpixels does not tell."""

LEAST_PROBABILITY = 1e-4
"""A class that the network holds for impossible is as improbable as this."""

STEPS = 4
"""Rounds of mean field; the free energy hardly falls after them."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is known of a picture before its neighbours have talked.

    Attributes:
        layers: Its superpixels and segments.
        log_depths: N, the network's mean log depth in each superpixel.
        probabilities: N×K, the network's mean probability of each class; None where it gives none.
    """

    layers: Layers
    log_depths: NDArray[np.float64]
    probabilities: NDArray[np.float64] | None = None


@dataclass(frozen=True, eq=False)
class Beliefs:
    """What is believed of a picture.

    Attributes:
        log_depths: N, of the superpixels.
        planes: R×3: log depth of each segment in the middle of the picture, and its slopes along x and y.
        classes: N×K probabilities; N×0 where there are no classes.
        segment_classes: R×K, likewise.
    """

    log_depths: NDArray[np.float64]
    planes: NDArray[np.float64]
    classes: NDArray[np.float64]
    segment_classes: NDArray[np.float64]


class Field:
    """The field of one picture."""

    def __init__(self, evidence: Evidence, weights: CrfWeights, geometry: ClassGeometry | None = None) -> None:
        """Lay the field over a picture; `geometry`, of as many classes, is left out where it is None."""
        layers = evidence.layers
        self.evidence, self.weights, self.layers = evidence, weights, layers
        self.first, self.second = layers.edges[:, 0], layers.edges[:, 1]
        difference = ((layers.colours[self.first] - layers.colours[self.second]) ** 2).sum(1)
        self.affinities = layers.borders * np.exp(-difference / (2 * weights.colour**2))
        self.segments = int(layers.segments.max()) + 1
        self.on_plane = np.concatenate((np.ones((layers.count, 1)), layers.positions), axis=1)
        known = evidence.probabilities
        self.has_classes = known is not None
        self.log_unary = np.zeros((layers.count, 0)) if known is None else np.log(np.maximum(known, LEAST_PROBABILITY))
        self.geometry = geometry if self.has_classes and weights.geometry else None
        if self.geometry is not None:
            self.expected = self.geometry.expected(layers.positions, float(evidence.log_depths.mean()))
        self.independent = independent_sets(layers.count, layers.edges) if self.has_classes else []

    def start(self) -> Beliefs:
        """What the network says, and nothing else."""
        layers, unary = self.layers, self.log_unary
        classes = _shares(unary)
        above = np.zeros((self.segments, unary.shape[1]))
        np.add.at(above, layers.segments, classes)
        planes = np.zeros((self.segments, 3))
        sizes = np.bincount(layers.segments, minlength=self.segments)
        planes[:, 0] = np.bincount(layers.segments, self.evidence.log_depths, self.segments) / sizes
        return Beliefs(self.evidence.log_depths, planes, classes, above / sizes[:, None])

    def with_depths(self, beliefs: Beliefs) -> Beliefs:
        """The depths and planes that are best given the classes: a minimum of least squares."""
        count, weights = self.layers.count, self.weights
        size = count + 3 * self.segments
        matrix, right = np.zeros((size, size)), np.zeros(size)
        diagonal = np.ones(count) + weights.plane
        right[:count] = self.evidence.log_depths
        pull = self._depth_pulls(beliefs.classes)
        np.add.at(diagonal, self.first, pull)
        np.add.at(diagonal, self.second, pull)
        np.add.at(matrix, (self.first, self.second), -pull)
        np.add.at(matrix, (self.second, self.first), -pull)
        if self.geometry is not None:
            share = weights.geometry * DEPTH_LOG_SD**2 * beliefs.classes / self.geometry.log_sds**2
            diagonal += share.sum(1)
            right[:count] += (share * self.expected).sum(1)
        matrix[np.arange(count), np.arange(count)] += diagonal
        self._add_planes(matrix)
        found = np.linalg.solve(matrix, right).astype(np.float64, copy=False)
        return replace(beliefs, log_depths=found[:count], planes=found[count:].reshape(self.segments, 3))

    def with_classes(self, beliefs: Beliefs) -> Beliefs:
        """The classes that are best given the depths and each other, first of the superpixels, then of the segments."""
        if not self.has_classes:
            return beliefs
        weights, layers = self.weights, self.layers
        classes = beliefs.classes.copy()
        alike = self._alike(beliefs.log_depths)
        own = self.log_unary - self._geometry_costs(beliefs.log_depths)
        own = own + weights.segment_class * beliefs.segment_classes[layers.segments]
        for chosen in self.independent:
            classes[chosen] = _shares(own[chosen] + alike[chosen] @ classes)
        above = np.zeros_like(beliefs.segment_classes)
        np.add.at(above, layers.segments, weights.segment_class * classes)
        return replace(beliefs, classes=classes, segment_classes=_shares(above))

    def settled(self, steps: int = STEPS) -> Beliefs:
        """What is believed after some rounds."""
        beliefs = self.start()
        for _ in range(steps if self.has_classes else 1):
            beliefs = self.with_classes(self.with_depths(beliefs))
        return self.with_depths(beliefs)

    def free_energy(self, beliefs: Beliefs) -> float:
        """The expected energy less the entropy of the classes, which no step lets rise."""
        weights, depths, classes = self.weights, beliefs.log_depths, beliefs.classes
        step = (depths[self.first] - depths[self.second]) ** 2
        flat = depths - (self.on_plane * beliefs.planes[self.layers.segments]).sum(1)
        squares = ((depths - self.evidence.log_depths) ** 2).sum() + (self._depth_pulls(classes) * step).sum()
        squares += weights.plane * (flat @ flat) + SLOPE_RIDGE * (beliefs.planes[:, 1:] ** 2).sum()
        energy = squares / (2 * DEPTH_LOG_SD**2)
        if not self.has_classes:
            return float(energy)
        energy += (classes * (self._geometry_costs(depths) - self.log_unary)).sum()
        energy += weights.smooth_classes * (self.affinities * (1 - self._agreement(classes))).sum()
        with_segment = (classes * beliefs.segment_classes[self.layers.segments]).sum(1)
        energy += weights.segment_class * (1 - with_segment).sum()
        return float(energy + _negative_entropy(classes) + _negative_entropy(beliefs.segment_classes))

    def _agreement(self, classes: NDArray[np.float64]) -> NDArray[np.float64]:
        """How probably the two superpixels of each edge are of one class; 1 where there are no classes."""
        if not self.has_classes:
            return np.ones(len(self.first))
        return np.asarray((classes[self.first] * classes[self.second]).sum(1))

    def _depth_pulls(self, classes: NDArray[np.float64]) -> NDArray[np.float64]:
        """How much each edge draws the depths of its two superpixels together."""
        less = self.weights.across_classes
        return np.asarray(self.weights.smooth_depth * self.affinities * (less + (1 - less) * self._agreement(classes)))

    def _alike(self, log_depths: NDArray[np.float64]) -> NDArray[np.float64]:
        """N×N: how much two superpixels gain by being of one class."""
        weights = self.weights
        apart = (log_depths[self.first] - log_depths[self.second]) ** 2 / (2 * DEPTH_LOG_SD**2)
        gain = self.affinities * (weights.smooth_classes - weights.smooth_depth * (1 - weights.across_classes) * apart)
        matrix = np.zeros((self.layers.count, self.layers.count))
        matrix[self.first, self.second] = matrix[self.second, self.first] = gain
        return matrix

    def _geometry_costs(self, log_depths: NDArray[np.float64]) -> NDArray[np.float64]:
        """N×K: how unusual each depth is for each class there."""
        if self.geometry is None:
            return np.zeros_like(self.log_unary)
        sds = self.geometry.log_sds
        off = (log_depths[:, None] - self.expected) / sds
        return self.weights.geometry * (off**2 / 2 + np.log(sds))

    def _add_planes(self, matrix: NDArray[np.float64]) -> None:
        """The terms that hold the depths and the planes of their segments together."""
        count, plane = self.layers.count, self.weights.plane
        columns = count + 3 * self.layers.segments[:, None] + np.arange(3)
        rows = np.arange(count)[:, None]
        np.add.at(matrix, (rows, columns), -plane * self.on_plane)
        np.add.at(matrix, (columns, rows), -plane * self.on_plane)
        outer = plane * self.on_plane[:, :, None] * self.on_plane[:, None, :]
        np.add.at(matrix, (columns[:, :, None], columns[:, None, :]), outer)
        free = 0.0 if plane else 1.0  # what nothing else tells is 0
        places = np.arange(count, len(matrix))
        matrix[places, places] += np.tile([free, SLOPE_RIDGE, SLOPE_RIDGE], self.segments)


def independent_sets(count: int, edges: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Superpixels in sets of which no two touch, so that those of one set may change at once (greedy colouring)."""
    neighbours: list[list[int]] = [[] for _ in range(count)]
    for first, second in edges.tolist():
        neighbours[first].append(second)
        neighbours[second].append(first)
    sets = np.full(count, -1)
    for number in range(count):
        taken = set(sets[neighbours[number]].tolist())
        sets[number] = next(free for free in range(count) if free not in taken)
    return [np.flatnonzero(sets == each) for each in range(int(sets.max()) + 1)]


def _shares(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Softmax over the classes; nothing where there are none."""
    if not scores.shape[1]:
        return scores
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _negative_entropy(shares: NDArray[np.float64]) -> float:
    return float((shares * np.log(np.maximum(shares, np.finfo(np.float64).tiny))).sum())
