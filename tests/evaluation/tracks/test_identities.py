"""IDF1 and HOTA: by hand, and against the reference implementation where it is installed."""

import numpy as np
import pytest

from howfar.evaluation.tracks.identities import IdCounts, IdFrame


def frames_of(rows: list[tuple[list[int], list[int]]]) -> list[IdFrame]:
    """Frames in which the n-th true object and the n-th given number lie on each other."""
    return [IdFrame(true, given, np.eye(len(true), len(given))) for true, given in rows]


def figures(*videos: list[IdFrame]):
    counts = IdCounts()
    for frames in videos:
        counts.update(frames)
    return counts.compute()


def test_all_is_one_where_all_is_right() -> None:
    result = figures(frames_of([([1, 2], [7, 8])] * 5))
    assert (result.idf1, result.hota, result.switches, result.objects) == pytest.approx((1.0, 1.0, 0, 10))


def test_a_number_that_changes_half_way_costs_half_of_the_identity() -> None:
    result = figures(frames_of([([1], [7])] * 4 + [([1], [8])] * 4))
    assert result.idf1 == pytest.approx(0.5)  # 4 of 8 true ones and 8 reported ones: 2·4 / 16
    assert result.association == pytest.approx(0.5)  # each number shares 4 of 8 frames with the object
    assert result.detection == pytest.approx(1.0)
    assert result.hota == pytest.approx(np.sqrt(0.5))
    assert result.switches == 1


def test_two_that_swap_numbers_are_two_switches() -> None:
    result = figures(frames_of([([1, 2], [7, 8])] * 3 + [([1, 2], [8, 7])]))
    assert result.switches == 2
    assert result.idf1 == pytest.approx(6 / 8)


def test_what_is_missed_and_what_is_too_much_costs_both() -> None:
    result = figures(frames_of([([1, 2], [7])] * 2 + [([], [9])]))
    assert result.idf1 == pytest.approx(2 * 2 / (4 + 3))
    assert result.detection == pytest.approx(2 / 5)


def test_videos_have_numbers_of_their_own() -> None:
    one = frames_of([([1], [7])] * 3)
    assert figures(one, one).idf1 == pytest.approx(1.0)


def test_nothing_is_unknown() -> None:
    assert np.isnan(figures([]).idf1)


def random_video(seed: int) -> list[IdFrame]:
    """Ten true objects and as many numbers that change now and then, with overlaps of all kinds."""
    rng = np.random.default_rng(seed)
    number = {true: true for true in range(10)}
    frames = []
    for _ in range(40):
        for true in number:
            if rng.uniform() < 0.05:
                number[true] = int(rng.integers(100, 130))
        true = [each for each in range(10) if rng.uniform() < 0.8]
        given = sorted({number[each] for each in true if rng.uniform() < 0.85} | {int(rng.integers(200, 205))})
        overlaps = rng.uniform(0, 0.4, (len(true), len(given)))
        for row, each in enumerate(true):
            if number[each] in given:
                overlaps[row, given.index(number[each])] = rng.uniform(0.3, 1.0)
        frames.append(IdFrame(true, given, overlaps))
    return frames


@pytest.mark.parametrize("seed", range(4))
def test_hota_and_idf1_are_those_of_trackeval(seed: int) -> None:
    metrics = pytest.importorskip("trackeval.metrics", reason="the reference is not installed: pip install trackeval")
    frames = random_video(seed)
    true_ids = sorted({each for frame in frames for each in frame.true_ids})
    ids = sorted({each for frame in frames for each in frame.ids})
    data = {
        "num_gt_dets": sum(len(frame.true_ids) for frame in frames),
        "num_tracker_dets": sum(len(frame.ids) for frame in frames),
        "num_gt_ids": len(true_ids),
        "num_tracker_ids": len(ids),
        "num_timesteps": len(frames),
        "gt_ids": [np.array([true_ids.index(each) for each in frame.true_ids], dtype=int) for frame in frames],
        "tracker_ids": [np.array([ids.index(each) for each in frame.ids], dtype=int) for frame in frames],
        "similarity_scores": [frame.overlaps for frame in frames],
    }
    hota, identity = metrics.HOTA().eval_sequence(data), metrics.Identity({"PRINT_CONFIG": False}).eval_sequence(data)
    result = figures(frames)
    assert result.hota == pytest.approx(float(np.mean(hota["HOTA"])), abs=1e-9)
    assert result.detection == pytest.approx(float(np.mean(hota["DetA"])), abs=1e-9)
    assert result.association == pytest.approx(float(np.mean(hota["AssA"])), abs=1e-9)
    assert result.idf1 == pytest.approx(float(identity["IDF1"]), abs=1e-9)
